"""What a window is: a run of whole UTC days that one search asks for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 30
"""Days in the longest window; TikTok refuses `end_date` more than 30 days after `start_date`."""

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Window:
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A window ends on or after the day it starts, got {self.start} to {self.end}.")

    def __str__(self) -> str:
        return f"{self.start.isoformat()}_{self.end.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read `2026-01-01_2026-01-30`, the text that crosses task boundaries and names folders."""
        try:
            start, end = text.split("_")
            return cls(date.fromisoformat(start), date.fromisoformat(end))
        except ValueError as error:
            raise ValueError(f"Not a window: {text!r}; expected <yyyy-mm-dd>_<yyyy-mm-dd>.") from error

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.start + n * DAY for n in range(self.days))

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __and__(self, other: "Window") -> "Window | None":
        """The days both windows share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Window(start, end) if start <= end else None

    def without(self, covered: Iterable["Window"]) -> "list[Window]":
        """The days of this window that lie in none of `covered`, as the fewest windows, oldest first."""
        left, start = [], self.start
        for other in sorted(covered):
            if other.end < start:
                continue
            if other.start > self.end:
                break
            if other.start > start:
                left.append(Window(start, other.start - DAY))
            start = max(start, other.end + DAY)
        if start <= self.end:
            left.append(Window(start, self.end))
        return left

    def cut(self, days: int) -> "list[Window]":
        """This window as consecutive windows of at most `days` days, oldest first, without overlap."""
        starts = (self.start + n * DAY for n in range(0, self.days, days))
        return [Window(start, min(start + (days - 1) * DAY, self.end)) for start in starts]


def join(windows: Iterable[Window]) -> list[Window]:
    """The days of all these windows as the fewest windows, oldest first."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.start <= joined[-1].end + DAY:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return joined
