"""What an API client may spend in one UTC day, and when that is renewed.

Source: TikTok docs, Research API FAQ: 1,000 requests and 100,000 records per client and day, renewed at 12 AM UTC.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

REQUESTS_A_DAY = 1_000
RECORDS_A_DAY = 100_000

RECORDS_A_PAGE = 100
"""Records asked for in one request: the most TikTok allows; every smaller page costs the same."""

MARGIN = timedelta(minutes=15)
"""After midnight: the API was seen to refuse for some minutes longer (contract, known faults)."""

SPREAD = timedelta(minutes=30)
"""Clients start again within this time after the margin, each at its own minute."""

LATE_RESET = timedelta(hours=2)
"""A refusal this early in the day means a late reset, not a day's quota used up."""

TRY_AGAIN = timedelta(minutes=20)

OUTAGE = timedelta(hours=1)
"""How long no task of a client asks after TikTok could not answer one of them: an outage of a day then costs a third of
the day's requests at most, at some fifteen for each try."""


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


@dataclass(frozen=True)
class Spent:
    """Requests and records of one client on one day, and how many requests were answered well.

    `refused` is TikTok's own word that the day is used up; `late_until` the moment (ISO, UTC) until which its reset
    is waited for; `down_until` the one until which an outage is.
    """

    requests: int = 0
    records: int = 0
    answered: int = 0
    refused: bool = False
    late_until: str = ""
    down_until: str = ""

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.requests + other.requests,
            self.records + other.records,
            self.answered + other.answered,
            self.refused or other.refused,
            max(self.late_until, other.late_until),
            max(self.down_until, other.down_until),
        )


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
