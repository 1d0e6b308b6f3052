"""Describe: what changed in the dataset becomes records, and a sink gets those that it does not hold yet."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from include.domain.manifest import DatasetManifest, Month
from include.domain.observation import RAW
from include.icandid.collection import Collection
from include.icandid.conformance import faults
from include.icandid.language import video_language
from include.icandid.record import record_id, video_record
from include.icandid.sink import Sink
from include.storage.digests import Digests, described_months, read_digests, write_digests
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import open_object, tables_of

log = logging.getLogger(__name__)

RECORD_VERSION = 1
"""Raised when the same row makes another record, so that every record is handed over again."""


@dataclass(frozen=True)
class Described:
    """How many records the dataset has in a sink: accepted or refused; and how many it was sent or gave up now."""

    accepted: int = 0
    refused: int = 0
    sent: int = 0
    withdrawn: int = 0


def describe(collection: Collection, dataset: DatasetManifest, objects: Objects, sink: Sink, at: datetime) -> Described:
    """Send the sink one record for each row that is new or says something else than when the sink took it last.

    A record that iCANDID would not take goes to the refused records with the reason; the others proceed. What the
    checker refuses is not tried again until it changes, what the sink refuses is tried by every run. Records of rows
    that left the dataset, and older states of refused ones, are withdrawn.
    """
    layout = ProjectLayout(collection.dataset_id)
    months = sorted(dataset.months.keys() | described_months(objects, layout, sink.name))
    counts = [
        _Month(objects, layout, collection, sink, month, at).brought(dataset.months.get(month)) for month in months
    ]
    total = Described(*(sum(column) for column in zip(*counts, strict=True))) if counts else Described()
    log.info(
        "described project=%s sink=%s accepted=%d refused=%d sent=%d withdrawn=%d",
        *(collection.dataset_id, sink.name, total.accepted, total.refused, total.sent, total.withdrawn),
    )
    return total


@dataclass
class _Month:
    """One month on its way into one sink."""

    objects: Objects
    layout: ProjectLayout
    collection: Collection
    sink: Sink
    month: str
    at: datetime
    digest: dict[int, str] = field(default_factory=dict)
    accepted: dict[int, bool] = field(default_factory=dict)
    waiting: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def brought(self, held: Month | None) -> tuple[int, int, int, int]:
        """The month's accepted, refused, now sent and withdrawn records. The digests come last: the sink holds them."""
        shape = _shape(self.collection)
        before = read_digests(self.objects, self.layout, self.sink.name, self.month)
        follows = f"{held.sha256 if held else 'gone'} {shape}"
        if before.of == follows:
            return (*before.counts, 0, 0)
        sent, refused_by_sink = 0, False
        for verdict in self.sink.put(self._changed(before, shape, gone=held is None), self.at):
            number, document = self.waiting.pop(verdict.id)
            self.accepted[number] = verdict.outcome != "refused"
            if verdict.outcome == "refused":
                self.digest[number], refused_by_sink = "", True
                self._refuse(document, [{"path": self.sink.name, "reason": verdict.reason}])
            elif before.accepted.get(number) is False:
                self.objects.delete([self.layout.refused(verdict.id)])
            sent += verdict.outcome in ("created", "updated")
        withdrawn = self._withdraw(before)
        after = Digests("" if refused_by_sink else follows, self.digest, self.accepted)
        if after != before:
            write_digests(self.objects, self.layout, self.sink.name, self.month, after)
        return (*after.counts, sent, withdrawn)

    def _changed(self, before: Digests, shape: str, *, gone: bool) -> Iterator[dict[str, Any]]:
        """The conforming records that the sink does not hold as they are; notes the others on the way."""
        for row in () if gone else _rows(self.objects, self.layout.month(self.month)):
            number = row["id"]
            self.digest[number] = _digest(row, shape)
            if before.digest.get(number) == self.digest[number]:
                self.accepted[number] = before.accepted[number]
                continue
            document = video_record(row, self.collection, video_language(row, self.collection.languages))
            if wrong := faults(document, "strict"):
                self.accepted[number] = False
                self._refuse(document, [{"path": fault.path, "reason": fault.reason} for fault in wrong])
            else:
                self.waiting[document["@id"]] = number, document
                yield document

    def _refuse(self, document: dict[str, Any], reasons: list[dict[str, str]]) -> None:
        self.objects.write(self.layout.refused(document["@id"]), orjson.dumps({"faults": reasons, "record": document}))

    def _withdraw(self, before: Digests) -> int:
        gone = [number for number, taken in before.accepted.items() if taken and not self.accepted.get(number)]
        forgotten = [number for number, taken in before.accepted.items() if not taken and number not in self.accepted]
        self.objects.delete([self.layout.refused(record_id(number)) for number in forgotten])
        verdicts = self.sink.withdraw(self.collection.dataset_id, map(record_id, gone), self.at)
        return sum(verdict.outcome in ("withdrawn", "deleted") for verdict in verdicts)


def _rows(objects: Objects, path: str) -> Iterator[dict[str, Any]]:
    file = open_object(objects, path)
    if file is None:
        raise FileNotFoundError(path)
    for table in tables_of(file):
        yield from table.to_pylist()


def _shape(collection: Collection) -> str:
    """Changes when the same row would make another record: the mapping, or what a record says of its collection."""
    said = (
        *(collection.dataset_id, collection.name, collection.license, collection.provider),
        *(collection.record_type, collection.sender_type, collection.default_tag, collection.languages),
        collection.synthetic,
    )
    return hashlib.sha256(f"{RECORD_VERSION} {said!r}".encode()).hexdigest()[:16]


def _digest(row: Mapping[str, Any], shape: str) -> str:
    """What TikTok said of this record, whenever it was observed."""
    return hashlib.blake2b(f"{shape}{row[RAW]}".encode(), digest_size=12).hexdigest()
