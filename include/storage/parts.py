"""A unit's part: one row per id of everything its pages hold, in order of id."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.domain.observation import QUERY_ID
from include.domain.window import Window
from include.storage.latest import latest, merged
from include.storage.parquet import open_object, put, tables_of
from include.storage.project_store import ProjectStore

CREATED = "create_time"

RUN_BATCH = 256
"""Rows in memory of each sorted run while a part is made; a million videos make some 120 runs."""

PART_GROUP = 8_192
"""Rows in a row group of a part, fewer than in a month file: the task that makes it holds its runs in memory, too."""

WRITTEN_AT_ONCE = 2**20
"""Bytes: each column of each batch would be a write of its own."""


@dataclass(frozen=True)
class Part:
    """What a part holds: rows by month and by query, and the first and last time of creation among them."""

    sha256: str
    months: dict[str, int]
    queries: dict[str, int]
    first_created: datetime | None
    last_created: datetime | None


class SortedRuns:
    """Tables of observations in any order, as sorted runs in a local folder: in the memory that one table takes."""

    def __init__(self, folder: Path, key: str, schema: pa.Schema) -> None:
        self._folder, self._key = folder, key
        self._runs = [_sorted_run(folder / "0", schema.empty_table(), key)]

    def add(self, table: pa.Table) -> None:
        """Sort a table, and put it on the disk."""
        self._runs.append(_sorted_run(self._folder / str(len(self._runs)), table, self._key))

    def put(self, store: ProjectStore, unit: str, schema: pa.Schema) -> Part:
        """Put the part of a unit: one row per id of all that was added, its latest observation."""
        count = _Count(self._key)
        rows = count.seen(merged(map(_tables_in, self._runs), self._key))
        written = put(store.objects, store.layout.part(unit), rows, schema, group=PART_GROUP)
        return Part(written.sha256, dict(count.months), dict(count.queries), count.first, count.last)


def ids_on(store: ProjectStore, unit: str, days: Window, key: str) -> Iterator[pa.Table]:
    """`key` and query of the records in a unit's part that were created on `days`."""
    file = open_object(store.objects, store.layout.part(unit))
    for table in tables_of(file) if file else ():
        created = pc.strftime(_created(table, key), "%Y-%m-%d")
        first, last = (pa.scalar(day.isoformat()) for day in (days.start, days.end))
        inside = pc.and_(pc.greater_equal(created, first), pc.less_equal(created, last))
        yield table.filter(inside).select([key, QUERY_ID])


def in_month(table: pa.Table, key: str, month: str) -> pa.Table:
    """The rows of a month (`yyyy-mm`)."""
    return table.filter(pc.equal(_months(table, key), datetime.fromisoformat(f"{month}-01T00:00:00+00:00")))


def _months(table: pa.Table, key: str) -> pa.ChunkedArray:
    """The first moment of the month of each row: by its id alone, as an observation may lack its creation."""
    return pc.floor_temporal(_told_by_id(table, key), unit="month")


def _created(table: pa.Table, key: str) -> pa.ChunkedArray:
    """When each row was created; from the id where TikTok left `create_time` out."""
    return pc.coalesce(table[CREATED], _told_by_id(table, key))


def _told_by_id(table: pa.Table, key: str) -> pa.ChunkedArray:
    """`id >> 32`: a Unix time 18 to 48 seconds before `create_time` (observed, contract of video/query)."""
    return pc.shift_right(table[key], 32).cast(pa.timestamp("s", tz="UTC"))


def _sorted_run(path: Path, table: pa.Table, key: str) -> Path:
    whole = pa.BufferedOutputStream(pa.OSFile(str(path), "wb"), WRITTEN_AT_ONCE)
    with whole as file, pa.ipc.new_file(file, table.schema) as run:
        run.write_table(latest(table, key), max_chunksize=RUN_BATCH)
    pa.default_memory_pool().release_unused()  # else the peaks of sorting and of writing add up
    return path


def _tables_in(run: Path) -> Iterator[pa.Table]:
    with pa.OSFile(str(run)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            yield pa.Table.from_batches([reader.get_batch(number)])


class _Count:
    """Counts rows while they stream by."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.months: Counter[str] = Counter()
        self.queries: Counter[str] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None

    def seen(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        for table in tables:
            self.months += Counter(
                {f"{month:%Y-%m}": count for month, count in _counts(_months(table, self.key)).items()}
            )
            self.queries += _counts(table[QUERY_ID])
            created = pc.min_max(table[CREATED]).as_py()
            self.first = min(filter(None, (self.first, created["min"])), default=None)
            self.last = max(filter(None, (self.last, created["max"])), default=None)
            yield table


def _counts(values: pa.ChunkedArray) -> Counter[Any]:
    return Counter({each["values"]: each["counts"] for each in pc.value_counts(values).to_pylist()})
