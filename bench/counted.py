"""An object storage whose calls are counted, and the bytes that they bring; on S3 each call is a round trip or more."""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from include.storage.objects import AT_ONCE, Objects, Stored


@dataclass
class Counted:
    """`calls` by name; `bytes` of what was read; `further` requests, of listings of more than a thousand objects."""

    objects: Objects
    calls: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    further: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.objects, name)
        return (lambda *how: self._count(name, method(*how))) if callable(method) else method

    def clear(self) -> None:
        """Begin to count anew."""
        self.calls.clear()
        self.bytes = self.further = 0

    def _count(self, name: str, result: Any) -> Any:
        with self._lock:
            self.calls[name] += 1
            if name == "read" and result is not None:
                self.bytes += len(result)
            elif name == "read_version" and result is not None:
                self.bytes += len(result[0])
            elif name in ("paths", "versions"):
                self._turn_pages(result)
        if name == "reader" and result is not None:
            return WatchedFile(result, lambda buffer: self._count_bytes(result.readinto(buffer)))
        return self._stored(result) if name == "stored" else result

    def _stored(self, chunks: Iterator[list[Stored]]) -> Iterator[list[Stored]]:
        found = list(chunks)
        self._turn_pages([each for some in found for each in some])
        return iter(found)

    def _count_bytes(self, read: int | None) -> int | None:
        self.bytes += read or 0
        return read

    def _turn_pages(self, listed: Sized) -> None:
        self.further += max(0, len(listed) - 1) // AT_ONCE


class WatchedFile(io.RawIOBase):
    """A file over an object, each piece of which is read by `read`, which fills a buffer as `readinto` does."""

    def __init__(self, file: io.RawIOBase, read: Callable[[Any], int | None]) -> None:
        self._file, self._read = file, read

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int | None:
        return self._read(buffer)
