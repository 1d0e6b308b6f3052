"""What an API client may spend in one UTC day, and when that is renewed.

Source: TikTok docs, Research API FAQ: 1,000 requests and 100,000 records per client and day, renewed at 12 AM UTC.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

REQUESTS_A_DAY = 1_000
RECORDS_A_DAY = 100_000

#: Records asked for in one request: the most TikTok allows; every smaller page costs the same.
RECORDS_A_PAGE = 100

#: After midnight: the API was seen to refuse for some minutes longer (contract, known faults).
MARGIN = timedelta(minutes=15)

#: Clients start again within this time after the margin, each at its own minute.
SPREAD = timedelta(minutes=30)

#: A refusal this early in the day means a late reset, not a day's quota used up.
LATE_RESET = timedelta(hours=2)

TRY_AGAIN = timedelta(minutes=20)

#: How long no task of a client asks after TikTok could not answer one of them, at some eight requests for each try;
#: every further time in a row twice as long.
OUTAGE = timedelta(hours=1)

#: The longest rest of an outage that goes on.
LONGEST_OUTAGE = timedelta(hours=4)

#: How long a refusal that is hard to believe is waited for, before TikTok is asked once more.
DOUBT = timedelta(hours=1)

#: A doubted answer was looked at for so long. Whoever was answered meanwhile knows that it concerns one request alone.
LOOKS = timedelta(minutes=2, seconds=30)

#: The part of a day's quota that our own count must have reached for TikTok's refusal to be likely.
LIKELY = 0.9

#: Requests that a task reserves at once, as long as the day has plenty of them.
MOST_RESERVED = 10

#: A task reserves one twentieth of what is left of the day at most: the tasks beside it find the rest. The last forty
#: requests are reserved one at a time.
SHARE_RESERVED = 20


class Rest(StrEnum):
    """Why no task of a client asks for a while."""

    USED_UP = "TikTok has said today that the daily quota is used up"
    UNLIKELY = "TikTok has said that the daily quota is used up, far below our own count, and is asked once more"
    LATE = "TikTok has not renewed the quota yet"
    DOWN = "TikTok could not answer a task of this API client"
    DOUBT = "TikTok gave a task of this API client an answer that is believed only when it comes again"

    @property
    def of_quota(self) -> bool:
        """Whether the quota is what is waited for, and not the API."""
        return self not in (Rest.DOWN, Rest.DOUBT)


class Meter(Protocol):
    """What counts the requests of one client while they are made."""

    def before_request(self, at: datetime) -> None:
        """Count one request before it goes out.

        Raises:
            QuotaExhausted: it would break the reserve.
            ApiResting: an outage is waited for.
        """

    def after_answer(self, returned: int | None) -> None:
        """Correct the count by the records that came; None where no good answer came."""

    def refused(self, at: datetime) -> datetime:
        """TikTok says the quota is used up; its word counts more than ours. Returns when to go on."""

    def doubt(self, kind: str, at: datetime) -> datetime | None:
        """Note a refusal that is hard to believe; returns when to look again, None when it must be believed.

        `kind` tells refusals apart; the words after `@` name the request, where only that may be meant.
        """


@dataclass(frozen=True)
class Spent:
    """Requests and records of one client on one day, and how many requests were answered well.

    `answered_at` is when the last of these went out. No task asks before `rests_until`, and `why` says why. `doubts`
    are the refusals that were not believed, each with its time. Moments are texts, as `moment_text` makes them.
    """

    requests: int = 0
    records: int = 0
    answered: int = 0
    answered_at: str = field(default="", compare=False)
    rests_until: str = ""
    why: str = ""
    doubts: frozenset[tuple[str, str]] = frozenset()

    def __add__(self, other: "Spent") -> "Spent":
        rests_until, why = max((self.rests_until, self.why), (other.rests_until, other.why))
        return Spent(
            self.requests + other.requests,
            self.records + other.records,
            self.answered + other.answered,
            max(self.answered_at, other.answered_at),
            rests_until,
            why,
            self.doubts | other.doubts,
        )

    def left(self, daily_requests: int) -> int:
        """How many more requests of 100 records fit into the day; none or fewer where it is used up."""
        return min(daily_requests - self.requests, (RECORDS_A_DAY - self.records) // RECORDS_A_PAGE)

    @property
    def is_nearly_used_up(self) -> bool:
        """Whether TikTok may well say that the day's quota is used up."""
        return self.requests >= LIKELY * REQUESTS_A_DAY or self.records >= LIKELY * RECORDS_A_DAY

    def first_doubt(self, kind: str) -> datetime | None:
        """When a refusal of this kind was first doubted: by the same request, or by any since the last good answer."""
        group = _group(kind)
        same = {at for each, at in self.doubts if each == kind and each != group}
        alike = {at for each, at in self.doubts if _group(each) == group and at > self.answered_at}
        return min(map(datetime.fromisoformat, same | alike), default=None)

    def count_doubts(self, kind: str) -> int:
        """How many refusals of this kind came since the last good answer of the day."""
        return sum(each == kind and at > self.answered_at for each, at in self.doubts)

    def answered_since(self, at: datetime) -> bool:
        """Whether a request that went out after `at` was answered well."""
        return bool(self.answered_at) and datetime.fromisoformat(self.answered_at) > at


def _group(kind: str) -> str:
    return kind.partition("@")[0].rstrip()


def moment_text(at: datetime) -> str:
    """A moment in UTC as a text whose order is that of time, and which may stand in a path."""
    return at.strftime("%Y%m%dT%H%M%S.%fZ")


def requests_to_reserve(left: int) -> int:
    """How many requests a task reserves at once when so many are left: one at least, and one near the reserve."""
    return max(1, min(MOST_RESERVED, left // SHARE_RESERVED))


def client_name(client_key: str) -> str:
    """How a client is called in paths: twelve digits that tell clients apart and do not tell their keys."""
    return hashlib.sha256(client_key.encode()).hexdigest()[:12]


def renewed_at(day: date, client: str) -> datetime:
    """When a client whose quota of `day` is used up goes on: after midnight, the margin, and its own minute."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
    share = int(hashlib.sha256(client.encode()).hexdigest()[:4], 16) / 0xFFFF
    return midnight + MARGIN + timedelta(seconds=int(share * SPREAD.total_seconds()))


def reset_is_late(at: datetime, today: Spent) -> bool:
    """Whether a refusal at `at` means that TikTok has not renewed the quota yet: early, and nothing was answered."""
    since_midnight = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
    return since_midnight < LATE_RESET and not today.answered
