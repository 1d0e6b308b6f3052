"""What a point is: an assumption of ours about TikTok, how to examine it, and what to change if it does not hold."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from include.stages.probe.asker import Asker, Unsettled

Figure = int | float | str | bool | None


class Outcome(StrEnum):
    """Whether an assumption is true."""

    HOLDS = "holds"
    FAILS = "does not hold"
    OPEN = "not settled"


class Finding(BaseModel):
    """What came of a point: the outcome, what it was judged by in words and figures, and nothing of anybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    came: str
    figures: dict[str, Figure] = {}


@dataclass(frozen=True)
class Point:
    """One assumption. `source` is where it comes from, `change` what to do where it does not hold."""

    name: str
    assumption: str
    source: str
    change: str
    examine: Callable[[Asker], Finding]

    def settle(self, asker: Asker) -> Finding:
        """What came of it; a point that cannot be settled says why."""
        try:
            return self.examine(asker)
        except Unsettled as reason:
            return Finding(outcome=Outcome.OPEN, came=str(reason))


def judge(holds: bool, came: str, **figures: Figure) -> Finding:
    """The finding of a point that could be settled."""
    return Finding(outcome=Outcome.HOLDS if holds else Outcome.FAILS, came=came, figures=figures)
