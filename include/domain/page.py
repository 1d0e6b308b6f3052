"""What a page is: one answer of TikTok, with the request that asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Cursor:
    """Where a search goes on: an index into TikTok's result set, and the id of that search."""

    index: int
    search_id: str | None


START = Cursor(0, None)


@dataclass(frozen=True)
class Page:
    """One stored answer. `answer` is TikTok's body, byte for byte.

    `round` counts the times through the unit, `slice` the searches of a round, `number` the pages of one search, all
    from 1. `requests` is what the page cost: 1, and 1 more for every failed attempt before it.
    """

    round: int
    slice: int
    number: int
    run: str
    query_id: str
    request: Mapping[str, Any]
    fields: tuple[str, ...]
    answer: bytes
    received_at: datetime
    requests: int
    synthetic: bool

    @property
    def index(self) -> int:
        """The cursor at which the page was asked for."""
        return int(self.request.get("cursor") or 0)
