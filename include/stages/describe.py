"""Describe: what changed in the dataset becomes records, and a sink gets those that it does not hold yet."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from include.domain.manifest import DatasetManifest, Month
from include.icandid.collection import Collection
from include.icandid.conformance import faults
from include.icandid.language import video_language
from include.icandid.record import record_id, video_record
from include.icandid.sink import Sink
from include.stages.changes import COMPARED, Changes, changed_rows, compare, settle
from include.storage.concurrency import AT_ONCE, run_many
from include.storage.digests import (
    Digests,
    MonthLine,
    list_versions,
    open_digests,
    read_lines,
    write_digests,
    write_lines,
)
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import open_object, tables_of

log = logging.getLogger(__name__)

RECORD_VERSION = 1
"""Raised when the same row makes another record, so that every record is handed over again."""


@dataclass(frozen=True)
class RecordCounts:
    """How many records the dataset has in a sink: accepted or refused; and how many it was sent or gave up now."""

    accepted: int = 0
    refused: int = 0
    sent: int = 0
    withdrawn: int = 0


def describe(
    collection: Collection, dataset: DatasetManifest, objects: Objects, sink: Sink, at: datetime
) -> RecordCounts:
    """Send the sink one record for each row that is new or says something else than when the sink took it last.

    A record that iCANDID would not take goes to the refused records with the reason; the others proceed. What the
    checker refuses is not tried again until it changes, what the sink refuses is tried by every run. Records of rows
    that left the dataset, and older states of refused ones, are withdrawn.

    Of a month whose file has not changed since, nothing is read but a line. The digests of what was sent are put last:
    a run that is killed before sends the month's news again.
    """
    layout, shape = ProjectLayout(collection.dataset_id), record_shape(collection)
    versions = list_versions(objects, layout, sink.name)
    before = read_lines(objects, layout, sink.name, versions)
    outcomes = {}
    for month in sorted(dataset.months.keys() | versions.keys()):
        way = _Month(objects, layout, collection, sink, month, at, shape)
        outcomes[month] = way.bring_up_to_date(dataset.months.get(month), before.get(month), versions.get(month, ""))
    after = {month: outcome.line for month, outcome in outcomes.items()}
    if after != before:
        write_lines(objects, layout, sink.name, after)
    counts = RecordCounts(
        accepted=sum(line.accepted for line in after.values()),
        refused=sum(line.refused for line in after.values()),
        sent=sum(outcome.sent for outcome in outcomes.values()),
        withdrawn=sum(outcome.withdrawn for outcome in outcomes.values()),
    )
    log.info(
        "described project=%s sink=%s accepted=%d refused=%d sent=%d withdrawn=%d",
        *(collection.dataset_id, sink.name, counts.accepted, counts.refused, counts.sent, counts.withdrawn),
    )
    return counts


@dataclass(frozen=True)
class _Outcome:
    """What became of a month: the line that is now true of it, and the records that moved."""

    line: MonthLine
    sent: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class _Month:
    """One month on its way into one sink."""

    objects: Objects
    layout: ProjectLayout
    collection: Collection
    sink: Sink
    month: str
    at: datetime
    shape: str

    def bring_up_to_date(self, held: Month | None, line: MonthLine | None, version: str) -> _Outcome:
        """Send what changed. `line` is what is known without reading, `version` that of the month's digests."""
        follows = f"{held.sha256 if held else 'gone'} {self.shape}"
        if line and line.of == follows:
            return _Outcome(line)
        digests = open_digests(self.objects, self.layout, self.sink.name, self.month) if version else Digests()
        if digests.of == follows:
            return _Outcome(digests.line(version))
        with TemporaryDirectory() as folder:
            file, local = self._open() if held else None, Path(folder) / "digests"
            changes = compare(tables_of(file, COMPARED) if file else (), digests.tables(), self.shape, local)
            if version and not changes.news:
                return _Outcome(_line(changes, [], follows, version))
            refusals = _Refusals(self.objects, self.layout)
            sent = self._send(file, changes, refusals) if file else 0
            withdrawn = self._withdraw(changes, refusals.ids)
            of = "" if refusals.put_off else follows
            settled = settle(local, *(pa.array(ids, pa.int64()) for ids in (refusals.ids, refusals.put_off)))
            version = write_digests(self.objects, self.layout, self.sink.name, self.month, settled, of)
            return _Outcome(_line(changes, refusals.ids, of, version), sent, withdrawn)

    def _open(self) -> pq.ParquetFile:
        path = self.layout.month(self.month)
        if file := open_object(self.objects, path):
            return file
        raise FileNotFoundError(path)

    def _send(self, file: pq.ParquetFile, changes: Changes, refusals: "_Refusals") -> int:
        """Send the conforming records of changed rows; returns how many the sink did not hold as they are."""
        sent, waiting = 0, dict[str, tuple[int, dict[str, Any]]]()

        def records() -> Iterator[dict[str, Any]]:
            for row in changed_rows(file, changes.changed):
                document = video_record(row, self.collection, video_language(row, self.collection.languages))
                if wrong := faults(document, "strict"):
                    refusals.add(row["id"], document, [{"path": each.path, "reason": each.reason} for each in wrong])
                else:
                    waiting[document["@id"]] = row["id"], document
                    yield document

        for verdict in self.sink.put(records(), self.at):
            number, document = waiting.pop(verdict.id)
            if verdict.outcome == "refused":
                refusals.add(number, document, [{"path": self.sink.name, "reason": verdict.reason}])
                refusals.put_off.append(number)
            sent += verdict.outcome in ("created", "updated")
        refusals.keep()
        return sent

    def _withdraw(self, changes: Changes, refused: Sequence[int]) -> int:
        """Take out what left the dataset, and earlier states of refused records; forget refusals that are over."""
        now = pa.array(refused, pa.int64())
        over = changes.refused.filter(pc.invert(pc.is_in(changes.refused, value_set=now)))
        if len(over):
            self.objects.delete_together([self.layout.refused(record_id(number)) for number in over.to_pylist()])
        stale = changes.replaced.filter(pc.is_in(changes.replaced, value_set=now))
        gone = [record_id(number) for number in pa.concat_arrays([changes.gone, stale]).to_pylist()]
        verdicts = self.sink.withdraw(self.collection.dataset_id, gone, self.at) if gone else ()
        return sum(verdict.outcome in ("withdrawn", "deleted") for verdict in verdicts)


