"""What TikTok says when it refuses: code, message, log id, how long to wait, and what a person can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from include.domain.errors import CredentialsRejected, Person, RequestRejected, SettingInvalid
from include.tiktok.clock import http_date
from include.tiktok.verdicts import REDIRECTS, Remedy, remedy
from include.tiktok.wire import Reply

#: Seconds of the longest pause that a server may ask for.
HOUR = 60 * 60.0


@dataclass(frozen=True)
class Refusal:
    """One answer that cannot be used; `code` and `message` are empty where TikTok gave none.

    `broken` is set when the body begins like an answer of TikTok and is no JSON.
    """

    path: str
    status: int
    code: str
    message: str
    log_id: str | None
    received_at: datetime
    body: bytes
    retry_after: float = 0
    broken: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, (f"HTTP {self.status}", self.code, self.message)))


def refusal(reply: Reply, error: Mapping[str, Any], *, broken: bool = False) -> Refusal:
    """What TikTok says in `error`: its `code`, its `message` or `msg`, and its `log_id`."""
    return Refusal(
        path=reply.path,
        status=reply.status,
        code=one_line(error.get("code"), 100),
        message=_redirect_of(reply) or one_line(error.get("message") or error.get("msg"), 500),
        log_id=one_line(error.get("log_id"), 100) or None,
        received_at=reply.received_at,
        body=reply.body,
        retry_after=_pause(reply),
        broken=broken,
    )


def one_line(value: object, most: int) -> str:
    """A text for logs, manifests and databases: one line, no NUL, no half emoji."""
    return "".join(each if each.isprintable() else " " for each in str(value or "")[:most]).strip()


def rejection(refused: Refusal, base_url: str) -> Person:
    """What a person reads once a refusal is believed: what came, and what to do about that."""
    where = f"{_host(base_url)}{refused.path}"
    what = f"{refused} (log_id={refused.log_id}) at {where}, for an hour now"
    if refused.status in REDIRECTS:
        return SettingInvalid(
            f"The host of the connection redirects: {what}. Nothing was sent there. Correct the host of the project's "
            "connection; if it is right, ask TikTok whether the endpoint has moved."
        )
    if refused.status in (404, 405):
        return SettingInvalid(
            f"TikTok does not know the endpoint: {what}. Look at the host of the project's connection; if it is right, "
            "the endpoint has moved: ask TikTok, and quote the log_id."
        )
    if refused.status in (401, 403):
        return CredentialsRejected(
            f"TikTok gives this API client no access: {what}. Look in TikTok's developer portal whether the client is "
            "enabled, may use this endpoint, and has the secret of the project's connection; quote the log_id when you "
            "write to TikTok."
        )
    if remedy(refused.status, refused.code, refused.message) is Remedy.PERSON:
        return RequestRejected(
            str(refused),
            refused.log_id,
            "TikTok took the same query on the pages before: ask TikTok, and quote the log_id.",
        )
    return RequestRejected(
        f"an answer we do not know: {refused} at {where}, for an hour now",
        refused.log_id,
        "Ask TikTok what it means, and quote the log_id.",
    )


def _pause(reply: Reply) -> float:
    """Seconds to wait, which a server tells as such or as a date (RFC 9110, 10.2.3); for an hour at a time."""
    text = reply.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), HOUR)
    until = http_date(text)
    return min(max((until - reply.received_at).total_seconds(), 0), HOUR) if until else 0


def _redirect_of(reply: Reply) -> str:
    """Where a redirect leads: the host alone, as the rest may hold secrets."""
    if reply.status not in REDIRECTS:
        return ""
    return f"to {_host(reply.headers.get('Location', '')) or 'another path'}"


def _host(url: str) -> str:
    try:
        return one_line(urlsplit(url).hostname, 100)
    except ValueError:
        return ""
