"""The quota ledger: what each task spent, one object per task, summed on reading.

No two tasks write the same object, so none can lose another's counts; a task counts a request before it goes out, so
a crash counts too much rather than too little.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import uuid4

import orjson

from include.domain.errors import QuotaExhausted
from include.domain.quota import RECORDS_A_DAY, TRY_AGAIN, Spent, renewed_at, reset_is_late
from include.storage.layout import ledger_day, ledger_entry
from include.storage.objects import Objects

PAGE = 100
SUM_EVERY = 10
"""Requests between two looks at what other tasks spent, while the quota is far away."""

NEAR = 50
"""Requests left at which every request looks."""


@dataclass
class Ledger:
    """One task's meter. `daily_requests` is what the project may take of the client's day."""

    objects: Objects
    client: str
    daily_requests: int
    task: str = field(default_factory=lambda: uuid4().hex)
    day: date | None = None
    mine: Spent = field(default_factory=Spent)
    others: Spent = field(default_factory=Spent)
    summed_at: int = -SUM_EVERY

    def before_request(self, at: datetime) -> None:
        """Count one request and its possible records; raises QuotaExhausted before the reserve would be broken.

        The request is counted before others are, so that of two tasks at the same time one at least sees the other.
        """
        if at.date() != self.day:
            self.day, self.mine, self.summed_at = at.date(), Spent(), -SUM_EVERY
        self.mine += Spent(1, PAGE)
        self._write()
        if self._left() <= NEAR or self.mine.requests - self.summed_at >= SUM_EVERY:
            self.others = spent(self.objects, self.client, self.day, without=self.task)
            self.summed_at = self.mine.requests
        try:
            self._check(at)
        except QuotaExhausted:
            self.mine += Spent(-1, -PAGE)
            self._write()
            raise

    def after_answer(self, returned: int | None) -> None:
        """Correct the records by what came; the next write takes it along."""
        self.mine += Spent(records=(returned or 0) - PAGE, answered=0 if returned is None else 1)

    def refused(self, at: datetime) -> datetime:
        """Note TikTok's own word, for all tasks, and say when to go on; before a late reset it says nothing yet."""
        if reset_is_late(at, self.mine + self.others):
            return at + TRY_AGAIN
        self.mine += Spent(refused=True)
        self._write()
        return renewed_at(at.date(), self.client)

    def close(self) -> None:
        """Write what was corrected since the last request."""
        if self.mine.requests:
            self._write()

    def _left(self) -> int:
        return self.daily_requests - self.mine.requests - self.others.requests

    def _check(self, at: datetime) -> None:
        day = self.mine + self.others + Spent(-1, -PAGE)
        until = renewed_at(at.date(), self.client)
        if day.refused:
            raise QuotaExhausted(until, at, "TikTok has said today that the daily quota is used up")
        if day.requests >= self.daily_requests:
            raise QuotaExhausted(until, at, f"{day.requests} of {self.daily_requests} requests of today are used")
        if day.records + PAGE > RECORDS_A_DAY:
            raise QuotaExhausted(until, at, f"{day.records} of {RECORDS_A_DAY} records of today are used")

    def _write(self) -> None:
        if self.day is None:
            return
        self.objects.write(ledger_entry(self.client, self.day, self.task), orjson.dumps(asdict(self.mine)))


def spent(objects: Objects, client: str, day: date, without: str = "") -> Spent:
    """What a client's tasks spent on one day, all of them or all but one."""
    total = Spent()
    for path in objects.paths(ledger_day(client, day)):
        if path != ledger_entry(client, day, without) and (content := objects.read(path)):
            total += Spent(**orjson.loads(content))
    return total
