"""The errors of the Research API: status, code and wording of each.

Wordings are those of public clients and TikTok's error page where recorded; docs/sandbox.md says which are invented.
"""


class Refusal(Exception):
    """The API answers a request with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


def invalid(what: str) -> Refusal:
    """Parameters that will never be accepted."""
    return Refusal(400, "invalid_params", f"The request parameters are invalid: {what}")


def token_invalid() -> Refusal:
    return Refusal(401, "access_token_invalid", "The access token is invalid or not found in the request.")


def scope_not_authorized() -> Refusal:
    wording = "The user did not authorize the scope required for completing this request."
    return Refusal(401, "scope_not_authorized", wording)


def search_rejected(search_id: str) -> Refusal:
    return Refusal(400, "invalid_params", f"Search Id {search_id} is invalid or expired")


def cursor_rejected() -> Refusal:
    return Refusal(400, "invalid_params", "Invalid count or cursor")


def unknown_user(username: str) -> Refusal:
    return Refusal(400, "invalid_params", f"User name {username} is invalid: cannot find the user")


def user_refused() -> Refusal:
    return Refusal(400, "invalid_params", "API cannot return this user's information")


def user_private(username: str) -> Refusal:
    return Refusal(400, "invalid_params", f"The user {username} is private")


def likes_not_public(status: int) -> Refusal:
    return Refusal(status, "invalid_params", "This user's liked videos information cannot be returned")


def comments_not_disclosed() -> Refusal:
    return Refusal(400, "invalid_params", "The comments of this video are not allowed to be disclosed")


def daily_quota() -> Refusal:
    return Refusal(429, "daily_quota_limit_exceeded", "Daily quota limit exceeded.")


def rate_limit() -> Refusal:
    return Refusal(429, "rate_limit_exceeded", "The API rate limit was exceeded. Please try again later.")


def file_refused(what: str) -> Refusal:
    return Refusal(400, "invalid_file_upload", f"The uploaded file is invalid: {what}")


def internal(status: int = 500, message: str = "Something is wrong. Please try again later.") -> Refusal:
    return Refusal(status, "internal_error", message)


def timeout() -> Refusal:
    return Refusal(504, "timeout", "Request timed out.")
