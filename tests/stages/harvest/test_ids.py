"""A set of ids in eight bytes each, against Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from include.stages.harvest import ids
from include.stages.harvest.ids import Ids

KEYS = st.integers(0, 40) | st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**63 - 1, -(2**63), 0, -1])


@given(st.lists(st.lists(KEYS, max_size=12), max_size=12), st.integers(0, 8), st.lists(KEYS, max_size=10))
def test_ids_are_a_set_that_tells_what_is_new(batches, recent, others):
    kept, ids.RECENT = ids.RECENT, recent
    try:
        known, plain = Ids(), set()
        for batch in batches:
            assert known.add(batch) == [key for key in dict.fromkeys(batch) if key not in plain]
            plain.update(batch)
            assert len(known) == len(plain)
        assert [key in known for key in [*plain, *others]] == [key in plain for key in [*plain, *others]]
    finally:
        ids.RECENT = kept


def test_many_ids_take_eight_bytes_each():
    known = Ids()
    for first in range(0, 100_000, 1_000):
        known.add(range(first, first + 1_000))
    assert len(known) == 100_000
    assert (known._sorted.itemsize, len(known._recent) <= ids.RECENT) == (8, True)
    assert 99_999 in known
    assert 100_000 not in known


def test_rounded_ids_are_told_from_others():
    rounded = Ids()
    rounded.add([512 * number for number in range(1, ids.RECENT + 10)])
    assert rounded.are_multiples(512)
    rounded.add([513])
    assert not rounded.are_multiples(512)