@dataclass
class _Refusals:
    """Records that iCANDID would not take, on their way to where people read them: many at a time.

    `put_off` are those among `ids` that the sink refused, which the next run tries again.
    """

    objects: Objects
    layout: ProjectLayout
    ids: list[int] = field(default_factory=list)
    put_off: list[int] = field(default_factory=list)
    _waiting: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, number: int, document: Mapping[str, Any], reasons: Sequence[Mapping[str, str]]) -> None:
        """Take one in; what waits is kept as soon as it is worth it."""
        content = orjson.dumps({"faults": reasons, "record": document})
        self.ids.append(number)
        self._waiting.append((self.layout.refused(record_id(number)), content))
        if len(self._waiting) >= AT_ONCE:
            self.keep()

    def keep(self) -> None:
        """Put all that wait."""
        for _ in run_many(lambda item: self.objects.write(*item), self._waiting):
            pass
        self._waiting.clear()


def _line(changes: Changes, refused: Sequence[int], of: str, version: str) -> MonthLine:
    accepted = changes.kept + changes.changed.true_count - len(refused)
    return MonthLine(of=of, version=version, accepted=accepted, refused=len(changes.changed) - accepted)


def record_shape(collection: Collection) -> str:
    """Changes when the same row would make another record: the mapping, or what a record says of its collection."""
    facts = (
        *(collection.dataset_id, collection.name, collection.license, collection.provider),
        *(collection.record_type, collection.sender_type, collection.default_tag, collection.languages),
        collection.synthetic,
    )
    return hashlib.sha256(f"{RECORD_VERSION} {facts!r}".encode()).hexdigest()[:16]
