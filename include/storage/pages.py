"""The stored pages of a unit: the checkpoint of its harvest."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import zstandard

from include.domain.errors import WindowTaken
from include.domain.page import Page
from include.storage.leases import LENGTH
from include.storage.project_store import ProjectStore

#: Pages read at a time: on S3 each takes some 20 ms, and holds 200 kB at most.
AT_ONCE = 8


@dataclass(frozen=True)
class Pages:
    """The pages of one unit, in one folder; their names tell round, slice and number."""

    store: ProjectStore
    unit: str

    def append(self, page: Page) -> None:
        """Store a page. It is durable when this returns, so the next request may go out.

        Raises:
            WindowTaken: there is such a page already: another task of the same run, taken for dead, works on the unit.
        """
        path = self.store.layout.page(self.unit, page.round, page.slice, page.number)
        content, objects = zstandard.compress(_encode(page), level=3), self.store.objects
        if not objects.create(path, content) and objects.read(path) != content:  # a put whose answer got lost is ours
            raise WindowTaken(self.unit, page.received_at + LENGTH, page.received_at)

    def paths(self) -> list[str]:
        """Where every page lies: round by round, slice by slice, in the order in which TikTok gave them."""
        return self.store.objects.paths(self.store.layout.pages(self.unit))

    def __iter__(self) -> Iterator[Page]:
        """Every page, in the order of `paths`."""
        return self.read(self.paths())

    def read(self, paths: Sequence[str]) -> Iterator[Page]:
        """The pages at these paths, AT_ONCE read at a time."""
        with ThreadPoolExecutor(AT_ONCE) as readers:
            for first in range(0, len(paths), AT_ONCE):
                yield from readers.map(self._read, paths[first : first + AT_ONCE])

    def _read(self, path: str) -> Page:
        content = self.store.objects.read(path)
        if content is None:
            raise FileNotFoundError(path)
        return _decode(zstandard.decompress(content))


def _encode(page: Page) -> bytes:
    """Two JSON values: the request on the first line, then TikTok's answer byte for byte."""
    head = {name: value for name, value in vars(page).items() if name != "answer"}
    return orjson.dumps(head) + b"\n" + page.answer


def _decode(content: bytes) -> Page:
    line, answer = content.split(b"\n", 1)
    head: dict[str, Any] = orjson.loads(line)
    head["fields"] = tuple(head["fields"])
    head["received_at"] = datetime.fromisoformat(head["received_at"])
    return Page(**head, answer=answer)
