"""What a slice is: one search within a unit of work, how far it came, and into what it is split when it fails."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from include.domain.window import Window

Narrowing = dict[str, tuple[str, ...]]


class SliceState(StrEnum):
    """How far a slice came. A slice that was split goes on as others; one that is parked waits for a later run."""

    OPEN = "open"
    DONE = "done"
    SPLIT = "split"
    PARKED = "parked"


class Aim(StrEnum):
    """Why a slice is asked."""

    COLLECT = "collect"
    #: Days that a lost search had reached: posts that were scheduled lie behind the point where it was lost.
    VERIFY = "verify"
    #: Days without a record, where that is improbable or unproven.
    LOOK = "look"


class Slice(BaseModel):
    """One search: its days, what narrows the unit's query, and how it ended.

    `number` counts the slices of a round, and its pages carry it. `one_day` is asked so that it does not matter whether
    TikTok counts `end_date` in. `after` is the slice it was split from; it is a
    `retry` where it asks the same from the start. `jump` is the cursor at which it goes on after its first page,
    because the other one brought the pages before. `rested_at` is the page at which it rested before it was split.
    `hits` is how many records TikTok found, those it withholds included; None where it did not say. `proof` is the
    witness that the search came to its end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Annotated[int, Field(ge=1)]
    start: date
    end: date
    narrowing: Narrowing = {}
    aim: Aim = Aim.COLLECT
    one_day: bool = False
    after: int = 0
    retry: bool = False
    jump: int = 0
    rested_at: int = 0
    state: SliceState = SliceState.OPEN
    reason: str = ""
    hits: int | None = None
    proof: str = ""

    @property
    def days(self) -> Window:
        return Window(self.start, self.end)

    @property
    def last_day(self) -> date:
        return self.start if self.one_day else self.end

    @property
    def name(self) -> str:
        """How the slice is called in messages."""
        narrow = (f"{field} {' or '.join(values)}" for field, values in self.narrowing.items())
        return ", ".join([f"{self.start} to {self.end}", *narrow])

    def finish(self, hits: int | None, proof: str) -> "Slice":
        """The slice after the end of its search; `proof` is the witness that it was the end."""
        return self.model_copy(update={"state": SliceState.DONE, "hits": hits, "proof": proof, "reason": ""})

    def rest(self, page: int) -> "Slice":
        """The slice that waits some minutes before it is split, because a passing fault must not cost its pages."""
        return self.model_copy(update={"rested_at": page})

    def split(self, why: str) -> "Slice":
        """The slice after others took over what it left."""
        return self.model_copy(update={"state": SliceState.SPLIT, "reason": why})

    def park(self, why: str) -> "Slice":
        """The slice that cannot be split any more; another run may ask it again."""
        return self.model_copy(update={"state": SliceState.PARKED, "reason": why})

    def reopen(self, number: int) -> "Slice":
        """The same question as a new slice, which goes on where this one was to."""
        fresh = {"number": number, "retry": False, "rested_at": 0, "state": SliceState.OPEN, "reason": ""}
        return self.model_copy(update=fresh)
