"""The hand-over tree: files that iCANDID's own loader takes, and beside it lists of what one run put and took out.

The loader moves files away once it has loaded them, and knows no deletes: whoever runs it deletes by the list.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from include.icandid.serialise import document_bytes
from include.icandid.sink import Verdict
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects


@dataclass(frozen=True)
class HandOver:
    """The tree of one project, as the run `run` adds to it."""

    objects: Objects
    layout: ProjectLayout
    run: str
    name: str = "tree"

    def put(self, records: Iterable[dict[str, Any]], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        """Put one file for each record, and at the end the list of them, which `sha256sum -c` reads inside the tree."""
        self.objects.delete(self.objects.paths(self.layout.arriving))  # what a killed run left
        lines: dict[str, dict[str, str]] = defaultdict(dict)
        for record in records:
            day, content = _day(record), document_bytes(record)
            path = self.layout.record(day, record["@id"])
            self._place(record["@id"], path, content)
            lines[f"{day:%Y-%m}"][path.removeprefix(self.layout.records)] = hashlib.sha256(content).hexdigest()
            yield Verdict(record["@id"], "updated")
        for month, files in lines.items():
            self._add(self.layout.handed_over(self.run, month), (f"{sha256}  {path}" for path, sha256 in files.items()))

    def withdraw(self, dataset_id: str, ids: Iterable[str], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        """Take files out that the loader has not fetched yet, and list the records for whoever deletes in the index."""
        gone = {f"{one}.json": one for one in ids}
        if not gone:
            return
        self.objects.delete([path for path in self.objects.paths(self.layout.records) if _file(path) in gone])
        months: dict[str, list[str]] = defaultdict(list)
        for one in gone.values():
            months[f"{_day_of_id(one):%Y-%m}"].append(one)
        for month, listed in months.items():
            self._add(self.layout.deletes(self.run, month), listed)
        yield from (Verdict(one, "withdrawn") for one in gone.values())

    def count(self, dataset_id: str) -> None:  # noqa: ARG002
        """Nobody can tell from here: the loader moves what it has loaded."""
        return

    def _place(self, name: str, path: str, content: bytes) -> None:
        """Put a file into the tree in one step.

        In a folder, a put first leaves `<name>.json#1` beside its target, and the loader takes every name that holds
        `.json` (libis/es_loader): a file is therefore written elsewhere and moved in. A bucket shows whole objects.
        """
        if not self.objects.url.startswith("file://"):
            self.objects.write(path, content)
            return
        self.objects.write(self.layout.arriving + name, content)
        self.objects.move(self.layout.arriving + name, path)

    def _add(self, path: str, lines: Iterable[str]) -> None:
        """A task that is repeated adds to the list of its first attempt; the later line of a file counts."""
        before = (self.objects.read(path) or b"").decode().splitlines()
        by_file = {line.rpartition(" ")[2]: line for line in (*before, *lines)}
        self.objects.write(path, "".join(f"{by_file[file]}\n" for file in sorted(by_file)).encode())


def _day(record: dict[str, Any]) -> date:
    """The day of creation; from the id where TikTok left `create_time` out."""
    published = record.get("datePublished")
    return date.fromisoformat(published[:10]) if published else _day_of_id(record["@id"])


def _day_of_id(record_id: str) -> date:
    """The upper half of TikTok's id is a Unix time less than a minute before `create_time`."""
    return datetime.fromtimestamp(int(record_id.rpartition("_")[2]) >> 32, UTC).date()


def _file(path: str) -> str:
    return path.rpartition("/")[2]
