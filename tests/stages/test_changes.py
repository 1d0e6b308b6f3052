import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.observation import RAW
from include.stages.changes import changed_rows, compare, settle
from include.storage.digests import SCHEMA

SHAPE = "a shape"
IDS = st.integers(0, 40)
TEXTS = st.sampled_from(["", "a", "é", "three"])
MONTH = pa.schema({"id": pa.int64(), RAW: pa.string()})


def digest(text):
    return hashlib.blake2b(f"{SHAPE}{text}".encode(), digest_size=12).hexdigest()


def tables(rows, schema, size):
    """Rows in order of id, in tables of so many."""
    ordered = [dict(zip(schema.names, (number, *rest), strict=True)) for number, rest in sorted(rows.items())]
    return [pa.Table.from_pylist(ordered[first : first + size], schema=schema) for first in range(0, len(rows), size)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    month=st.dictionaries(IDS, st.tuples(TEXTS)),
    before=st.dictionaries(IDS, st.tuples(TEXTS, st.booleans())),
    sizes=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_a_month_is_compared_as_if_all_of_it_were_in_memory(month, before, sizes, tmp_path):
    digests = {number: (digest(text), accepted) for number, (text, accepted) in before.items()}
    compared = tables(month, MONTH, sizes[0]), tables(digests, SCHEMA, sizes[1])
    changes = compare(*compared, SHAPE, tmp_path / "digests")

    changed = {number for number, (text,) in month.items() if digests.get(number, ("",))[0] != digest(text)}
    taken = {number for number, (_, accepted) in before.items() if accepted}
    assert changes.changed.to_pylist() == [number in changed for number in sorted(month)]
    assert changes.kept == len(taken & month.keys() - changed)
    assert set(changes.replaced.to_pylist()) == taken & changed
    assert set(changes.gone.to_pylist()) == taken - month.keys()
    assert set(changes.refused.to_pylist()) == before.keys() - taken - (month.keys() - changed)
    assert changes.news == len(changed) + len(taken - month.keys()) + len(changes.refused)

    refused = pa.array(sorted(changed)[::2], pa.int64())
    settled = pa.concat_tables([SCHEMA.empty_table(), *settle(tmp_path / "digests", refused, refused[:1])])
    assert settled.schema == SCHEMA
    assert settled["id"].to_pylist() == sorted(month)
    for row in settled.to_pylist():
        number = row["id"]
        assert row["digest"] == ("" if number in refused[:1].to_pylist() else digest(*month[number]))
        assert row["accepted"] == (number not in refused.to_pylist() if number in changed else number in taken)


@pytest.mark.parametrize("group", [1, 7, 100])
def test_changed_rows_are_found_in_every_row_group_and_come_without_raw(tmp_path, group):
    month = pa.table({"id": range(20), "text": [str(number) for number in range(20)], RAW: ["x"] * 20})
    pq.write_table(month, tmp_path / "month", row_group_size=group)
    wanted = {0, 5, 13, 19}
    flags = pa.array([number in wanted for number in range(20)])
    with pq.ParquetFile(tmp_path / "month") as file:
        found = list(changed_rows(file, flags))
    assert found == [{"id": number, "text": str(number)} for number in sorted(wanted)]


def test_row_groups_without_a_changed_row_are_not_read(tmp_path):
    month = pa.table({"id": range(8), RAW: ["x"] * 8})
    pq.write_table(month, tmp_path / "month", row_group_size=2)

    groups = []

    class Watched(pq.ParquetFile):
        def iter_batches(self, size, row_groups, columns):
            groups.extend(row_groups)
            return super().iter_batches(size, row_groups, columns)

    with Watched(tmp_path / "month") as file:
        assert len(list(changed_rows(file, pa.array([False] * 5 + [True] + [False] * 2)))) == 1
    assert groups == [2]
