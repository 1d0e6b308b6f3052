"""What time it is in the sandbox: UTC, under the control of whoever runs it."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """A clock that can be set and moved; it runs on from there, or stands still when `runs` is false."""

    def __init__(self, start: datetime | None = None, runs: bool = True) -> None:
        self.runs = runs
        self.set(start or datetime.now(UTC))

    def now(self) -> datetime:
        passed = time.monotonic() - self._mark if self.runs else 0.0
        return self._base + timedelta(seconds=passed)

    def set(self, moment: datetime) -> None:
        """Go to `moment`; one without a time zone counts as UTC."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._base, self._mark = aware.astimezone(UTC), time.monotonic()

    def advance(self, delta: timedelta) -> None:
        self.set(self.now() + delta)

    def freeze(self) -> None:
        """Stand still from now on."""
        self.set(self.now())
        self.runs = False


def http_date(moment: datetime) -> str:
    """`moment` as the value of a `Date` header (RFC 9110)."""
    return format_datetime(moment.replace(microsecond=0), usegmt=True)
