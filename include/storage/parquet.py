"""Parquet files of sorted rows: written on a local disk, put as one object, read back in pieces."""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from include.storage.objects import Objects

ROW_GROUP = 32_768
"""Rows in a row group: some 30 MB of videos. Fixed, so that equal rows make equal bytes."""

BATCH = 4_096
"""Rows in memory of each file that takes part in a merge."""


@dataclass(frozen=True)
class Written:
    """What was put: its rows, its bytes and their SHA-256, and what a listing of `versions` shows of it."""

    rows: int
    bytes: int
    sha256: str
    version: str


class _NoPandas:
    """An import hook that finds no pandas."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def leave_pandas_out() -> None:
    """Have pyarrow take pandas for absent; else it imports pandas with the first list that it converts (decision 0020).

    pyarrow looks for pandas once in a process. Whoever calls its `to_pandas` gets a DataFrame nevertheless.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        try:
            pa.array([])
        finally:
            sys.meta_path.remove(_NoPandas)


leave_pandas_out()


def put(
    objects: Objects,
    path: str,
    tables: Iterable[pa.Table],
    schema: pa.Schema,
    notes: Mapping[str, str] | None = None,
    *,
    group: int = ROW_GROUP,
) -> Written:
    """Put `tables` as one Parquet object, with `group` rows in each row group, which is what it takes of memory.

    `notes` go into its metadata: they are replaced together with the rows.
    """
    with TemporaryDirectory() as folder:
        local = Path(folder) / "rows.parquet"
        rows = write_local(local, tables, schema.with_metadata(dict(notes or {})), group)
        with local.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        pa.default_memory_pool().release_unused()  # before the store reads the file into buffers of its own
        version = objects.write(path, local)
        return Written(rows, local.stat().st_size, sha256, version)


def write_local(path: Path, tables: Iterable[pa.Table], schema: pa.Schema, group: int = ROW_GROUP) -> int:
    """Write `tables` to a local file in row groups of a fixed size; returns the rows."""
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in _regrouped(tables, group):
            writer.write_table(table.cast(schema), row_group_size=group)
            rows += table.num_rows
    return rows


def tables_of(file: pq.ParquetFile, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows of an open file in small tables, so that many files can be merged at a time; of all columns or some.

    One row group after the other: what pyarrow reads all of them with grows by some megabytes for each.
    """
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(batch_size=BATCH, row_groups=[group], columns=columns):
            yield pa.Table.from_batches([batch])


def open_object(objects: Objects, path: str) -> pq.ParquetFile | None:
    """An object as an open Parquet file, or None when it is absent. Only the pieces that are asked for are read."""
    reader = objects.reader(path)
    return pq.ParquetFile(pa.PythonFile(reader, mode="r")) if reader else None


def notes_of(file: pq.ParquetFile) -> dict[str, str]:
    """The notes that were put with the rows."""
    metadata: dict[bytes, Any] = file.schema_arrow.metadata or {}
    return {name.decode(): value.decode() for name, value in metadata.items()}


def _regrouped(tables: Iterable[pa.Table], group: int) -> Iterator[pa.Table]:
    """The same rows in tables of `group` rows; the last one may be shorter."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) < group:
            continue
        rows = pa.concat_tables(waiting)
        whole = rows.num_rows - rows.num_rows % group
        yield from (rows.slice(start, group).combine_chunks() for start in range(0, whole, group))
        waiting = [rows.slice(whole)]
    if any(table.num_rows for table in waiting):
        yield pa.concat_tables(waiting).combine_chunks()
