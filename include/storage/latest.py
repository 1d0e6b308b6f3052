"""Sorted tables of observations: the latest one of each id, in bounded memory."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from include.domain.observation import FIRST_SEEN, OBSERVED_AT


def latest(table: pa.Table, key: str) -> pa.Table:
    """One row per `key`, in its order: the latest observation, with the earliest `first_seen` of all of them."""
    if table.num_rows == 0:
        return table
    table = table.sort_by([(key, "ascending"), (OBSERVED_AT, "ascending")])
    keys = _numbers(table, key)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    if len(starts) == len(keys):
        return table
    first_seen = np.minimum.reduceat(_numbers(table, FIRST_SEEN), starts)
    last = np.concatenate((starts[1:], [len(keys)])) - 1
    column = table.schema.get_field_index(FIRST_SEEN)
    instants = pa.array(first_seen).cast(table.schema.field(FIRST_SEEN).type)
    return table.take(pa.array(last)).set_column(column, table.schema.field(column), instants)


def merged(streams: Iterable[Iterator[pa.Table]], key: str) -> Iterator[pa.Table]:
    """Several streams, each in order of `key` and without repeats, as one: the latest observation of each id.

    Holds one table of each stream at a time. In every round the rows up to the smallest last key of all streams are
    complete, so they can be merged and given out.
    """
    heads = [_Head(stream, key) for stream in streams]
    while heads := [head for head in heads if head.fill()]:
        upto = min(head.last for head in heads)
        taken = [head.take_upto(upto) for head in heads if head.first <= upto]
        yield taken[0] if len(taken) == 1 else latest(pa.concat_tables(taken), key)


class _Head:
    """A stream and the rows of it that are in memory, with their first and last key."""

    def __init__(self, stream: Iterator[pa.Table], key: str) -> None:
        self.stream = stream
        self.key = key
        self._hold(pa.table({}))

    def fill(self) -> bool:
        """Whether there are rows in memory, after reading on if there were none."""
        while self.rows.num_rows == 0:
            rows = next(self.stream, None)
            if rows is None:
                return False
            self._hold(rows)
        return True

    def take_upto(self, upto: int) -> pa.Table:
        count = int(np.searchsorted(self.keys, upto, side="right"))
        taken = self.rows.slice(0, count)
        self._hold(self.rows.slice(count))
        return taken

    def _hold(self, rows: pa.Table) -> None:
        self.rows = rows
        if rows.num_rows:
            self.keys = _numbers(rows, self.key)
            self.first, self.last = int(self.keys[0]), int(self.keys[-1])


def _numbers(table: pa.Table, column: str) -> np.ndarray:
    return table[column].cast(pa.int64()).to_numpy()
