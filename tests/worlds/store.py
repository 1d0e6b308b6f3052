"""The store: objects in memory behind the interface of `Objects`, whose every call is a yield point and may fail."""

import io
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from include.domain.errors import StorageUnavailable
from include.storage.objects import Stored
from tests.worlds.scheduler import Scheduler


@dataclass(frozen=True)
class Blob:
    """An object, its version, and when it was put."""

    content: bytes
    version: int
    at: datetime


@dataclass
class Blobs:
    """What is stored, for whoever looks on: no yield points, no faults."""

    now: Callable[[], datetime]
    _blobs: dict[str, Blob] = field(default_factory=dict)
    _paths: list[str] = field(default_factory=list)
    _version: int = 0

    def get(self, path: str) -> Blob | None:
        return self._blobs.get(path)

    def put(self, path: str, content: bytes) -> str:
        self._version += 1
        if path not in self._blobs:
            insort(self._paths, path)
        self._blobs[path] = Blob(content, self._version, self.now())
        return str(self._version)

    def remove(self, path: str) -> None:
        if self._blobs.pop(path, None):
            del self._paths[bisect_left(self._paths, path)]

    def below(self, prefix: str) -> list[str]:
        first, last = bisect_left(self._paths, prefix), bisect_left(self._paths, prefix + "\U0010ffff")
        return self._paths[first:last]


#: What decides of a call whether it fails, and whether after it took effect: "", "before" or "after".
Fails = Callable[[str, str], str]


@dataclass
class SimulatedObjects:
    """What the harvest takes for `Objects`. `before_put` sees each put before it takes effect, and `failed`
    each failure."""

    blobs: Blobs
    scheduler: Scheduler
    fails: Fails
    before_put: Callable[[str, bytes], None]
    failed: Callable[[str, str, str], None]
    url: str = "memory://"

    def read(self, path: str) -> bytes | None:
        self._call("get", path, lambda: None)
        blob = self.blobs.get(path)
        return blob.content if blob else None

    def read_version(self, path: str) -> tuple[bytes, str] | None:
        self._call("get", path, lambda: None)
        blob = self.blobs.get(path)
        return (blob.content, str(blob.version)) if blob else None

    def reader(self, path: str) -> io.BytesIO | None:
        content = self.read(path)
        return io.BytesIO(content) if content is not None else None

    def write(self, path: str, content: bytes | Path) -> str:
        whole = content.read_bytes() if isinstance(content, Path) else content
        versions: list[str] = []
        self._call("put", path, lambda: versions.append(self._put(path, whole)))
        return versions[0]

    def move(self, source: str, target: str) -> None:
        blob = self.blobs.get(source)
        if blob is None:
            raise FileNotFoundError(source)
        self.write(target, blob.content)
        self.delete([source])

    def create(self, path: str, content: bytes) -> bool:
        made: list[bool] = []

        def make() -> None:
            made.append(self.blobs.get(path) is None)
            if made[0]:
                self._put(path, content)

        self._call("create", path, make)
        return made[0]

    def paths(self, prefix: str) -> list[str]:
        self._call("list", prefix, lambda: None)
        return self.blobs.below(prefix)

    def versions(self, prefix: str) -> dict[str, str]:
        return {path: str(blob.version) for path in self.paths(prefix) if (blob := self.blobs.get(path))}

    def stored(self, prefix: str) -> Iterator[list[Stored]]:
        some = ((path, self.blobs.get(path)) for path in self.paths(prefix))
        yield [Stored(path, len(blob.content), blob.at, str(blob.version)) for path, blob in some if blob]

    def folders(self, prefix: str) -> list[str]:
        inside = (path.removeprefix(prefix) for path in self.paths(prefix))
        return sorted({rest.split("/", 1)[0] for rest in inside if "/" in rest})

    def delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._call("delete", path, lambda path=path: self.blobs.remove(path))

    def delete_together(self, paths: Sequence[str]) -> None:
        self.delete(paths)

    def sweep(self, _prefix: str) -> int:
        return 0

    def _put(self, path: str, content: bytes) -> str:
        self.before_put(path, content)
        return self.blobs.put(path, content)

    def _call(self, what: str, path: str, act: Callable[[], None]) -> None:
        self.scheduler.point(f"{what} {path}")
        fails = self.fails(what, path)
        if fails != "before":
            act()
        if fails:
            self.failed(what, path, fails)
            raise StorageUnavailable(f"simulated: {what} {path} failed {fails} it took effect")
        if what not in ("get", "list"):
            self.scheduler.point(f"did {what}")
