"""Estimate: what a plan will cost, from what earlier windows of the same query held."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from include.domain.quota import RECORDS_A_PAGE
from include.domain.units import QueryUnits
from include.domain.window import Window

#: Waiting windows that the note of a run names; the log of plan_windows has them all.
SHOWN = 3


@dataclass(frozen=True)
class Estimate:
    """Windows and days to harvest, the requests they will take, and the days of quota; None where nothing is known.

    `later` are windows that are left for another run, and not in the counts; `waiting` says which could not be
    completed, and what becomes of them.
    """

    windows: int
    days: int
    requests: int | None
    quota_days: int | None
    later: tuple[Window, ...] = ()
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.windows:
            return f"nothing is left to harvest{self._left()}"
        asked = f"{_counted(self.windows, 'window')} of {_counted(self.days, 'day')}"
        if self.requests is None:
            return f"{asked}; requests unknown, no window of this query is complete{self._left()}"
        cost = f"some {_counted(self.requests, 'request')}, {_counted(self.quota_days or 0, 'day')} of quota"
        return f"{asked}, {cost}{self._left()}"

    def _left(self) -> str:
        left = [*self.waiting[:SHOWN], *([f"{len(self.waiting) - SHOWN} more wait"] if self.waiting[SHOWN:] else [])]
        if self.later:
            days = f"{min(self.later).start} to {max(self.later).end}"
            left.insert(0, f"{len(self.later)} more windows, {days}, are left for another run")
        return "".join(f"; {each}" for each in left)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def estimate(
    windows: Sequence[Window],
    known: QueryUnits,
    daily_requests: int,
    later: Sequence[Window] = (),
    waiting: tuple[str, ...] = (),
) -> Estimate:
    """What harvesting `windows` will take, if they are as dense as the `known` covered windows."""
    days = sum(window.days for window in windows)
    if windows and not known.covered_days:
        return Estimate(len(windows), days, None, None, tuple(later), waiting)
    density = known.hits / max(1, known.covered_days)
    requests = sum(max(1, math.ceil(density * window.days / RECORDS_A_PAGE)) for window in windows)
    return Estimate(len(windows), days, requests, math.ceil(requests / daily_requests), tuple(later), waiting)
