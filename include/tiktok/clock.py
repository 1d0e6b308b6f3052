"""What time it is for TikTok: its quota day follows its own clock, which the Date header of each answer tells."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

BELIEVED = timedelta(days=3653)
"""A date further from ours than ten years tells no time."""

JUMP = timedelta(hours=1)
"""The step that a known clock may take; a longer one is the mistake of a single host."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Only a sandbox answers there, and its clock is moved by days on purpose."""

_ahead: dict[str, timedelta] = {}


def http_date(text: str) -> datetime | None:
    """The moment that a header names, in any of the three forms of RFC 9110, 5.6.7; None when it names none."""
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def received(base_url: str, date: str) -> datetime:
    """When an answer of `base_url` with this Date header was sent; the clock is set by it."""
    at = http_date(date)
    if at is None or not _believed(base_url, at):
        return now(base_url)
    heard(base_url, at)
    return at


def _believed(base_url: str, at: datetime) -> bool:
    """Whether this can be the time at `base_url`: once that is known, near to it, or else near to our own."""
    ours = datetime.now(UTC)
    if abs(at - ours) > BELIEVED:
        return False
    if not known(base_url) or urlsplit(base_url).hostname in LOOPBACK:
        return True
    return min(abs(at - now(base_url)), abs(at - ours)) <= JUMP


def heard(base_url: str, date: datetime) -> None:
    """Set the clock by an answer of `base_url`."""
    _ahead[base_url] = date - datetime.now(UTC)


def known(base_url: str) -> bool:
    """Whether `base_url` has answered in this process."""
    return base_url in _ahead


def now(base_url: str) -> datetime:
    """The time at `base_url`, to the second or so; our own until it has answered once."""
    return datetime.now(UTC) + _ahead.get(base_url, timedelta())
