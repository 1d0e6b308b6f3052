"""Describe: what changed in the dataset becomes records in the hand-over tree, for iCANDID's loader to take."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from include.domain.manifest import DatasetManifest, Month
from include.domain.observation import RAW
from include.domain.project import ResearchProject
from include.icandid.collection import Collection
from include.icandid.conformance import faults
from include.icandid.language import video_language
from include.icandid.record import record_id, video_record
from include.icandid.serialise import document_bytes
from include.storage.digests import Digests, read_digests, write_digests
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import open_object, tables_of
from include.tiktok.query import query_of

log = logging.getLogger(__name__)

RECORD_VERSION = 1
"""Raised when the same row makes another record, so that every record is handed over again."""


@dataclass(frozen=True)
class Described:
    """How many records the dataset has: accepted by the checker or refused by it, and how many were `sent` now."""

    accepted: int
    refused: int
    sent: int


def describe(project: ResearchProject, dataset: DatasetManifest, objects: Objects) -> Described:
    """Put one record for each row that is new or says something else than when it was described last.

    A record that iCANDID would not take goes to the refused records with the reason; the others proceed.
    """
    layout, collection = ProjectLayout(project.project_id), Collection.of(project, query_of(project))
    shape = _shape(collection)
    counts = [
        _describe_month(objects, layout, collection, shape, month, held) for month, held in dataset.months.items()
    ]
    total = Described(*(sum(column) for column in zip(*counts, strict=True))) if counts else Described(0, 0, 0)
    log.info(
        "described project=%s accepted=%d refused=%d sent=%d",
        *(project.project_id, total.accepted, total.refused, total.sent),
    )
    return total


def _describe_month(
    objects: Objects, layout: ProjectLayout, collection: Collection, shape: str, month: str, held: Month
) -> tuple[int, int, int]:
    """The month's accepted, refused and now sent records. The digests come last: what they name has been put."""
    before = read_digests(objects, layout, month)
    follows = f"{held.sha256} {shape}"
    if before.of == follows:
        return (*before.counts, 0)
    digest, accepted, sent = {}, {}, 0
    for row in _rows(objects, layout.month(month)):
        digest[row["id"]] = _digest(row, shape)
        if before.digest.get(row["id"]) == digest[row["id"]]:
            accepted[row["id"]] = before.accepted[row["id"]]
        else:
            accepted[row["id"]] = _send(objects, layout, collection, row)
            if accepted[row["id"]] and before.accepted.get(row["id"]) is False:
                objects.delete([layout.refused(record_id(row["id"]))])
            sent += 1
    after = Digests(follows, digest, accepted)
    write_digests(objects, layout, month, after)
    return (*after.counts, sent)


def _send(objects: Objects, layout: ProjectLayout, collection: Collection, row: Mapping[str, Any]) -> bool:
    """Put one record where it belongs; tells whether it was accepted."""
    document = video_record(row, collection, video_language(row, collection.languages))
    wrong = faults(document, "strict")
    if wrong:
        reasons = [{"path": fault.path, "reason": fault.reason} for fault in wrong]
        objects.write(layout.refused(document["@id"]), orjson.dumps({"faults": reasons, "record": document}))
        return False
    objects.write(layout.record(_day(row), document["@id"]), document_bytes(document))
    return True


def _day(row: Mapping[str, Any]) -> date:
    """The day of creation; from the id, whose upper half is a Unix time, where TikTok left `create_time` out."""
    created: datetime = row["create_time"] or datetime.fromtimestamp(row["id"] >> 32, UTC)
    return created.date()


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
        *(collection.record_type, collection.default_tag, collection.languages),
    )
    return hashlib.sha256(f"{RECORD_VERSION} {said!r}".encode()).hexdigest()[:16]


def _digest(row: Mapping[str, Any], shape: str) -> str:
    """What TikTok said of this record, whenever it was observed."""
    return hashlib.blake2b(f"{shape}{row[RAW]}".encode(), digest_size=12).hexdigest()
