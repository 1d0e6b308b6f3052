"""What did not hold in a world."""

from dataclasses import dataclass, field

from tests.worlds.trace import Trace

#: A world that goes wrong often goes wrong in the same way.
MOST = 20


@dataclass(frozen=True)
class Violation:
    """What did not hold, and at which step."""

    kind: str
    what: str
    step: int

    def __str__(self) -> str:
        return f"step {self.step}: {self.kind}: {self.what}"


@dataclass
class Complaints:
    """The violations of a world, each also in its trace."""

    trace: Trace
    violations: list[Violation] = field(default_factory=list)

    def add(self, kind: str, what: str) -> None:
        if len(self.violations) < MOST:
            self.violations.append(Violation(kind, what, self.trace.step))
            self.trace.add("INVARIANT", f"{kind}: {what}")
