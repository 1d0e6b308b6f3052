"""What was counted: the manifest of a unit of work, and of a dataset."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from include.domain.check import ABOUT_SLICES, Check, Verdict
from include.domain.errors import WindowNotComplete
from include.domain.slice import Slice, SliceState
from include.domain.unit_line import State as State
from include.domain.unit_line import UnitLine
from include.domain.units import Units
from include.domain.window import Window


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Counts(_Frozen):
    """What the pages of one round hold.

    `asked`, `returned` and `distinct` count records: room on its pages, what came, ids. `found` are distinct ids that
    are what was asked for, `foreign` those that are not. `hits` is how many TikTok said there are and `withheld` how
    many of them it kept back; None where it did not say. `fresh` are ids that the unit did not hold before the round,
    `changed` and `unchanged` those that it did.
    """

    pages: int = 0
    requests: int = 0
    asked: int = 0
    returned: int = 0
    distinct: int = 0
    found: int = 0
    foreign: int = 0
    without_id: int = 0
    hits: int | None = None
    withheld: int | None = None
    fresh: int = 0
    changed: int = 0
    unchanged: int = 0
    first_observed: datetime | None = None
    last_observed: datetime | None = None


class Round(_Frozen):
    """One time through all slices of a unit, in one run or several.

    `begun_by` is the run that began it, `ended_by` the one that ended it. `ended_at` is None as long as it goes on;
    `days` counts what was found on each day. `jumps` is False once TikTok has refused to go on in the middle of a fresh
    search. `tried_from` is the first slice that was added since the round was opened last.
    """

    number: int = 1
    begun_by: str = ""
    fields: tuple[str, ...] = ()
    slices: tuple[Slice, ...]
    state: State = State.OPEN
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""
    checks: tuple[Check, ...] = ()
    counts: Counts = Counts()
    days: dict[str, int] = {}
    jumps: bool = True
    tried_from: int = 1

    @property
    def open_slices(self) -> list[Slice]:
        """The slices that are still to be asked, in the order in which they are."""
        return [each for each in self.slices if each.state is SliceState.OPEN]

    @property
    def parked_slices(self) -> list[Slice]:
        return [each for each in self.slices if each.state is SliceState.PARKED]

    @property
    def can_be_completed(self) -> bool:
        """Whether nothing but single slices keeps the round from being complete: another run asks only those."""
        failed = [each.name for each in self.checks if each.failed]
        return bool(failed) and all(name in ABOUT_SLICES for name in failed)

    @property
    def next_number(self) -> int:
        return max(each.number for each in self.slices) + 1

    def slice(self, number: int) -> Slice:
        return next(each for each in self.slices if each.number == number)

    def replace(self, now: Slice, *more: Slice) -> "Round":
        """The round with a slice as it stands `now`, followed by those that it was split into."""
        slices: list[Slice] = []
        for each in self.slices:
            slices += [now, *more] if each.number == now.number else [each]
        return self.model_copy(update={"slices": tuple(slices)})

    def add(self, *more: Slice) -> "Round":
        """The round with further slices at its end."""
        return self.model_copy(update={"slices": (*self.slices, *more)})

    def without_jumps(self) -> "Round":
        return self.model_copy(update={"jumps": False})

    def with_fields(self, fields: tuple[str, ...]) -> "Round":
        return self.model_copy(update={"fields": fields})

    def with_counts(self, counts: Counts, days: Mapping[str, int]) -> "Round":
        return self.model_copy(update={"counts": counts, "days": dict(days)})

    def ask_again(self, numbers: Collection[int], why: str) -> "Round":
        """The round with these slices open again, each as a new one at its end."""
        slices, number = list(self.slices), self.next_number
        for place, each in enumerate(self.slices):
            if each.number in numbers:
                slices[place] = each.split(why)
                slices.append(each.reopen(number))
                number += 1
        return self.model_copy(update={"slices": tuple(slices)})

    def reopen(self, run: str) -> "Round":
        """The round with what was parked, and what had found nothing, open again for another run."""
        vain = [each for each in self.slices if each.state is SliceState.DONE and not each.hits]
        asked = self.ask_again({each.number for each in [*self.parked_slices, *vain]}, "asked again by another run")
        fresh = {"state": State.OPEN, "ended_at": None, "ended_by": "", "reason": "", "checks": ()}
        return asked.model_copy(update={**fresh, "tried_from": self.next_number, "begun_by": run})

    def close(self, state: State, checks: Sequence[Check], reason: str, at: datetime, by: str) -> "Round":
        update = {"state": state, "checks": tuple(checks), "reason": reason, "ended_at": at, "ended_by": by}
        return self.model_copy(update=update)


class Acceptance(_Frozen):
    """That a person took a unit for good as it is: who, when, and why."""

    by: str
    at: datetime
    why: str
    round: int


class UnitManifest(_Frozen):
    """What a unit of work asks for, and what came of it.

    `now` is the latest round; `stands` the last complete one of the same query, which counts until a newer one is
    complete. `tries` counts the rounds in a row that ended and were not complete. `months` counts the rows of the
    part, those of earlier queries too.
    """

    start: date
    end: date
    query: dict[str, Any]
    query_id: str
    now: Round
    stands: Round | None = None
    accepted: Acceptance | None = None
    tries: int = 0
    first_created: datetime | None = None
    last_created: datetime | None = None
    months: dict[str, int] = {}
    part_sha256: str | None = None
    synthetic: bool = False

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    @property
    def name(self) -> str:
        return str(self.window)

    @property
    def state(self) -> State:
        """How the unit stands: a complete round stays complete while a newer one is on its way."""
        return self.line.state

    @property
    def covers(self) -> bool:
        """Whether its days count as harvested: by a complete round, or because a person said so."""
        return self.line.covers

    @property
    def result(self) -> Round:
        """The round whose counts speak for the unit."""
        return self.stands or self.now

    @property
    def again_on(self) -> date | None:
        """The day on which the unit is tried again by itself; None when that is now, or when it waits for a person."""
        return self.line.again_on

    @property
    def waits_for_person(self) -> bool:
        return self.line.waits_for_person

    @property
    def line(self) -> UnitLine:
        """What whoever looks at all units needs to know of this one."""
        counts = self.result.counts
        return UnitLine(
            start=self.start,
            end=self.end,
            query_id=self.query_id,
            now=self.now.state,
            stands=self.stands is not None,
            accepted=self.accepted is not None,
            ended_at=self.now.ended_at,
            reason=self.now.reason,
            tries=self.tries,
            hits=counts.distinct if counts.hits is None else counts.hits,
            requests=counts.requests,
            asked=counts.asked,
            returned=counts.returned,
            fields=self.result.fields,
            first_created=self.first_created,
            last_created=self.last_created,
            last_observed=self.now.counts.last_observed,
            months=tuple(self.months),
            part_sha256=self.part_sha256,
            synthetic=self.synthetic,
        )

    def with_round(self, now: Round) -> "UnitManifest":
        """The unit with the latest round as it stands, or with a new one."""
        return self.model_copy(update={"now": now})

    def close_round(self, now: Round) -> "UnitManifest":
        """The unit after the end of a round: a complete one stands from now on."""
        update: dict[str, Any] = {"now": now, "tries": self.tries + 1}
        if now.state is State.COMPLETE:
            update |= {"stands": now, "tries": 0, "accepted": None}
        return self.model_copy(update=update)

    def accept(self, by: str, why: str, at: datetime) -> "UnitManifest":
        """The unit whose days count as covered because a person takes it as it is."""
        return self.model_copy(update={"accepted": Acceptance(by=by, at=at, why=why, round=self.now.number)})

    def check_complete(self) -> None:
        """A round that is parked must not be overlooked.

        Raises:
            WindowNotComplete: it is incomplete or suspect; says why, and what comes next.
        """
        if self.now.state is State.COMPLETE or (self.accepted and self.accepted.round == self.now.number):
            return
        raise WindowNotComplete(
            f"Window {self.name} is {self.now.state}: {self.now.reason}. Its {self.now.counts.pages} pages are kept "
            f"and merged. {self._next_step()}"
        )

    def _next_step(self) -> str:
        if self.accepted:
            return f"Its days still count, as {self.accepted.by} accepted an earlier round."
        if self.stands:
            return f"The round of {self.stands.ended_at:%Y-%m-%d}, which was complete, still counts."
        days = "Its days do not count as covered until then."
        if self.again_on:
            return f"It is tried again by the first run on {self.again_on} or later. {days}"
        return (
            f"It has been tried {self.tries} times and waits for you: harvest its dates again, or accept it as it is "
            f"with accept_window. {days}"
        )

    def summary(self) -> dict[str, Any]:
        """The counts that Airflow shows of a window; never a record."""
        shown = {"pages", "requests", "returned", "distinct", "withheld", "foreign", "fresh", "changed", "unchanged"}
        warnings = [each.reason for each in self.now.checks if each.verdict is Verdict.WARNING]
        return {
            "window": self.name,
            "state": self.now.state.value,
            "reason": self.now.reason,
            **({"warnings": warnings} if warnings else {}),
            **self.now.counts.model_dump(mode="json", include=shown),
        }


class Month(_Frozen):
    """One month of a dataset: its file's rows, size and checksum, and the digest of the parts that it holds."""

    rows: int
    sha256: str
    parts: str
    bytes: int = 0

    def with_bytes(self, size: int) -> "Month":
        return self.model_copy(update={"bytes": size})

    def holds(self, parts: str, stored_bytes: int) -> bool:
        """Whether the month's file has these parts, if a listing shows it with so many bytes; no is "look inside"."""
        return self.bytes == stored_bytes > 0 and parts == self.parts


class DatasetManifest(_Frozen):
    """The months of a dataset, and the units that the merge saw; `synthetic`: a record came from the sandbox once.

    Of their parts the months tell.
    """

    schema_version: int
    months: dict[str, Month] = {}
    units: Units = Units()
    synthetic: bool = False

    @property
    def rows(self) -> int:
        return sum(month.rows for month in self.months.values())

    def summary(self) -> dict[str, Any]:
        """The counts that Airflow shows of a dataset."""
        return {"months": len(self.months), "videos": self.rows}
