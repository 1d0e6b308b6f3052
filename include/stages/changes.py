"""Which rows of a month say something else than when a sink took them: told by their digests, column by column.

No row becomes a Python object here, and one small table of either side is in memory at a time.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from include.domain.observation import RAW
from include.storage.digests import SCHEMA

DIGEST_BYTES = 12

#: Of the month's file, what a comparison reads.
COMPARED = ("id", RAW)

#: Rows that are Python objects at a time.
ROWS_AT_ONCE = 256

_Columns = dict[str, pa.Array]
"""Columns of equal length, by name."""


@dataclass(frozen=True)
class Changes:
    """A month beside what a sink took of it. `changed` has a flag for each row, in order; the others hold ids.

    `replaced` are changed rows of which the sink has an earlier state, `gone` what it has and the month has not;
    `refused` were refused before, and changed or went. `kept` rows are accepted and did not change.
    """

    changed: pa.BooleanArray
    kept: int
    replaced: pa.Int64Array
    gone: pa.Int64Array
    refused: pa.Int64Array

    @property
    def news(self) -> int:
        """How many records are to be sent, given up or forgotten."""
        return self.changed.true_count + len(self.gone) + len(self.refused)

    @classmethod
    def join(cls, parts: Sequence["Changes"]) -> "Changes":
        """Those of consecutive pieces of a month."""
        arrays = ([getattr(part, name) for part in parts] for name in ("changed", "replaced", "gone", "refused"))
        changed, replaced, gone, refused = map(pa.concat_arrays, arrays)
        return cls(changed, sum(part.kept for part in parts), replaced, gone, refused)


def compare(month: Iterable[pa.Table], before: Iterable[pa.Table], shape: str, digests: Path) -> Changes:
    """Compare the rows of a month with its digests of `before`, both in order of id.

    `month` has the columns COMPARED. `shape` tells what else than its row a record depends on. The new digests become
    the local file `digests`, in which `accepted` is null where a row changed.
    """
    parts = []
    with pa.OSFile(str(digests), "wb") as file, pa.ipc.new_file(file, SCHEMA) as target:
        for rows, earlier in _side_by_side(month, before):
            table, changes = _compare_some(rows, earlier, shape.encode())
            target.write_table(table)
            parts.append(changes)
    return Changes.join(parts)


def _compare_some(rows: _Columns, earlier: _Columns, shape: bytes) -> tuple[pa.Table, Changes]:
    """The digests of some rows, and how they differ from the earlier ones of the same range of ids."""
    ids, place = rows["id"], pc.index_in(rows["id"], value_set=earlier["id"])
    digest = pa.array(_digests(rows[RAW], shape), pa.string())
    same = pc.fill_null(pc.equal(earlier["digest"].take(place), digest), fill_value=False)
    changed, taken = pc.invert(same), earlier["accepted"].take(place)
    accepted = pc.if_else(same, taken, pa.scalar(None, pa.bool_()))
    left = pc.invert(pc.is_in(earlier["id"], value_set=ids))
    changes = Changes(
        changed=changed,
        kept=accepted.true_count,
        replaced=ids.filter(pc.and_kleene(changed, taken)),
        gone=earlier["id"].filter(pc.and_(left, earlier["accepted"])),
        refused=pa.concat_arrays(
            [
                ids.filter(pc.and_kleene(changed, pc.invert(taken))),
                earlier["id"].filter(pc.and_(left, pc.invert(earlier["accepted"]))),
            ]
        ),
    )
    return pa.table([ids, digest, accepted], schema=SCHEMA), changes


def changed_rows(file: pq.ParquetFile, changed: pa.BooleanArray) -> Iterator[dict[str, Any]]:
    """The changed rows of a month's file, all columns but `raw`; what holds none of them is not read."""
    columns = [name for name in file.schema_arrow.names if name != RAW]
    first = 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if changed.slice(first, rows).true_count:
            for batch in file.iter_batches(ROWS_AT_ONCE, [group], columns):
                yield from batch.filter(changed.slice(first, len(batch))).to_pylist()
                first += len(batch)
        else:
            first += rows


def settle(digests: Path, refused: pa.Int64Array, put_off: pa.Int64Array) -> Iterator[pa.Table]:
    """The digests of a comparison once it is known which changed records were `refused`; those `put_off` have none."""
    with pa.OSFile(str(digests)) as file:
        reader = pa.ipc.open_file(file)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            taken = pc.invert(pc.is_in(batch["id"], value_set=refused))
            accepted = pc.coalesce(batch["accepted"], taken)
            digest = pc.if_else(pc.is_in(batch["id"], value_set=put_off), "", batch["digest"])
            yield pa.table([batch["id"], digest, accepted], schema=SCHEMA)


def _side_by_side(month: Iterable[pa.Table], before: Iterable[pa.Table]) -> Iterator[tuple[_Columns, _Columns]]:
    """The tables of a month, each with the digests up to its last id, as columns; at the end those beyond all ids."""
    digests, waiting = iter(before), SCHEMA.empty_table()
    for table in month:
        if not table.num_rows:
            continue
        last = table["id"][-1].as_py()
        while not waiting.num_rows or waiting["id"][-1].as_py() <= last:
            if (more := next(digests, None)) is None:
                break
            waiting = pa.concat_tables([waiting, more])
        upto = pc.sum(pc.less_equal(waiting["id"], last), min_count=0).as_py()
        yield _columns(table), _columns(waiting.slice(0, upto))
        waiting = waiting.slice(upto)
    nothing = pa.table({"id": pa.array([], pa.int64()), RAW: pa.array([], pa.string())})
    for left in (waiting, *digests):
        yield _columns(nothing), _columns(left)


def _columns(table: pa.Table) -> _Columns:
    return {name: table[name].combine_chunks() for name in table.column_names}


def _digests(raw: pa.StringArray, shape: bytes) -> list[str]:
    """What TikTok said of each record, whenever it was observed; hashed where it lies, without a copy."""
    start = hashlib.blake2b(shape, digest_size=DIGEST_BYTES)
    _, offsets, texts = raw.buffers()
    bounds = np.frombuffer(offsets, np.int32)[raw.offset : raw.offset + len(raw) + 1].tolist() if len(raw) else [0]
    bytes_ = memoryview(texts) if texts else memoryview(b"")
    digests = []
    for begin, end in pairwise(bounds):
        digest = start.copy()
        digest.update(bytes_[begin:end])
        digests.append(digest.hexdigest())
    return digests
