"""The quota ledger: what each task spent, one entry per task, summed by one listing.

No two tasks write the same entry, so none can lose another's counts. A task reserves requests before it makes them:
ten at once while the day has plenty, one at a time near the reserve. A crash counts too much rather than too little;
else what was reserved and not needed is given back when the task ends.

A rest of all tasks of a client, and a refusal that is doubted, is a note: an object of its own beside the entries, in
each day that it concerns. Nobody writes a note again; deleting the notes of a day ends the rest.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

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
    moment_text,
    renewed_at,
    requests_to_reserve,
    reset_is_late,
)
from include.storage.layout import ledger_day, ledger_entry
from include.storage.ledger_entries import add_up, content_of, count_name, note_name, plain_kind
from include.storage.objects import Objects

NEVER = datetime.min.replace(tzinfo=UTC)

#: How refusals of the daily quota are called among the doubts; a good answer in between does not clear them.
DAILY_QUOTA = "daily quota @day"

#: TikTok tells its time in whole seconds, so that clocks differ by one: a rest that ends this soon has ended.
SOON = timedelta(seconds=2)

#: How long a task that is answered well goes by what it last saw of the others.
TRUSTED = timedelta(minutes=1)


@dataclass
class Account:
    """What one task has of one day: `spent` went out, `reserved` requests still may. `paths` are its entries."""

    spent: Spent = field(default_factory=Spent)
    reserved: int = 0
    number: int = 0
    paths: list[str] = field(default_factory=list)

    @property
    def total(self) -> Spent:
        """What went out and what still may: no more than the newest entry says, whenever a request goes out."""
        return self.spent + Spent(self.reserved, self.reserved * RECORDS_A_PAGE)


@dataclass
class Ledger:
    """One task's meter. `daily_requests` is what the project may take of the client's day.

    `asked_at` is when the last request went out, and `day` its day. TikTok's clock may step back over midnight, so
    there is an account for each day. `seen_at` is when the entries of all tasks were listed last, `is_well` whether the
    last request was answered well, and `to_reserve` how many requests are reserved next.
    """

    objects: Objects
    client: str
    daily_requests: int
    task: str = field(default_factory=lambda: uuid4().hex)
    asked_at: datetime = NEVER
    seen_at: datetime = NEVER
    is_well: bool = False
    to_reserve: int = 1
    accounts: dict[date, Account] = field(default_factory=lambda: defaultdict(Account))

    @property
    def day(self) -> date:
        return self.asked_at.date()

    @property
    def account(self) -> Account:
        """The account of that day."""
        return self.accounts[self.day]

    def before_request(self, at: datetime) -> None:
        """Count one request and its possible records.

        What is reserved is written before the others' entries are listed, so that of two tasks at the same time one at
        least sees the other.

        Raises:
            QuotaExhausted: it would break the reserve.
            ApiResting: all tasks of the client rest, as TikTok could not answer one of them, or answered it oddly.
        """
        self.asked_at = at
        mine, trusts = self.account, self.is_well and self.seen_at <= at < self.seen_at + TRUSTED
        self.is_well = False
        if not (mine.reserved and trusts):
            mine.reserved = mine.reserved or self.to_reserve
            self._write(self.day)
            self._look(at)
        mine.reserved -= 1
        mine.spent += Spent(1, RECORDS_A_PAGE)

    def after_answer(self, returned: int | None) -> None:
        """Correct the records by what came; the next write takes it along."""
        self.account.spent += Spent(records=(returned or 0) - RECORDS_A_PAGE)
        self.is_well = returned is not None
        if self.is_well:
            self.account.spent += Spent(answered=1, answered_at=moment_text(self.asked_at))

    def refused(self, at: datetime) -> datetime:
        """Note TikTok's own word that the quota is used up, for all tasks, and say when to go on.

        A request that went out before midnight is refused for the day on which it went out. One that is refused before
        anything was answered today met a late reset. The first refusal far below our own count is asked once more.
        """
        spent, renewal = self._spent(self.day), max(at, renewed_at(self.day, self.client))
        if self.day == at.date() and reset_is_late(at, spent):
            return self._rest(Rest.LATE, at, at + TRY_AGAIN)
        believed_at = (spent.first_doubt(plain_kind(DAILY_QUOTA)) or at) + DOUBT
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
        believed_at = (spent.first_doubt(plain_kind(kind)) or at) + DOUBT
        if at >= believed_at:
            return None
        self._note(_doubt(kind, at), at.date(), believed_at.date())
        return believed_at if spent.answered_since(at - LOOKS) else self._rest(Rest.DOUBT, at, believed_at)

    def down(self, at: datetime) -> datetime:
        """TikTok could not answer: no task of the client asks before the moment that is returned.

        Each rest in a row is twice as long as the one before, so that an outage of days costs few requests.
        """
        before = self._spent(at.date()).count_doubts(plain_kind(Rest.DOWN))
        self._note(_doubt(Rest.DOWN, at), at.date())
        return self._rest(Rest.DOWN, at, at + min(OUTAGE * 2**before, LONGEST_OUTAGE))

    def close(self) -> None:
        """Give back what was reserved and not needed, and leave one entry for each day."""
        for day, mine in self.accounts.items():
            mine.reserved = 0
            self._write(day)
            self._delete(mine, keep=1)

    def _look(self, at: datetime) -> None:
        """Compare what is reserved with the entries of all others; what does not fit is given back."""
        mine = self.account
        others = add_up(self.objects.paths(ledger_day(self.client, self.day)), self.task)
        day = others + mine.spent
        try:
            self._check(at, day)
        except Tomorrow:
            mine.reserved = 0
            self._write(self.day)
            raise
        left = day.left(self.daily_requests)
        if mine.reserved > left:
            mine.reserved = 1
            self._write(self.day)
        self.seen_at, self.to_reserve = at, requests_to_reserve(left - mine.reserved)

    def _spent(self, day: date) -> Spent:
        """What all tasks have spent or reserved until now."""
        return add_up(self.objects.paths(ledger_day(self.client, day)), self.task) + self.accounts[day].total

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
        self._note(Spent(rests_until=moment_text(until), why=why), at.date(), until.date())
        return until

    def _note(self, note: Spent, *days: date) -> None:
        for day in dict.fromkeys(days):
            self.objects.write(ledger_entry(self.client, day, note_name(uuid4().hex, note)), content_of(note))

    def _write(self, day: date) -> None:
        """Put an entry that says what this task has of a day, or none where it has nothing."""
        mine = self.accounts[day]
        if mine.total == Spent():
            self._delete(mine, keep=0)
            return
        mine.number += 1
        mine.paths.append(ledger_entry(self.client, day, count_name(self.task, mine.number, mine.total)))
        self.objects.write(mine.paths[-1], content_of(mine.total))

    def _delete(self, mine: Account, keep: int) -> None:
        """Remove the entries of an account but for the newest."""
        if old := mine.paths[: len(mine.paths) - keep]:
            self.objects.delete_together(old)
            mine.paths = mine.paths[len(old) :]


def spent(objects: Objects, client: str, day: date) -> Spent:
    """What a client's tasks spent or reserved on one day, all together."""
    return add_up(objects.paths(ledger_day(client, day)))


def _doubt(kind: str, at: datetime) -> Spent:
    return Spent(doubts=frozenset({(kind, moment_text(at))}))
