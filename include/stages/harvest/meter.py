"""The meter of one unit: a ledger that also keeps the lease while requests go out, and ends fruitless spending."""

from dataclasses import dataclass
from datetime import datetime

from include.domain.errors import BudgetSpent
from include.storage.leases import Lease
from include.storage.ledger import Ledger

#: The share of a project's day that a unit may spend without a new record.
SHARE = 10

#: Beyond that share, one request in vain is allowed for so many that brought something new.
IN_VAIN = 4

#: And no less than this many requests: a unit of a small project must be able to finish its last looks.
AT_LEAST = 50


@dataclass
class UnitMeter:
    """Counts the requests of a unit.

    `answers` are those that came well, `news` the new records of this try, `fruitless` the requests since the last new
    record, `worst` the most there ever were, `wasted` all that brought none, `fruitful` those that did.
    """

    ledger: Ledger
    lease: Lease | None = None
    answers: int = 0
    news: int = 0
    fruitless: int = 0
    worst: int = 0
    wasted: int = 0
    fruitful: int = 0

    @property
    def bound(self) -> int:
        return max(AT_LEAST, self.ledger.daily_requests // SHARE)

    def before_request(self, at: datetime) -> None:
        """Count a request before it goes out.

        Raises:
            BudgetSpent: the unit has spent its share of the day without a new record, or too much in vain in all.
            WindowTaken: another task has the lease now.
            QuotaExhausted, ApiResting, AnswerDoubted: as the ledger says.
        """
        if self.fruitless >= self.bound:
            raise BudgetSpent(f"{self.fruitless} requests brought no new record, and no more than {self.bound} may")
        if self.wasted >= self.bound + self.fruitful // IN_VAIN:
            raise BudgetSpent(f"{self.wasted} requests brought no new record, and only {self.fruitful} did")
        if self.lease:
            self.lease.keep(at)
        self.ledger.before_request(at)
        self.fruitless += 1
        self.wasted += 1
        self.worst = max(self.worst, self.fruitless)

    def renew_lease(self, at: datetime) -> None:
        """What must hold before a part or a manifest is put: the unit is still ours, by a look at this moment.

        Raises:
            WindowTaken: it is not.
        """
        if self.lease:
            self.lease.renew(at)

    def after_answer(self, returned: int | None) -> None:
        self.answers += returned is not None
        self.ledger.after_answer(returned)

    def note_page(self, new_records: int, requests: int | None = None) -> None:
        """Take note of a page: a new record sets the count of fruitless requests back.

        `requests` is what a page cost that was stored before this try began, as far as it counts; those of this try
        are counted already.
        """
        self.worst = max(self.worst, self.fruitless + (requests or 0))
        self.fruitless = 0 if new_records else self.fruitless + (requests or 0)
        self.wasted += requests or 0
        if new_records and requests != 0:
            self.fruitful += 1
            self.wasted -= 1
        self.news += new_records if requests is None else 0

    def refused(self, at: datetime) -> datetime:
        return self.ledger.refused(at)

    def doubt(self, kind: str, at: datetime) -> datetime | None:
        return self.ledger.doubt(kind, at)
