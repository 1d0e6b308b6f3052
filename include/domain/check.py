"""What a check is: a named verdict with its figures, which stands in a manifest and is shown as it is."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

Figure = int | float | str | None


class Verdict(StrEnum):
    """What a check found. A warning is for people to read; a failure keeps a unit from being complete."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"


#: The checks that fail for single slices: another run asks those again, and the round can still be completed.
SLICES, VERIFICATION, LOOKS, SPENDING = "slices", "verification", "second looks", "requests without a new record"
ENDS, SILENCE = "ends of searches", "empty answers"
ABOUT_SLICES = (SLICES, VERIFICATION, LOOKS, SPENDING, ENDS, SILENCE)


class Check(BaseModel):
    """One comparison: what it is called, how it ended, the figures, and in one sentence why it did not pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    verdict: Verdict = Verdict.PASSED
    figures: dict[str, Figure] = {}
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.verdict is Verdict.FAILED


def check(name: str, reason: str = "", *, verdict: Verdict = Verdict.FAILED, **figures: Figure) -> Check:
    """A check that passed where there is no `reason`, else one with this verdict."""
    return Check(name=name, verdict=verdict if reason else Verdict.PASSED, figures=figures, reason=reason)
