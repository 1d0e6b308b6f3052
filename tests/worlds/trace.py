"""The trace of a world: every step in one line, and a hash that tells whether two runs were the same."""

import hashlib
from collections.abc import Callable
from datetime import datetime


class Trace:
    """Lines of one world. All of them go into the hash; they are kept only where somebody wants to read them."""

    def __init__(self, now: Callable[[], datetime], *, kept: bool) -> None:
        self._now, self._kept = now, kept
        self._hash = hashlib.sha256()
        self.lines: list[str] = []
        self.step = 0

    def add(self, who: str, what: str) -> None:
        self.step += 1
        line = f"{self.step:6} {self._now():%m-%d %H:%M:%S} {who:<28} {what}"
        self._hash.update(line.encode())
        if self._kept:
            self.lines.append(line)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()[:16]
