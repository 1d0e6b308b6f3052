"""A window that TikTok cannot serve is cut; through the stage, against the sandbox."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.errors import SearchResting
from include.domain.manifest import State
from tests.scenarios.world import days, world

REGIONS = {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL", "FR"]}]}


@pytest.fixture
def europe(tmp_path):
    with world(tmp_path, {"query": REGIONS}, videos_per_day=150) as made:
        yield made


def bad(europe, **how):
    europe.sandbox.switch(bad_windows=[how])


def pieces(europe, window):
    return [state.piece.name for state in europe.manifest(window).pieces]


@pytest.mark.parametrize("kind", ["internal_error", "timeout", "html_504", "empty_object"])
def test_days_are_cut_first(europe, kind):
    bad(europe, kind=kind, narrower_than=2)
    assert europe.harvest(days(3)).complete
    assert pieces(europe, days(3)) == [f"2026-01-0{day}_2026-01-0{day}" for day in (1, 2, 3)]
    assert europe.ids(days(3)) == europe.expected(days(3), REGIONS)


def test_regions_are_cut_next(europe):
    bad(europe, one_region=True)
    assert europe.harvest(days(1)).complete
    assert [name.split("~")[1] for name in pieces(europe, days(1))] == ["BE", "NL", "FR"]
    assert europe.ids(days(1)) == europe.expected(days(1), REGIONS)


def test_what_regions_cannot_narrow_is_cut_by_length(europe):
    bad(europe, one_length=True)
    assert europe.harvest(days(1)).complete
    assert {name.rsplit("~", 1)[-1] for name in pieces(europe, days(1))} == {"SHORT", "MID", "LONG", "EXTRA_LONG"}
    assert europe.ids(days(1)) == europe.expected(days(1), REGIONS)


def test_what_cannot_be_cut_is_parked_and_the_rest_goes_on(europe):
    bad(europe, start="2026-01-02", end="2026-01-02", narrower_than=1)
    parked = europe.harvest(days(4))
    assert parked.state is State.INCOMPLETE
    assert "2026-01-02_2026-01-02" in parked.reason
    assert "log_id=2026" in parked.reason
    rest = [days(1), days(2, days(4).end.replace(day=3))]
    assert europe.ids(days(4)) == [video for each in rest for video in europe.expected(each, REGIONS)]


def test_the_next_run_tries_a_parked_piece_again_and_only_that(europe):
    bad(europe, start="2026-01-02", end="2026-01-02", narrower_than=1)
    europe.harvest(days(4))
    europe.sandbox.no_faults()
    europe.sandbox.forget_ledger()
    assert europe.harvest(days(4), "manual__2").complete
    assert {entry.asked["start_date"] for entry in europe.sandbox.ledger if entry.endpoint != "token"} == {"20260102"}
    assert europe.ids(days(4)) == europe.expected(days(4), REGIONS)


def test_a_search_that_came_some_way_rests_once_before_it_is_cut(tmp_path):
    with world(tmp_path, videos_per_day=100) as made:
        made.sandbox.script([None, None, *["internal_error"] * 8])
        with pytest.raises(SearchResting):
            made.harvest(days(6))
        assert made.harvest(days(6)).complete
        assert made.manifest(days(6)).pieces == ()
        assert made.requests == 6 + 8


def test_a_search_that_stays_stuck_is_cut_where_it_stands(tmp_path):
    """The days it has passed are complete; they are not asked for again."""
    with world(tmp_path, videos_per_day=100) as made:
        made.sandbox.script([None, None, None, *["internal_error"] * 10])
        with pytest.raises(SearchResting):
            made.harvest(days(6))
        assert made.harvest(days(6)).complete
        assert made.ids(days(6)) == made.expected(days(6))
        assert pieces(made, days(6)) == [
            "2026-01-01_2026-01-02",
            "2026-01-03_2026-01-04",
            "2026-01-05_2026-01-06",
        ]
        assert made.requests <= 6 + 10 + 2


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    narrower_than=st.integers(2, 5),
    one_region=st.booleans(),
    one_length=st.booleans(),
    first=st.integers(1, 5),
    inclusive=st.booleans(),
)
def test_the_union_of_the_pieces_is_the_undivided_search(tmp_path_factory, first, inclusive, **narrow):
    with world(tmp_path_factory.mktemp("cut"), {"query": REGIONS}, videos_per_day=30) as made:
        made.sandbox.switch(end_date_inclusive=inclusive)
        bad(made, start=f"2026-01-0{first}", end="2026-01-05", **narrow)
        done = made.harvest(days(6))
        if done.complete:
            assert made.ids(days(6)) == made.expected(days(6), REGIONS)
        else:
            assert done.reason
