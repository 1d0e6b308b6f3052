"""The dataset: one Parquet file for each month of creation, one row per id, the latest observation of each.

The month is told by the id, within a minute of `create_time`, which a later observation may lack. So a video lives in
one month's file for ever, and a merge rewrites only the months that have news. Each file names, in its own metadata,
the parts that were merged into it: rows and provenance are replaced together, and merging a part a second time is a
no-op.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from include.domain.manifest import DatasetManifest, Month
from include.domain.units import parts_digest
from include.storage.latest import merged
from include.storage.manifests import read_dataset
from include.storage.parquet import notes_of, open_object, put, tables_of
from include.storage.parts import in_month
from include.storage.project_store import ProjectStore

PARTS = "icandid.parts"


@dataclass(frozen=True)
class StoredDataset:
    """The manifest of a dataset, and the bytes of each month's file as a listing shows them."""

    manifest: DatasetManifest
    bytes: Mapping[str, int]

    def holds(self, month: str, parts: str) -> bool:
        """Whether the month's file has the parts of this digest; no is "look inside"."""
        held = self.manifest.months.get(month)
        return held is not None and held.holds(parts, self.bytes.get(month, 0))


def read_stored(store: ProjectStore, empty: DatasetManifest) -> StoredDataset:
    """What is stored of the dataset; `empty` is the manifest of one that has none yet.

    Raises:
        SettingInvalid: the manifest cannot be read.
    """
    listed = (each for some in store.objects.stored(store.layout.dataset) for each in some)
    sizes = {month: each.bytes for each in listed if (month := store.layout.month_of(each.path))}
    return StoredDataset(read_dataset(store) or empty, sizes)


def merge_month(
    store: ProjectStore,
    month: str,
    parts: Mapping[str, str],
    schema: pa.Schema,
    key: str,
    before: Month | None = None,
) -> Month:
    """Bring `parts` (unit to SHA-256) into one month's file and say what it holds now.

    Without news nothing is written, and `before`, what the dataset's manifest says, is returned when it is right.
    """
    path = store.layout.month(month)
    file = open_object(store.objects, path)
    held: dict[str, str] = json.loads(notes_of(file)[PARTS]) if file else {}
    news = {unit: sha256 for unit, sha256 in parts.items() if held.get(unit) != sha256}
    if not news and before and before.parts == parts_digest(held):
        return before
    streams = [tables_of(file)] if file else []
    streams += [_rows_of_month(store, unit, month, key) for unit in sorted(news)]
    held = dict(sorted({**held, **news}.items()))
    written = put(store.objects, path, merged(streams, key), schema, {PARTS: json.dumps(held)})
    return Month(rows=written.rows, bytes=written.bytes, sha256=written.sha256, parts=parts_digest(held))


def _rows_of_month(store: ProjectStore, unit: str, month: str, key: str) -> Iterator[pa.Table]:
    path = store.layout.part(unit)
    file = open_object(store.objects, path)
    if file is None:
        raise FileNotFoundError(path)
    for table in tables_of(file):
        yield in_month(table, key, month)
