"""What one run asks of a research project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from include.domain.errors import ProjectInvalid
from include.domain.project import ResearchProject
from include.domain.window import Window


@dataclass(frozen=True)
class Asked:
    """Days from `start` to `end` (None = as far as the project goes); `reharvest` includes days already covered."""

    start: date | None = None
    end: date | None = None
    reharvest: bool = False

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise ProjectInvalid(f"end_date {self.end} lies before start_date {self.start}; swap them.")

    def of(self, project: ResearchProject, today: date) -> Window | None:
        """The days of the project that this run may harvest today, or None."""
        whole = project.wanted(today)
        if whole is None:
            return None
        start, end = self.start or whole.start, self.end or whole.end
        return whole & Window(start, end) if start <= end else None

    @property
    def names_days(self) -> bool:
        """Whether the run is for certain days, whatever became of them before."""
        return self.reharvest or self.start is not None or self.end is not None

    def go_on(self, later: Sequence[Window]) -> "Asked":
        """What the next run asks for when this one leaves the windows `later`: whatever is left, or the same with less.

        Of days that were named, those that this run has planned are not asked for again: one whose windows could not be
        completed would try them at once, and one that harvests again would never end.
        """
        if not self.names_days:
            return self
        return Asked(min(each.start for each in later), max(each.end for each in later), self.reharvest)
