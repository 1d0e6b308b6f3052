"""What TikTok says when it refuses: code, message, log id, and how long to wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from include.domain.errors import SettingInvalid
from include.tiktok import clock
from include.tiktok.verdicts import REDIRECTS
from include.tiktok.wire import Reply

DAY = 24 * 60 * 60.0


@dataclass(frozen=True)
class Refusal:
    """One answer that cannot be used; `code` and `message` are empty where TikTok gave none."""

    status: int
    code: str
    message: str
    log_id: str | None
    received_at: datetime
    body: bytes
    retry_after: float = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (f"HTTP {self.status}", self.code, self.message)))


def refusal(reply: Reply, error: Mapping[str, Any]) -> Refusal:
    """What TikTok says in `error`, its `code`, `message` and `log_id`."""
    return Refusal(
        status=reply.status,
        code=_said(error.get("code"), 100),
        message=_elsewhere(reply) or _said(error.get("message"), 500),
        log_id=_said(error.get("log_id"), 100) or None,
        received_at=reply.received_at,
        body=reply.body,
        retry_after=_pause(reply),
    )


def _said(value: object, most: int) -> str:
    """A text for logs, manifests and databases: one line, no NUL, no half emoji."""
    return "".join(each if each.isprintable() else " " for each in str(value or "")[:most])


def _pause(reply: Reply) -> float:
    """Seconds to wait, which a server tells as such or as a date (RFC 9110, 10.2.3); at most a day."""
    said = reply.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), DAY)
    until = clock.http_date(said)
    return min(max((until - reply.received_at).total_seconds(), 0), DAY) if until else 0


def _elsewhere(reply: Reply) -> str:
    """Where a redirect leads: the host alone, as the rest may hold secrets."""
    if reply.status not in REDIRECTS:
        return ""
    return f"to {_host(reply.headers.get('Location', '')) or 'another path'}"


def _host(url: str) -> str:
    try:
        return _said(urlsplit(url).hostname, 100)
    except ValueError:
        return ""


def redirected(base_url: str, refused: Refusal) -> SettingInvalid:
    """What a person reads when the host that credentials were sent to redirects."""
    return SettingInvalid(
        f"The host of the connection, {_host(base_url)}, redirects: {refused} (log_id={refused.log_id}). "
        "Nothing was sent there. Correct the host of the project's connection."
    )
