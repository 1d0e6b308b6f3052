"""One line about a unit of work: what whoever looks at all units of a project needs to know of each."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from include.domain.window import Window

#: Days after which a unit that could not be completed is tried again by itself; then it waits for a person.
TRY_AGAIN_AFTER = (1, 3, 7)


class State(StrEnum):
    """How a round ended, or that it has not."""

    OPEN = "open"
    COMPLETE = "complete"
    SUSPECT = "suspect"
    INCOMPLETE = "incomplete"


class UnitLine(BaseModel):
    """How a unit stands, and what it adds to the dataset.

    `now`, `ended_at`, `reason` and `last_observed` are of its latest round. `hits` (the positions that a search of it
    has to page through), `requests`, `asked`, `returned` and `fields` are of the round whose counts speak for the unit.
    `stands` tells whether a complete round counts, `accepted` whether a person took the unit as it is. `months` are
    those of the rows in its part.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date
    query_id: str
    now: State = State.OPEN
    stands: bool = False
    accepted: bool = False
    ended_at: datetime | None = None
    reason: str = ""
    tries: int = 0
    hits: int = 0
    requests: int = 0
    asked: int = 0
    returned: int = 0
    fields: tuple[str, ...] = ()
    first_created: datetime | None = None
    last_created: datetime | None = None
    last_observed: datetime | None = None
    months: tuple[str, ...] = ()
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
        return State.COMPLETE if self.stands else self.now

    @property
    def covers(self) -> bool:
        """Whether its days count as harvested: by a complete round, or because a person said so."""
        return self.stands or self.accepted

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done about it: its days are covered, and no round goes on."""
        return self.covers and self.now is not State.OPEN

    @property
    def again_on(self) -> date | None:
        """The day on which the unit is tried again by itself; None when that is now, or when it waits for a person."""
        if self.ended_at is None or self.covers or self.waits_for_person:
            return None
        return self.ended_at.date() + timedelta(days=TRY_AGAIN_AFTER[self.tries - 1])

    @property
    def waits_for_person(self) -> bool:
        return not self.covers and self.tries > len(TRY_AGAIN_AFTER)

    def is_due(self, today: date) -> bool:
        """Whether a run that asks for nothing in particular should try the unit today."""
        again = self.again_on
        return not self.covers and not self.waits_for_person and (again is None or again <= today)
