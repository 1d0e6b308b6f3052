"""The errors of the Research API: status, code and wording of each.

Wordings are those of public clients and TikTok's error page where recorded; docs/sandbox.md says which are invented.
"""

from typing import Literal

#: How an error is wrapped: in any recorded shape, never with `data`, or always with `data` and without a log id.
Wrapping = Literal["varied", "without_data", "as_recorded"]

#: Codes without which nobody could tell such an error from another one of the same status.
DECISIVE_CODES = frozenset(
    {"access_token_invalid", "scope_not_authorized", "scope_permission_missed", "daily_quota_limit_exceeded"}
)


class Refusal(Exception):
    """The API answers a request with an error."""

    def __init__(self, status: int, code: str, message: str, wrapping: Wrapping = "varied") -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.wrapping = status, code, message, wrapping


def invalid(what: str) -> Refusal:
    """Parameters that will never be accepted."""
    return Refusal(400, "invalid_params", f"The request parameters are invalid: {what}")


def token_invalid() -> Refusal:
    """E1: expired or unknown; renewing it helps."""
    return Refusal(401, "access_token_invalid", "The access token is invalid or not found in the request.")


def scope_refused(code: str = "scope_not_authorized") -> Refusal:
    """E2: the project lacks this endpoint; the same status as E1."""
    wording = "The user did not authorize the scope required for completing this request."
    return Refusal(401, code, wording)


def search_rejected(search_id: str) -> Refusal:
    """E3: recorded by three clients, often right after the id was issued."""
    return Refusal(400, "invalid_params", f"Search Id {search_id} is invalid or expired")


def cursor_rejected() -> Refusal:
    """E4: recorded in tiktok_research_api_helper #89."""
    return Refusal(400, "invalid_params", "Invalid count or cursor")


def unknown_user(username: str) -> Refusal:
    """E6: wording and missing `data` are recorded."""
    return Refusal(400, "invalid_params", f"`username: {username}` is invalid: cannot find the user", "without_data")


def user_refused() -> Refusal:
    """E7: minor, region, or another reason that is not told."""
    return Refusal(400, "invalid_params", "API cannot return this user's information")


def user_private(username: str) -> Refusal:
    """The ending "is private" is recorded in traktok."""
    return Refusal(400, "invalid_params", f"The user {username} is private")


def likes_not_public(status: int) -> Refusal:
    """E8: 403 in ResearchTikPy, 400 in traktok."""
    return Refusal(status, "invalid_params", "This user's liked videos information cannot be returned")


def comments_not_disclosed() -> Refusal:
    """E9: recorded in tiktok_research_api_helper #104."""
    return Refusal(400, "invalid_params", "The comments of this video are not allowed to be disclosed")


def daily_quota() -> Refusal:
    """E10: used up until the next UTC day; the whole body is recorded."""
    message = "The API daily quota limit exceeded. Please try again later"
    return Refusal(429, "daily_quota_limit_exceeded", message, "as_recorded")


def rate_limit() -> Refusal:
    """E11: too many requests at once."""
    return Refusal(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")


def not_found() -> Refusal:
    """A path the API does not have; the wording is invented."""
    return Refusal(404, "not_found", "The requested path does not exist.")


def file_refused(what: str) -> Refusal:
    """The upload of a batch compliance task cannot be used."""
    return Refusal(400, "invalid_file_upload", f"The uploaded file is invalid: {what}")


def internal(status: int = 500, message: str = "Something is wrong. Please try again later.") -> Refusal:
    """E12: several statuses and wordings are recorded."""
    return Refusal(status, "internal_error", message)


def timeout() -> Refusal:
    """E13: the query was too broad."""
    return Refusal(504, "timeout", "Request timed out.")
