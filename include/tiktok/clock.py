"""What time it is for TikTok: its quota day follows its own clock, which the Date header of each answer tells."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

#: The step that one answer alone may make; a longer one is the mistake of a single host until a second confirms it.
STEP = timedelta(hours=1)

#: How far TikTok's clock can be from our own.
FARTHEST = timedelta(days=1)

#: The same for a sandbox, whose clock is moved by months on purpose.
FARTHEST_SANDBOX = timedelta(days=3653)

#: Only a sandbox answers there.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def utc_now() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


@dataclass
class Clock:
    """TikTok's clock, as far as answers have told it; `wall` is our own.

    `ahead` is how far TikTok's is ahead of ours, None until it is known. `claim` is how far an answer that nobody has
    confirmed yet says it is.
    """

    wall: Callable[[], datetime] = utc_now
    ahead: timedelta | None = None
    claim: timedelta | None = None

    @property
    def known(self) -> bool:
        """Whether TikTok's time is known: told by an answer, or settled by `trust_our_own`."""
        return self.ahead is not None

    def now(self) -> datetime:
        """TikTok's time, to the second or so; our own as long as it is not known."""
        return self.wall() + (self.ahead or timedelta())

    def hear(self, base_url: str, date: str) -> datetime:
        """When an answer of `base_url` with this Date header was sent; the clock follows it where it is believed."""
        at, ours = http_date(date), self.wall()
        if at is None or abs(at - ours) > _farthest(base_url):
            return self.now()
        if not self._believes(at - ours):
            self.claim = at - ours
            return self.now()
        self.ahead, self.claim = at - ours, None
        return at

    def trust_our_own(self) -> None:
        """Take our own clock for TikTok's, where answers contradict each other or tell no time."""
        self.ahead = self.ahead or timedelta()

    def _believes(self, ahead: timedelta) -> bool:
        """A small step from what is known, or from our own clock at the start; a larger one that was claimed before."""
        witnesses = [self.ahead or timedelta(), *([] if self.claim is None else [self.claim])]
        return any(abs(ahead - witness) <= STEP for witness in witnesses)


def http_date(text: str) -> datetime | None:
    """The moment that a header names, in any of the three forms of RFC 9110, 5.6.7; None when it names none."""
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _farthest(base_url: str) -> timedelta:
    return FARTHEST_SANDBOX if urlsplit(base_url).hostname in LOOPBACK else FARTHEST
