"""Estimate: what a plan will cost, from what is known of how many hits a day has."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from include.domain.density import Density, nearest
from include.domain.window import DAY, Window

#: Waiting windows that the note of a run names; the log of plan_windows has them all.
SHOWN = 3


@dataclass(frozen=True)
class Between:
    """A number that is expected, and the range in which it lies."""

    least: int
    likely: int
    most: int

    def map(self, count: Callable[[int], int]) -> "Between":
        """The same of another number that grows with this one."""
        return Between(count(self.least), count(self.likely), count(self.most))

    def tell(self, text: Callable[[int], str], one: str = "", many: str = "") -> str:
        """The number as text, with its noun (` request`), and in parentheses its range where it has one."""
        least, most = text(self.least), text(self.most)
        number = f"{text(self.likely)}{one if self.likely == 1 else many}"
        return number if least == most else f"{number} ({least} to {most})"


@dataclass(frozen=True)
class Estimate:
    """Windows and days that are left to harvest, the requests they will take, and the days of quota.

    All of them count, those too that are left for the next run (`later`). `requests` and `quota_days` are None where
    nothing is known. `today` is the first of the days of quota. `samples` counts the sampled days on which the estimate
    rests. `waiting` says which windows could not be completed, and what becomes of them.
    """

    windows: int
    days: int
    requests: Between | None
    quota_days: Between | None
    today: date
    samples: int = 0
    later: tuple[Window, ...] = ()
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.windows:
            return f"nothing is left to harvest{self._waits()}"
        return f"{self._size()}{self._cost()}{self._waits()}"

    def _size(self) -> str:
        if not self.later:
            return f"{_counted(self.windows, 'window')} of {_counted(self.days, 'day')}"
        now = f"{self.windows - len(self.later)} of {_counted(self.windows, 'window')}"
        left = "1 is left" if len(self.later) == 1 else f"{len(self.later):,} are left"
        return f"{now}; {left}, the next run begins by itself; in all {_counted(self.days, 'day')}"

    def _cost(self) -> str:
        if self.requests is None or self.quota_days is None:
            return "; requests unknown, no window of this query is complete"
        requests = self.requests.tell(_number, " request", " requests")
        parts = [f"some {requests}", self.quota_days.tell(_number, " day of quota", " days of quota")]
        if self.quota_days.most > 1:
            parts.append(f"done about {self.quota_days.tell(self._last_day)}")
        if self.samples:
            parts.append(f"by {_counted(self.samples, 'sampled day')}")
        return "".join(f", {each}" for each in parts)

    def _last_day(self, days: int) -> str:
        return str(self.today + (days - 1) * DAY)

    def _waits(self) -> str:
        more = [f"{len(self.waiting) - SHOWN} more wait"] if self.waiting[SHOWN:] else []
        return "".join(f"; {each}" for each in [*self.waiting[:SHOWN], *more])


def estimate(
    windows: Sequence[Window],
    known: Sequence[Density],
    daily_requests: int,
    today: date,
    later: Sequence[Window] = (),
    waiting: tuple[str, ...] = (),
) -> Estimate:
    """What harvesting `windows`, and after them those that are `later`, will take.

    Each is expected to be as dense as what is `known` closest to it. The range is from what it would be if all were as
    thin as the thinnest that is known to what it would be if all were as dense as the densest.
    """
    every = [*windows, *later]
    requests = _requests(every, known) if known or not every else None
    return Estimate(
        windows=len(every),
        days=sum(window.days for window in every),
        requests=requests,
        quota_days=requests.map(lambda number: math.ceil(number / daily_requests)) if requests else None,
        today=today,
        samples=sum(each.sampled for each in known),
        later=tuple(later),
        waiting=waiting,
    )


def _requests(windows: Sequence[Window], known: Sequence[Density]) -> Between:
    thin_first = sorted(known, key=lambda each: each.hits)
    return Between(
        least=sum(_pages(window, thin_first[0]) for window in windows),
        likely=sum(_pages(window, nearest(known, window.start + window.days // 2 * DAY)) for window in windows),
        most=sum(_pages(window, thin_first[-1]) for window in windows),
    )


def _pages(window: Window, density: Density) -> int:
    return max(1, math.ceil(density.requests(window.days)))


def _number(number: int) -> str:
    return f"{number:,}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
