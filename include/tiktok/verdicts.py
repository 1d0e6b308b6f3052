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


REDIRECTS = tuple(range(300, 400))
"""Never followed: the host of the connection is not the API."""

TABLE = (
    Row(Remedy.RENEW_TOKEN, code=("access_token_invalid",)),
    Row(Remedy.PERSON, code=("scope_not_authorized", "scope_permission_missed")),
    Row(Remedy.TOMORROW, code=("daily_quota_limit_exceeded",)),
    Row(Remedy.MOMENT, code=("rate_limit_exceeded",)),
    Row(Remedy.MOMENT, status=(429,)),
    Row(Remedy.SEARCH_AGAIN, status=(400,), says="search id"),
    Row(Remedy.SEARCH_AGAIN, status=(400,), says="invalid count or cursor"),
    Row(Remedy.SMALLER_WINDOW, says="something is wrong"),
    Row(Remedy.SMALLER_WINDOW, says="something went wrong"),
    Row(Remedy.SMALLER_WINDOW, code=("internal_error", "timeout")),
    Row(Remedy.SMALLER_WINDOW, status=(500, 504)),
    Row(Remedy.MOMENT, status=(408, 502, 503)),
    Row(Remedy.MOMENT, status=(200,), code=("",)),
    Row(Remedy.PERSON, code=("invalid_params", "invalid_param", "invalid_request", "invalid_file_upload")),
    Row(Remedy.PERSON, status=REDIRECTS),
    Row(Remedy.PERSON, status=(403, 404, 405)),
)
"""The first line that fits counts. *Smaller window* is what helps when the same call fails again and again."""


def remedy(status: int, code: str, message: str) -> Remedy | None:
    """What helps against this answer; None where the table does not know it, as with a body cut off before its code."""
    return next((row.remedy for row in TABLE if row.fits(status, code, message)), None)
