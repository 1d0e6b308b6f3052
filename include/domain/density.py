"""Density: how many hits a query has on a day, from sampled days and from what was harvested."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict

from include.domain.quota import RECORDS_A_PAGE
from include.domain.units import Units
from include.domain.window import DAY, Window

#: The part of a project's daily requests that one window is expected to take at most: its search ends on the day on
#: which it began, even when there is twice as much as expected.
SHARE_OF_A_DAY = 0.5

#: The day of a month that stands for all of it.
MIDDLE = 15


class Sample(BaseModel):
    """One sampled day and its hits: as TikTok told them, or from how fast the newest of them filled a page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    hits: float


class Samples(BaseModel):
    """The sampled days of a project, by query id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queries: dict[str, tuple[Sample, ...]] = {}

    def of_query(self, query_id: str) -> tuple[Sample, ...]:
        return self.queries.get(query_id, ())

    def add(self, query_id: str, more: Iterable[Sample]) -> "Samples":
        """The samples with more of one query, in the order of their days; a day that is sampled again counts anew."""
        days = {each.day: each for each in (*self.of_query(query_id), *more)}
        return Samples(queries={**self.queries, query_id: tuple(days[day] for day in sorted(days))})


@dataclass(frozen=True)
class Density:
    """Hits a day around `day`; `sampled` tells whether a sample says so, or complete windows."""

    day: date
    hits: float
    sampled: bool = False

    def requests(self, days: int) -> float:
        """How many pages so many days have, not rounded."""
        return self.hits * days / RECORDS_A_PAGE


def measure(day: date, positions: int, uploads: Iterable[datetime]) -> Sample:
    """A day of which a page of so many positions shows the newest: as many hits as if the rest were like them.

    `uploads` are the times of the records on the page. One that was uploaded on an earlier day, and scheduled, does not
    tell how fast the page was filled. Where none tells it, there are at least as many hits as the page has positions.
    """
    end = datetime.combine(day + DAY, time(), UTC)
    oldest = min((each for each in uploads if end - DAY <= each < end), default=end - DAY)
    return Sample(day=day, hits=positions * (DAY / max(end - oldest, timedelta(seconds=1))))


def densities(months: Mapping[str, Units], query_id: str, samples: Iterable[Sample]) -> list[Density]:
    """What is known of a query's density, oldest first: one value for each month with covered days, and each sample.

    A sampled day that is covered meanwhile does not count: its window knows better.
    """
    known = {month: units.of_query(query_id) for month, units in months.items()}
    covered = [window for each in known.values() for window in each.covered]
    found = [
        Density(date.fromisoformat(f"{month}-{MIDDLE}"), each.hits / each.covered_days)
        for month, each in known.items()
        if each.covered_days
    ]
    found += [
        Density(each.day, each.hits, sampled=True)
        for each in samples
        if not any(each.day in window for window in covered)
    ]
    return sorted(found, key=lambda each: (each.day, each.sampled))


def nearest(known: Sequence[Density], day: date) -> Density:
    """The density that is known closest to a day."""
    return min(known, key=lambda each: abs(each.day - day))


def cut_by_density(days: Window, longest: int, daily_requests: int, known: Sequence[Density]) -> Iterator[Window]:
    """These days as consecutive windows, oldest first: of `longest` days at most, and of fewer where they are dense.

    A window is expected to take no more than SHARE_OF_A_DAY of the `daily_requests`, unless one day takes more.
    """
    start, room = days.start, SHARE_OF_A_DAY * daily_requests
    while start <= days.end:
        pages = nearest(known, start).requests(1) if known else 0
        length = longest if pages * longest <= room else max(1, int(room / pages))
        window = Window(start, min(start + (length - 1) * DAY, days.end))
        yield window
        start = window.end + DAY
