"""The quota ledger: what each task spent, one object per task, summed on reading.

No two tasks write the same object, so none can lose another's counts; a task counts a request before it goes out, so
a crash counts too much rather than too little.

A task reads each entry of the day once, and again when it has changed. An entry stands for one request at least, so
that a client's day has no more than 1,000 of them, however many tasks wake in vain.

A rest of all tasks of a client, and a refusal that is doubted, is a note: an object of its own beside the entries, in
each day that it concerns. Nobody writes a note again; deleting the notes of a day ends the rest.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import orjson

from include.domain.errors import ApiResting, QuotaExhausted, Tomorrow
from include.domain.quota import (
    DOUBT,
    LONGEST_OUTAGE,
    LOOKS,
    OUTAGE,
    RECORDS_A_DAY,
    RECORDS_A_PAGE,
    TRY_AGAIN,
    Rest,
    Spent,
    renewed_at,
    reset_is_late,
)
from include.storage.layout import ledger_day, ledger_entry
from include.storage.objects import Objects

NEVER = datetime.min.replace(tzinfo=UTC)

#: How refusals of the daily quota are called among the doubts; a good answer in between does not clear them.
DAILY_QUOTA = "daily quota @day"

#: TikTok tells its time in whole seconds, so that clocks differ by one: a rest that ends this soon has ended.
SOON = timedelta(seconds=2)


@dataclass
class Ledger:
    """One task's meter. `daily_requests` is what the project may take of the client's day.

    `asked_at` is when the last request went out, and `day` its day. TikTok's clock may step back over midnight, so
    `mine` keeps each day's count.
    """

    objects: Objects
    client: str
    daily_requests: int
    task: str = field(default_factory=lambda: uuid4().hex)
    asked_at: datetime = NEVER
    mine: dict[date, Spent] = field(default_factory=lambda: defaultdict(Spent))
    others: dict[str, tuple[str, Spent]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.asked_at.date()

    def before_request(self, at: datetime) -> None:
        """Count one request and its possible records.

        The request is counted before others are, so that of two tasks at the same time one at least sees the other.

        Raises:
            QuotaExhausted: it would break the reserve.
            ApiResting: all tasks of the client rest, as TikTok could not answer one of them, or answered it oddly.
        """
        self.asked_at = at
        self._count(Spent(1, RECORDS_A_PAGE))
        try:
            self._check(at, self._spent(self.day) + Spent(-1, -RECORDS_A_PAGE))
        except Tomorrow:
            self._count(Spent(-1, -RECORDS_A_PAGE))
            raise

    def after_answer(self, returned: int | None) -> None:
        """Correct the records by what came; the next write takes it along."""
        self.mine[self.day] += Spent(records=(returned or 0) - RECORDS_A_PAGE)
        if returned is not None:
            self.mine[self.day] += Spent(answered=1, answered_at=self.asked_at.isoformat())

    def refused(self, at: datetime) -> datetime:
        """Note TikTok's own word that the quota is used up, for all tasks, and say when to go on.

        A request that went out before midnight is refused for the day on which it went out. One that is refused before
        anything was answered today met a late reset. The first refusal far below our own count is asked once more.
        """
        spent, renewal = self._spent(self.day), max(at, renewed_at(self.day, self.client))
        if self.day == at.date() and reset_is_late(at, spent):
            return self._rest(Rest.LATE, at, at + TRY_AGAIN)
        believed_at = (spent.first_doubt(DAILY_QUOTA) or at) + DOUBT
        if spent.is_nearly_used_up or at >= believed_at:
            return self._rest(Rest.USED_UP, at, renewal)
        self._note(_doubt(DAILY_QUOTA, at), self.day)
        return self._rest(Rest.UNLIKELY, at, min(believed_at, renewal))

    def doubt(self, kind: str, at: datetime) -> datetime | None:
        """Note a refusal that is hard to believe; returns when to look again, None when it must be believed.

        It is believed when the same request met it an hour ago, or when another did and nothing was answered since.
        All tasks rest until then, unless one was answered while this one looked: then it alone is refused.
        """
        spent = self._spent(at.date())
        believed_at = (spent.first_doubt(kind) or at) + DOUBT
        if at >= believed_at:
            return None
        self._note(_doubt(kind, at), at.date(), believed_at.date())
        return believed_at if spent.answered_since(at - LOOKS) else self._rest(Rest.DOUBT, at, believed_at)

    def down(self, at: datetime) -> datetime:
        """TikTok could not answer: no task of the client asks before the moment that is returned.

        Each rest in a row is twice as long as the one before, so that an outage of days costs few requests.
        """
        before = self._spent(at.date()).count_doubts(Rest.DOWN)
        self._note(_doubt(Rest.DOWN, at), at.date())
        return self._rest(Rest.DOWN, at, at + min(OUTAGE * 2**before, LONGEST_OUTAGE))

    def close(self) -> None:
        """Write what was corrected since the last request."""
        for day, mine in self.mine.items():
            if mine != Spent():
                self._write(day)

    def _spent(self, day: date) -> Spent:
        """What all tasks have spent until now; reads only what other tasks have written since the last look."""
        listed = self.objects.versions(ledger_day(self.client, day))
        listed.pop(ledger_entry(self.client, day, self.task), None)
        self.others = {path: self._other(path, version) for path, version in listed.items()}
        return sum((each for _, each in self.others.values()), self.mine[day])

    def _other(self, path: str, version: str) -> tuple[str, Spent]:
        known = self.others.get(path)
        return known if known and known[0] == version else (version, _entry(self.objects, path))

    def _check(self, at: datetime, day: Spent) -> None:
        if day.rests_until and (until := datetime.fromisoformat(day.rests_until)) > at + SOON:
            rest = Rest(day.why)
            raise QuotaExhausted(until, at, rest) if rest.of_quota else ApiResting(until, at, rest)
        until = renewed_at(at.date(), self.client)
        if day.requests >= self.daily_requests:
            raise QuotaExhausted(until, at, f"{day.requests} of {self.daily_requests} requests of today are used")
        if day.records + RECORDS_A_PAGE > RECORDS_A_DAY:
            raise QuotaExhausted(until, at, f"{day.records} of {RECORDS_A_DAY} records of today are used")

    def _rest(self, why: Rest, at: datetime, until: datetime) -> datetime:
        self._note(Spent(rests_until=until.isoformat(), why=why), at.date(), until.date())
        return until

    def _note(self, note: Spent, *days: date) -> None:
        for day in dict.fromkeys(days):
            self.objects.write(ledger_entry(self.client, day, f"note-{uuid4().hex}"), _json(note))

    def _count(self, more: Spent) -> None:
        self.mine[self.day] += more
        self._write(self.day)

    def _write(self, day: date) -> None:
        path, mine = ledger_entry(self.client, day, self.task), self.mine[day]
        if mine != Spent():
            self.objects.write(path, _json(mine))
        else:
            self.objects.delete([path])


def spent(objects: Objects, client: str, day: date) -> Spent:
    """What a client's tasks spent on one day, all together."""
    return sum((_entry(objects, path) for path in objects.paths(ledger_day(client, day))), Spent())


def _doubt(kind: str, at: datetime) -> Spent:
    return Spent(doubts=frozenset({(kind, at.isoformat())}))


def _json(entry: Spent) -> bytes:
    return orjson.dumps({**asdict(entry), "doubts": sorted(entry.doubts)})


def _entry(objects: Objects, path: str) -> Spent:
    content = objects.read(path)
    found = orjson.loads(content) if content else {"doubts": ()}
    return Spent(**{**found, "doubts": frozenset(map(tuple, found["doubts"]))})
