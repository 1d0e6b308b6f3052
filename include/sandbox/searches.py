"""Searches the server remembers: a search id stands for a query, its dates, its fields, and the ids found."""

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from include.sandbox.refusals import cursor_rejected, search_rejected
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import Video

MOST = 10_000
"""Searches remembered at once; the oldest are forgotten, as if expired."""


@dataclass
class Search:
    """One cached search. Its ids are read from the corpus only as far as its pages reach, and take 8 bytes each."""

    key: str
    source: Iterator[Video]
    issued_at: float
    ids: array = field(default_factory=lambda: array("q"))
    boundaries: set[int] = field(default_factory=lambda: {0})
    refused: int = 0
    pages: int = 0

    def reach(self, end: int) -> int:
        """Read on until `end` ids are known; returns how many there are, which is less when there are no more."""
        missing = max(end - len(self.ids), 0)
        self.ids.extend(video.id for video in islice(self.source, missing))
        return len(self.ids)


class Searches:
    """All cached searches by search id."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Search] = OrderedDict()

    def remember(self, search_id: str, search: Search, expired: float) -> None:
        """Keep a search; forget those issued before `expired`."""
        self._known[search_id] = search
        while len(self._known) > MOST or next(iter(self._known.values())).issued_at < expired:
            self._known.popitem(last=False)

    def resume(self, search_id: str, key: str, cursor: int, now: float, settings: SandboxSettings) -> Search:
        """The search that `search_id` stands for.

        Raises:
            Refusal: the id is unknown, too young, too old, worn out, or belongs to another query; or the cursor is
                none that this search has given.
        """
        search = self._known.get(search_id)
        if search is None or search.key != key:
            raise search_rejected(search_id)
        age = now - search.issued_at
        if not settings.search_ready_seconds <= age < settings.search_life_seconds:
            raise search_rejected(search_id)
        if settings.search_dies_after_pages is not None and search.pages >= settings.search_dies_after_pages:
            raise search_rejected(search_id)
        if search.refused < settings.search_refusals:
            search.refused += 1
            raise search_rejected(search_id)
        if cursor not in search.boundaries:
            raise cursor_rejected()
        return search
