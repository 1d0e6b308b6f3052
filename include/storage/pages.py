"""The stored pages of a window: the checkpoint of its harvest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
import zstandard

from include.domain.page import Cursor, Page
from include.domain.window import Window
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects


@dataclass(frozen=True)
class Pages:
    """The pages of one window, or of one piece of it, in the order in which they were received."""

    objects: Objects
    layout: ProjectLayout
    window: Window
    piece: str = ""

    def append(self, page: Page) -> None:
        """Store a page. It is durable when this returns, so the next request may go out."""
        path = self.layout.page(self.window, self.piece, page.generation, page.number)
        self.objects.write(path, zstandard.compress(_encode(page), level=3))

    def last(self) -> Page | None:
        """The page received last, or None before the first."""
        paths = self._paths()
        return self._read(paths[-1]) if paths else None

    def of(self, generation: int) -> Iterator[Page]:
        """The pages of one search of the window."""
        first = self.layout.page(self.window, self.piece, generation, 0)
        last = self.layout.page(self.window, self.piece, generation + 1, 0)
        return (self._read(path) for path in self._paths() if first < path < last)

    def __iter__(self) -> Iterator[Page]:
        return map(self._read, self._paths())

    def _paths(self) -> list[str]:
        return self.objects.paths(self.layout.pages(self.window, self.piece))

    def _read(self, path: str) -> Page:
        content = self.objects.read(path)
        if content is None:
            raise FileNotFoundError(path)
        return _decode(zstandard.decompress(content))


def pages_of_window(objects: Objects, layout: ProjectLayout, window: Window) -> Iterator[Page]:
    """Every page of a window: of the whole, of all it was ever cut into, of its last day."""
    places = ("", *objects.folders(layout.pieces(window)))
    return chain.from_iterable(Pages(objects, layout, window, place) for place in places)


def _encode(page: Page) -> bytes:
    """Two JSON values: the request on the first line, then TikTok's answer byte for byte."""
    head = {name: value for name, value in vars(page).items() if name != "answer"}
    return orjson.dumps(head, option=orjson.OPT_SERIALIZE_DATACLASS) + b"\n" + page.answer


def _decode(content: bytes) -> Page:
    line, answer = content.split(b"\n", 1)
    head: dict[str, Any] = orjson.loads(line)
    head["fields"] = tuple(head["fields"])
    head["cursor"] = head["cursor"] and Cursor(**head["cursor"])
    head["received_at"] = datetime.fromisoformat(head["received_at"])
    return Page(**head, answer=answer)
