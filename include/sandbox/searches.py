"""Searches the server remembers: a search id stands for a query, its dates, its fields, and the ids found."""

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from include.sandbox.query import Test
from include.sandbox.refusals import cursor_rejected, search_rejected
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import Video

MOST = 10_000
"""Searches remembered at once; the oldest are forgotten, as if expired."""


@dataclass(frozen=True)
class Place:
    """Where a page begins, and how many positions of the search it has."""

    cursor: int
    size: int

    @property
    def end(self) -> int:
        return self.cursor + self.size


@dataclass(frozen=True)
class Asked:
    """What a search asks for; `key` identifies query, dates and fields together."""

    key: str
    test: Test
    start: date
    end: date
    usernames: frozenset[str]


@dataclass
class Search:
    """One cached search. Its ids are read from the corpus only as far as its pages reach, and take 8 bytes each.

    `search_id` is its newest one, `number` its first; `cursors` are those it told and those behind a page it served.
    """

    asked: Asked
    source: Iterator[Video]
    search_id: str
    issued_at: float
    ids: array = field(default_factory=lambda: array("q"))
    cursors: set[int] = field(default_factory=lambda: {0})
    furthest: int = 0
    refused: int = 0
    pages: int = 0
    number: int = field(init=False)

    def __post_init__(self) -> None:
        self.number = int(self.search_id)

    def reach(self, end: int) -> int:
        """Read on until `end` ids are known; returns how many there are, which is less when there are no more."""
        missing = min(max(end - len(self.ids), 0), 1 << 40)
        self.ids.extend(video.id for video in islice(self.source, missing))
        return len(self.ids)

    def accepts(self, place: Place, jumps: bool) -> bool:
        """Whether a page may be asked for at `place`; `jumps` allows any."""
        if jumps:
            return place.cursor >= 0
        reached = place.cursor % place.size == 0 and 0 <= place.cursor <= self.furthest
        return reached or place.cursor in self.cursors


class Searches:
    """All cached searches by search id."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Search] = OrderedDict()

    def remember(self, search: Search, expired: float) -> None:
        """Keep a search under its newest id; forget those issued before `expired`."""
        self._known[search.search_id] = search
        while len(self._known) > MOST or next(iter(self._known.values())).issued_at < expired:
            self._known.popitem(last=False)

    def resume(self, search_id: str, key: str, place: Place, now: float, settings: SandboxSettings) -> Search:
        """The search that `search_id` stands for.

        Raises:
            Refusal: the id is unknown, too young, too old, worn out, or belongs to another query; or the cursor is
                none that this search takes.
        """
        search = self._known.get(search_id)
        if search is None or search.asked.key != key:
            raise search_rejected(search_id)
        age = now - search.issued_at
        if not settings.search_ready_seconds <= age < settings.search_life_seconds:
            raise search_rejected(search_id)
        if settings.search_dies_after_pages is not None and search.pages >= settings.search_dies_after_pages:
            raise search_rejected(search_id)
        if search.refused < settings.search_refusals:
            search.refused += 1
            raise search_rejected(search_id)
        if not search.accepts(place, settings.cursor_jumps):
            raise cursor_rejected()
        return search
