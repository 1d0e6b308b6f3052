"""The hand-over tree: files that iCANDID's own loader takes, and beside it lists of what one run put and took out.

The loader moves files away once it has loaded them, and knows no deletes: whoever runs it deletes by the list.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any, TextIO

from include.icandid.serialise import document_bytes
from include.icandid.sink import Verdict
from include.storage.concurrency import run_many
from include.storage.layout import ProjectLayout
from include.storage.objects import DISK, Objects


@dataclass(frozen=True)
class _Placed:
    """A record whose file is in the tree; `line` is what `sha256sum -c` reads of it, for the list of its `month`."""

    record_id: str
    month: str
    line: str


@dataclass(frozen=True)
class HandOver:
    """The tree of one project, as the run `run` adds to it."""

    objects: Objects
    layout: ProjectLayout
    run: str
    name: str = "tree"

    def put(self, records: Iterable[dict[str, Any]], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        """Put one file for each record, many at a time, and at the end the list of them for `sha256sum -c`.

        One record is a file of its own because that is all the loader reads: no archives, no lists of records.
        """
        if left := self.objects.paths(self.layout.arriving):  # by a run that was killed
            self.objects.delete_together(left)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            lists: dict[str, TextIO] = {}
            for placed in run_many(self._place, records):
                if placed.month not in lists:
                    lists[placed.month] = stack.enter_context((folder / placed.month).open("w+"))
                lists[placed.month].write(placed.line)
                yield Verdict(placed.record_id, "updated")
            for month, lines in lists.items():
                lines.seek(0)
                self._add(self.layout.handed_over(self.run, month), lines)

    def withdraw(self, dataset_id: str, ids: Iterable[str], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        """Take files out that the loader has not fetched yet, and list the records for whoever deletes in the index."""
        gone = {f"{one}.json": one for one in ids}
        if not gone:
            return
        self.objects.delete_together([path for path in self.objects.paths(self.layout.records) if _file(path) in gone])
        months: dict[str, list[str]] = defaultdict(list)
        for one in gone.values():
            months[f"{_day_of_id(one):%Y-%m}"].append(f"{one}\n")
        for month, listed in months.items():
            self._add(self.layout.deletes(self.run, month), listed)
        yield from (Verdict(one, "withdrawn") for one in gone.values())

    def count(self, dataset_id: str) -> None:  # noqa: ARG002
        """Nobody can tell from here: the loader moves what it has loaded."""
        return

    def _place(self, record: dict[str, Any]) -> _Placed:
        """Put a record's file into the tree in one step.

        In a folder, a put first leaves `<name>.json#1` beside its target, and the loader takes every name that holds
        `.json` (libis/es_loader): a file is therefore written elsewhere and moved in. A bucket shows whole objects.
        """
        name, day, content = record["@id"], _day(record), document_bytes(record)
        path = self.layout.record(day, name)
        if self.objects.url.startswith(DISK):
            self.objects.write(self.layout.arriving + name, content)
            self.objects.move(self.layout.arriving + name, path)
        else:
            self.objects.write(path, content)
        sha256 = hashlib.sha256(content).hexdigest()
        return _Placed(name, f"{day:%Y-%m}", f"{sha256}  {path.removeprefix(self.layout.records)}\n")

    def _add(self, path: str, lines: Iterable[str]) -> None:
        """A task that is repeated adds to the list of its first attempt; the later line of a file counts."""
        earlier = (self.objects.read(path) or b"").decode().splitlines(keepends=True)
        left = {_listed(line): line for line in earlier}
        with NamedTemporaryFile("w") as local:
            for line in lines:
                left.pop(_listed(line), None)
                local.write(line)
            local.writelines(left.values())
            local.flush()
            self.objects.write(path, Path(local.name))


def _day(record: dict[str, Any]) -> date:
    """The day of creation; from the id where TikTok left `create_time` out."""
    published = record.get("datePublished")
    return date.fromisoformat(published[:10]) if published else _day_of_id(record["@id"])


def _day_of_id(record_id: str) -> date:
    """The upper half of TikTok's id is a Unix time less than a minute before `create_time`."""
    return datetime.fromtimestamp(int(record_id.rpartition("_")[2]) >> 32, UTC).date()


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _listed(line: str) -> str:
    """The file or record that a line of a list is about."""
    return line.rstrip("\n").rpartition(" ")[2]
