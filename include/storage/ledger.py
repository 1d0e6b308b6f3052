"""The quota ledger: what each task spent, one object per task, summed on reading.

No two tasks write the same object, so none can lose another's counts; a task counts a request before it goes out, so
a crash counts too much rather than too little.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import uuid4

import orjson

from include.domain.errors import QuotaExhausted
from include.domain.quota import RECORDS_A_DAY, RECORDS_A_PAGE, TRY_AGAIN, Spent, renewed_at, reset_is_late
from include.storage.layout import ledger_day, ledger_entry
from include.storage.objects import Objects


@dataclass
class Ledger:
    """One task's meter. `daily_requests` is what the project may take of the client's day."""

    objects: Objects
    client: str
    daily_requests: int
    task: str = field(default_factory=lambda: uuid4().hex)
    day: date | None = None
    mine: Spent = field(default_factory=Spent)
    others: dict[str, tuple[str, Spent]] = field(default_factory=dict)

    def before_request(self, at: datetime) -> None:
        """Count one request and its possible records; raises QuotaExhausted before the reserve would be broken.

        The request is counted before others are, so that of two tasks at the same time one at least sees the other.
        """
        if at.date() != self.day:
            self.day, self.mine, self.others = at.date(), Spent(), {}
        self.mine += Spent(1, RECORDS_A_PAGE)
        self._write()
        try:
            self._check(at, self._spent(at.date()) + Spent(-1, -RECORDS_A_PAGE))
        except QuotaExhausted:
            self.mine += Spent(-1, -RECORDS_A_PAGE)
            self._write()
            raise

    def after_answer(self, returned: int | None) -> None:
        """Correct the records by what came; the next write takes it along."""
        self.mine += Spent(records=(returned or 0) - RECORDS_A_PAGE, answered=0 if returned is None else 1)

    def refused(self, at: datetime) -> datetime:
        """Note TikTok's own word, for all tasks, and say when to go on.

        A request that went out before midnight is refused for the day on which it went out; one that is refused before
        anything was answered today met a late reset, which is waited for by all tasks together.
        """
        day = self.day or at.date()
        if day == at.date() and reset_is_late(at, self._spent(day)):
            self.mine += Spent(late_until=(at + TRY_AGAIN).isoformat())
            self._write()
            return at + TRY_AGAIN
        self.mine += Spent(refused=True)
        self._write()
        return max(at, renewed_at(day, self.client))

    def close(self) -> None:
        """Write what was corrected since the last request."""
        if self.mine.requests:
            self._write()

    def _spent(self, day: date) -> Spent:
        """What all tasks have spent until now; reads again only what other tasks have written since the last look."""
        for path, version in self.objects.versions(ledger_day(self.client, day)).items():
            if path != ledger_entry(self.client, day, self.task) and self.others.get(path, ("",))[0] != version:
                self.others[path] = version, _entry(self.objects, path)
        return sum((each for _, each in self.others.values()), self.mine)

    def _check(self, at: datetime, day: Spent) -> None:
        until = renewed_at(at.date(), self.client)
        if day.refused:
            raise QuotaExhausted(until, at, "TikTok has said today that the daily quota is used up")
        if day.late_until > at.isoformat():
            raise QuotaExhausted(datetime.fromisoformat(day.late_until), at, "TikTok has not renewed the quota yet")
        if day.requests >= self.daily_requests:
            raise QuotaExhausted(until, at, f"{day.requests} of {self.daily_requests} requests of today are used")
        if day.records + RECORDS_A_PAGE > RECORDS_A_DAY:
            raise QuotaExhausted(until, at, f"{day.records} of {RECORDS_A_DAY} records of today are used")

    def _write(self) -> None:
        if self.day is None:
            return
        self.objects.write(ledger_entry(self.client, self.day, self.task), orjson.dumps(asdict(self.mine)))


def spent(objects: Objects, client: str, day: date) -> Spent:
    """What a client's tasks spent on one day, all together."""
    return sum((_entry(objects, path) for path in objects.paths(ledger_day(client, day))), Spent())


def _entry(objects: Objects, path: str) -> Spent:
    content = objects.read(path)
    return Spent(**orjson.loads(content)) if content else Spent()
