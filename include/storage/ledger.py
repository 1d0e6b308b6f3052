"""The quota ledger: what each task spent, one object per task, summed on reading.

No two tasks write the same object, so none can lose another's counts; a task counts a request before it goes out, so
a crash counts too much rather than too little.

A task reads each entry of the day once, and again when it has changed. An entry stands for one request at least, so
that a client's day has no more than 1,000 of them, however many tasks wake in vain.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import uuid4

import orjson

from include.domain.errors import ApiResting, QuotaExhausted, Tomorrow
from include.domain.quota import OUTAGE, RECORDS_A_DAY, RECORDS_A_PAGE, TRY_AGAIN, Spent, renewed_at, reset_is_late
from include.storage.layout import ledger_day, ledger_entry
from include.storage.objects import Objects


@dataclass
class Ledger:
    """One task's meter. `daily_requests` is what the project may take of the client's day.

    `day` is that of the last request. TikTok's clock may step back over midnight, so `mine` keeps each day's count.
    """

    objects: Objects
    client: str
    daily_requests: int
    task: str = field(default_factory=lambda: uuid4().hex)
    day: date = date.min
    mine: dict[date, Spent] = field(default_factory=lambda: defaultdict(Spent))
    others: dict[str, tuple[str, Spent]] = field(default_factory=dict)

    def before_request(self, at: datetime) -> None:
        """Count one request and its possible records.

        The request is counted before others are, so that of two tasks at the same time one at least sees the other.

        Raises:
            QuotaExhausted: it would break the reserve.
            ApiResting: TikTok could not answer another task, or this one, within the last hour.
        """
        self.day = at.date()
        self._count(Spent(1, RECORDS_A_PAGE))
        try:
            self._check(at, self._spent() + Spent(-1, -RECORDS_A_PAGE))
        except Tomorrow:
            self._count(Spent(-1, -RECORDS_A_PAGE))
            raise

    def after_answer(self, returned: int | None) -> None:
        """Correct the records by what came; the next write takes it along."""
        self.mine[self.day] += Spent(records=(returned or 0) - RECORDS_A_PAGE, answered=0 if returned is None else 1)

    def refused(self, at: datetime) -> datetime:
        """Note TikTok's own word, for all tasks, and say when to go on.

        A request that went out before midnight is refused for the day on which it went out; one that is refused before
        anything was answered today met a late reset, which is waited for by all tasks together.
        """
        if self.day == at.date() and reset_is_late(at, self._spent()):
            self._count(Spent(late_until=(at + TRY_AGAIN).isoformat()))
            return at + TRY_AGAIN
        self._count(Spent(refused=True))
        return max(at, renewed_at(self.day, self.client))

    def down(self, at: datetime) -> None:
        """TikTok could not answer: no task of the client asks it for an hour, as each would spend its tries in vain."""
        self.day = at.date()
        self._count(Spent(down_until=(at + OUTAGE).isoformat()))

    def close(self) -> None:
        """Write what was corrected since the last request."""
        for day, mine in self.mine.items():
            if mine != Spent():
                self._write(day)

    def _spent(self) -> Spent:
        """What all tasks have spent until now; reads only what other tasks have written since the last look."""
        listed = self.objects.versions(ledger_day(self.client, self.day))
        listed.pop(ledger_entry(self.client, self.day, self.task), None)
        self.others = {path: self._other(path, version) for path, version in listed.items()}
        return sum((each for _, each in self.others.values()), self.mine[self.day])

    def _other(self, path: str, version: str) -> tuple[str, Spent]:
        known = self.others.get(path)
        return known if known and known[0] == version else (version, _entry(self.objects, path))

    def _check(self, at: datetime, day: Spent) -> None:
        until = renewed_at(at.date(), self.client)
        if day.refused:
            raise QuotaExhausted(until, at, "TikTok has said today that the daily quota is used up")
        if day.late_until > at.isoformat():
            raise QuotaExhausted(datetime.fromisoformat(day.late_until), at, "TikTok has not renewed the quota yet")
        if day.down_until > at.isoformat():
            raise ApiResting(datetime.fromisoformat(day.down_until), at)
        if day.requests >= self.daily_requests:
            raise QuotaExhausted(until, at, f"{day.requests} of {self.daily_requests} requests of today are used")
        if day.records + RECORDS_A_PAGE > RECORDS_A_DAY:
            raise QuotaExhausted(until, at, f"{day.records} of {RECORDS_A_DAY} records of today are used")

    def _count(self, more: Spent) -> None:
        self.mine[self.day] += more
        self._write(self.day)

    def _write(self, day: date) -> None:
        path, mine = ledger_entry(self.client, day, self.task), self.mine[day]
        if mine != Spent():
            self.objects.write(path, orjson.dumps(asdict(mine)))
        else:
            self.objects.delete([path])


def spent(objects: Objects, client: str, day: date) -> Spent:
    """What a client's tasks spent on one day, all together."""
    return sum((_entry(objects, path) for path in objects.paths(ledger_day(client, day))), Spent())


def _entry(objects: Objects, path: str) -> Spent:
    content = objects.read(path)
    return Spent(**orjson.loads(content)) if content else Spent()
