"""Storages that die at a chosen moment, as a killed task does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from include.storage.objects import Objects


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the code may catch it."""


@dataclass(frozen=True)
class Mortal(Objects):
    """A storage whose `nth` put to a path that ends with `ending` is its last: the object is put, or `before` it."""

    ending: str = ""
    nth: int = 1
    before: bool = False
    seen: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, objects: Objects, ending: str, nth: int = 1, *, before: bool = False) -> "Mortal":
        return cls(objects.store, objects.url, ending, nth, before)

    def write(self, path: str, content: bytes | Path) -> str:
        with self._perhaps_the_last(path):
            return super().write(path, content)

    def create(self, path: str, content: bytes) -> bool:
        with self._perhaps_the_last(path):
            return super().create(path, content)

    @contextmanager
    def _perhaps_the_last(self, path: str) -> Iterator[None]:
        if path.endswith(self.ending):
            self.seen.append(path)
        fatal = path.endswith(self.ending) and len(self.seen) >= self.nth
        if fatal and self.before:
            raise Killed
        yield
        if fatal:
            raise Killed
