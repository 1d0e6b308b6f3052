"""What time it is for TikTok: its quota day follows its own clock, which the Date header of each answer tells."""

from datetime import UTC, datetime, timedelta

_ahead: dict[str, timedelta] = {}


def heard(base_url: str, date: datetime) -> None:
    """Note the time that an answer of `base_url` carried."""
    _ahead[base_url] = date - datetime.now(UTC)


def known(base_url: str) -> bool:
    """Whether `base_url` has answered in this process."""
    return base_url in _ahead


def now(base_url: str) -> datetime:
    """The time at `base_url`, to the second or so; our own until it has answered once."""
    return datetime.now(UTC) + _ahead.get(base_url, timedelta())
