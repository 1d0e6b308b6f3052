"""What a page is: one answer of TikTok, with the request that asked for it and where to go on."""

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
    """One stored answer. `answer` is TikTok's body, byte for byte; `cursor` is None on the last page of a search.

    `pass_number` counts the passes through the window, `generation` the searches made at one place of it, `number` the
    pages of one search, all from 1.
    `requests` is what the page cost: 1, and 1 more for every failed attempt before it.
    """

    generation: int
    number: int
    run: str
    query_id: str
    request: Mapping[str, Any]
    fields: tuple[str, ...]
    answer: bytes
    returned: int
    cursor: Cursor | None
    received_at: datetime
    requests: int
    synthetic: bool
    pass_number: int = 1

    @property
    def stalled(self) -> bool:
        """Whether TikTok says there is more, at a place where the search already was."""
        return self.cursor is not None and self.cursor.index <= self.request.get("cursor", START.index)
