"""Merging sorted streams, against the naive way of doing it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from include.domain.observation import FIRST_SEEN, OBSERVED_AT
from include.storage.latest import latest, merged

INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema({"id": pa.int64(), FIRST_SEEN: INSTANT, OBSERVED_AT: INSTANT, "said": pa.string()})
START = datetime(2026, 1, 1, tzinfo=UTC)

IDS = st.integers(-3, 12) | st.integers(2**53, 2**53 + 3) | st.sampled_from([2**63 - 1, -(2**63)])
SEEN = st.tuples(IDS, st.integers(0, 5))


def row(key, hour, first=None):
    """One observation; what it says follows from key and time, as one answer of TikTok shows one state of a video."""
    return {
        "id": key,
        FIRST_SEEN: START + timedelta(hours=hour if first is None else first),
        OBSERVED_AT: START + timedelta(hours=hour),
        "said": f"{key} at {hour}",
    }


def table(rows):
    return pa.Table.from_pylist(rows, SCHEMA)


def naive(rows):
    """What a merge promises, written as plainly as can be."""
    merged = {}
    for each in sorted(rows, key=lambda row: row[OBSERVED_AT]):
        first = min(other[FIRST_SEEN] for other in rows if other["id"] == each["id"])
        merged[each["id"]] = each | {FIRST_SEEN: first}
    return [merged[key] for key in sorted(merged)]


def rows_of(tables):
    return [each for table in tables for each in table.to_pylist()]


def in_pieces(rows, size):
    return iter([table(rows[start : start + size]) for start in range(0, len(rows), size)])


@given(st.lists(SEEN, max_size=30))
def test_one_table_keeps_the_latest_observation_of_each_id(seen):
    rows = [row(*each) for each in seen]
    assert latest(table(rows), "id").to_pylist() == naive(rows)


@given(st.lists(st.tuples(st.lists(SEEN, max_size=20), st.integers(1, 4)), max_size=5))
def test_many_streams_make_what_one_naive_merge_makes(streams):
    everything = [row(*each) for seen, _ in streams for each in seen]
    sorted_streams = [in_pieces(naive([row(*each) for each in seen]), size) for seen, size in streams]
    assert rows_of(merged(sorted_streams, "id")) == naive(everything)


@given(st.lists(st.lists(SEEN, max_size=12), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_merging_does_not_matter(parts, random):
    streams = [naive([row(*each) for each in seen]) for seen in parts]
    shuffled = random.sample(streams, len(streams))
    one_after_another = []
    for stream in shuffled:
        one_after_another = rows_of(merged([in_pieces(one_after_another, 3), in_pieces(stream, 2)], "id"))
    assert one_after_another == rows_of(merged([in_pieces(stream, 5) for stream in streams], "id"))


@given(st.lists(st.lists(SEEN, max_size=20), max_size=4))
def test_what_comes_out_is_in_strict_order_of_id(parts):
    streams = [in_pieces(naive([row(*each) for each in seen]), 2) for seen in parts]
    keys = [each["id"] for each in rows_of(merged(streams, "id"))]
    assert all(before < after for before, after in pairwise(keys))


def test_an_empty_table_in_a_stream_ends_nothing():
    stream = iter([table([]), table([row(1, 0)]), table([]), table([row(2, 0)]), table([])])
    assert [each["id"] for each in rows_of(merged([stream, iter([])], "id"))] == [1, 2]


def test_the_schema_stays_as_it_is():
    merged_tables = list(merged([in_pieces([row(1, 0)], 1), in_pieces([row(1, 1), row(2, 1)], 1)], "id"))
    assert all(each.schema == SCHEMA for each in merged_tables)
