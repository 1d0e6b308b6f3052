"""A window that TikTok cannot serve is split; through the stage, against the sandbox."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.errors import SearchResting, Tomorrow
from include.domain.manifest import State
from include.domain.slice import Aim, SliceState
from tests.scenarios.world import days, world

REGIONS = {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL", "FR"]}]}


@pytest.fixture
def europe(tmp_path):
    with world(tmp_path, {"query": REGIONS}, videos_per_day=150) as made:
        yield made


def bad(europe, **how):
    europe.sandbox.switch(bad_windows=[how])


def done(world, window):
    """The slices that came to their end, in the order of their days."""
    slices = [each for each in world.manifest(window).now.slices if each.state is SliceState.DONE]
    return sorted(slices, key=lambda each: (each.start, each.number))


def told(world, window):
    return [each.name for each in done(world, window)]


@pytest.mark.parametrize("kind", ["internal_error", "timeout", "html_504", "empty_object"])
def test_days_are_split_first(europe, kind):
    bad(europe, kind=kind, narrower_than=2)
    assert europe.harvest(days(3)).state is State.COMPLETE
    assert told(europe, days(3)) == [f"2026-01-0{day} to 2026-01-0{day}" for day in (1, 2, 3)]
    assert europe.ids(days(3)) == europe.expected(days(3), REGIONS)


def test_regions_are_split_next(europe):
    bad(europe, one_region=True)
    assert europe.harvest(days(1)).state is State.COMPLETE
    assert {each.narrowing["region_code"] for each in done(europe, days(1))} == {("BE",), ("NL",), ("FR",)}
    assert europe.ids(days(1)) == europe.expected(days(1), REGIONS)


def test_what_regions_cannot_narrow_is_split_by_length(europe):
    bad(europe, one_length=True)
    assert europe.harvest(days(1)).state is State.COMPLETE
    lengths = {each.narrowing["video_length"] for each in done(europe, days(1))}
    assert lengths == {("SHORT",), ("MID",), ("LONG",), ("EXTRA_LONG",)}
    assert europe.ids(days(1)) == europe.expected(days(1), REGIONS)


def test_what_cannot_be_split_is_parked_and_the_rest_goes_on(europe):
    bad(europe, start="2026-01-02", end="2026-01-02", narrower_than=1)
    parked = europe.harvest(days(4))
    assert parked.state is State.INCOMPLETE
    assert "2026-01-02 to 2026-01-02" in parked.now.reason
    assert "log_id=2026" in parked.now.reason
    rest = [days(1), days(2, days(4).end.replace(day=3))]
    assert europe.ids(days(4)) == [video for each in rest for video in europe.expected(each, REGIONS)]


def test_the_hits_of_a_window_are_unknown_while_a_part_of_it_is_parked(europe):
    bad(europe, start="2026-01-02", end="2026-01-02", narrower_than=1)
    counts = europe.harvest(days(4)).now.counts
    assert (counts.hits, counts.withheld) == (None, None)


def test_the_next_run_tries_a_parked_slice_again_and_only_that(europe):
    bad(europe, start="2026-01-02", end="2026-01-02", narrower_than=1)
    europe.harvest(days(4))
    europe.sandbox.no_faults()
    europe.sandbox.forget_ledger()
    again = europe.harvest(days(4), "manual__2")
    assert (again.state, again.now.number) == (State.COMPLETE, 1)
    assert {entry.asked["start_date"] for entry in europe.sandbox.ledger if entry.endpoint != "token"} == {"20260102"}
    assert europe.ids(days(4)) == europe.expected(days(4), REGIONS)


def test_a_search_that_came_some_way_rests_once_before_it_is_split(tmp_path):
    with world(tmp_path, videos_per_day=95) as made:
        made.sandbox.script([None, None, *["internal_error"] * 8])
        with pytest.raises(SearchResting):
            made.harvest(days(6))
        assert made.harvest(days(6)).state is State.COMPLETE
        assert len(made.manifest(days(6)).now.slices) == 1
        assert made.requests == 6 + 8


@pytest.mark.parametrize(("jumps", "verification"), [(True, 2), (False, 1 + 3 + 3)])
def test_a_search_that_stays_stuck_is_split_where_it_stands(tmp_path, jumps, verification):
    """The days that it had passed are verified: by one call near their end, or afresh where TikTok refuses that."""
    with world(tmp_path, videos_per_day=95, cursor_jumps=jumps) as made:
        made.sandbox.script([None, None, None, *["internal_error"] * 10])
        with pytest.raises(SearchResting):
            made.harvest(days(6))
        ended = made.harvest(days(6))
        assert ended.state is State.COMPLETE
        assert made.ids(days(6)) == made.expected(days(6))
        assert [(each.name, each.aim) for each in done(made, days(6))] == [
            ("2026-01-01 to 2026-01-02", Aim.COLLECT),
            ("2026-01-03 to 2026-01-03", Aim.COLLECT),
            ("2026-01-04 to 2026-01-06", Aim.VERIFY),
        ]
        assert made.requests == 6 + 10 + verification
        assert (ended.now.counts.hits, ended.now.counts.withheld) == (6 * 95, 0)


def test_a_budget_that_is_spent_while_the_outage_is_probed_parks_what_is_left(tmp_path):
    """Taken for an outage, it would rest for five minutes, and spend as much again, and again."""
    with world(tmp_path, {"query": REGIONS}, videos_per_day=30, end_date_inclusive=False) as made:
        bad(made, start="2026-01-01", end="2026-01-05", narrower_than=2, one_region=True)
        parked = made.harvest(days(6))
        assert parked.state is State.INCOMPLETE
        assert "requests brought no new record" in parked.now.reason


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    narrower_than=st.integers(2, 5),
    one_region=st.booleans(),
    one_length=st.booleans(),
    first=st.integers(1, 5),
    inclusive=st.booleans(),
)
def test_the_union_of_the_slices_is_the_undivided_search(tmp_path_factory, first, inclusive, **narrow):
    with world(tmp_path_factory.mktemp("split"), {"query": REGIONS}, videos_per_day=30) as made:
        made.sandbox.switch(end_date_inclusive=inclusive)
        bad(made, start=f"2026-01-0{first}", end="2026-01-05", **narrow)
        try:
            ended = made.harvest(days(6))
        except Tomorrow:  # where nothing as narrow as can be is answered, TikTok counts as down: nothing is claimed
            assert not made.manifest(days(6)).covers
            return
        if ended.state is State.COMPLETE:
            assert made.ids(days(6)) == made.expected(days(6), REGIONS)
        else:
            assert ended.now.reason
