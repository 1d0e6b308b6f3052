"""What TikTok's refusals mean: one table from (status, code, message) to what helps.

Sources: TikTok docs `tiktok-api-v2-error-handling`, and what public clients observed; see docs/tiktok-research-api.md.
"""

from dataclasses import dataclass
from enum import StrEnum


class Remedy(StrEnum):
    """What helps against a refusal."""

    MOMENT = "a moment"
    TOMORROW = "tomorrow"
    RENEW_TOKEN = "renew the token once"  # noqa: S105 - a remedy, not a secret
    SMALLER_WINDOW = "smaller window"
    SEARCH_AGAIN = "same call, then a fresh search"
    UNREADABLE = "same call, then less at a time"
    SECOND_LOOK = "a second look, then another after an hour"
    PERSON = "a person"


@dataclass(frozen=True)
class Row:
    """One line of the table; an empty part fits anything. `says` is a piece of the message, without case."""

    remedy: Remedy
    status: tuple[int, ...] = ()
    code: tuple[str, ...] = ()
    says: str = ""

    def fits(self, status: int, code: str, message: str) -> bool:
        return (
            (not self.status or status in self.status)
            and (not self.code or code in self.code)
            and self.says in message.lower()
        )


#: What TikTok says of a client that may not have what it asks for.
SCOPE = ("scope_not_authorized", "scope_permission_missed")

#: Never followed: the host of the connection is not the API, or the API has moved.
REDIRECTS = tuple(range(300, 400))

#: The first line that fits counts. *Smaller window* is what helps when the same call fails again and again. A line
#: *a person* is believed at once where a request is the first of its search; whatever is not in the table, and what
#: would stop every harvest of a client, gets a second look.
TABLE = (
    Row(Remedy.PERSON, code=SCOPE),
    Row(Remedy.RENEW_TOKEN, code=("access_token_invalid",)),
    Row(Remedy.TOMORROW, code=("daily_quota_limit_exceeded",)),
    Row(Remedy.MOMENT, code=("rate_limit_exceeded",)),
    Row(Remedy.RENEW_TOKEN, status=(401,)),
    Row(Remedy.MOMENT, status=(429,)),
    Row(Remedy.SEARCH_AGAIN, status=(400,), says="search id"),
    Row(Remedy.SEARCH_AGAIN, status=(400,), says="invalid count or cursor"),
    Row(Remedy.SMALLER_WINDOW, says="something is wrong"),
    Row(Remedy.SMALLER_WINDOW, says="something went wrong"),
    Row(Remedy.SMALLER_WINDOW, code=("internal_error", "timeout")),
    Row(Remedy.SMALLER_WINDOW, status=(500, 504)),
    Row(Remedy.MOMENT, status=(408, 502, 503)),
    Row(Remedy.UNREADABLE, status=(200,), code=("",)),
    Row(Remedy.SECOND_LOOK, status=(*REDIRECTS, 403, 404, 405)),
    Row(
        Remedy.PERSON,
        status=(200, 400),
        code=("invalid_params", "invalid_param", "invalid_request", "invalid_file_upload"),
    ),
)


def remedy(status: int, code: str, message: str) -> Remedy | None:
    """What helps against this answer; None where the table does not know it, as with a body cut off before its code."""
    return next((row.remedy for row in TABLE if row.fits(status, code, message)), None)
