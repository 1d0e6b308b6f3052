from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from include.domain.manifest import State
from include.domain.units import QueryUnits
from include.stages.estimate import estimate
from tests.scenarios.world import days
from tests.units import round_of, unit


def month(state=State.COMPLETE, **counts):
    """Thirty days of a query, harvested."""
    return unit(days(30), state, counts=counts)


def known(*manifests):
    """What an estimate knows of these windows of a query."""
    return sum((QueryUnits.of(each.line) for each in manifests), QueryUnits())


NOTHING = known()
MONTH = month(distinct=6000)


def test_nothing_is_known_before_the_first_window_is_complete():
    cost = estimate([days(30)], known(month(State.SUSPECT, distinct=50)), 1000)
    assert (cost.requests, cost.quota_days) == (None, None)
    assert "unknown" in str(cost)


def test_a_plan_is_as_dense_as_what_is_known():
    cost = estimate(days(60, date(2026, 2, 1)).cut(30), known(MONTH), 50)
    assert (cost.windows, cost.days, cost.requests, cost.quota_days) == (2, 60, 120, 3)


def test_hits_that_tiktok_withholds_take_their_room_in_a_plan():
    withheld = month(hits=6000, distinct=4200, withheld=1800)
    assert estimate(days(30, date(2026, 2, 1)).cut(30), known(withheld), 1000).requests == 60


def test_a_window_that_a_person_accepted_is_known_like_a_complete_one():
    suspect = month(State.SUSPECT, distinct=6000)
    accepted = suspect.accept("Ada", "a holiday", suspect.now.ended_at)
    assert estimate([days(30)], known(suspect), 1000).requests is None
    assert estimate([days(30)], known(accepted), 1000).requests == 60


def test_a_complete_window_speaks_for_itself_while_it_is_harvested_again():
    again = MONTH.with_round(round_of(days(30), number=2))
    assert estimate([days(30)], known(again), 1000).requests == 60


def test_a_note_names_three_windows_that_wait_and_counts_the_rest():
    cost = estimate([], NOTHING, 1000, waiting=tuple(f"window {number} waits" for number in range(5)))
    assert str(cost) == "nothing is left to harvest; window 0 waits; window 1 waits; window 2 waits; 2 more wait"


def test_a_window_costs_one_request_at_least():
    assert estimate(days(10).cut(1), known(month()), 1000).requests == 10


def test_nothing_to_do_costs_nothing():
    assert estimate([], NOTHING, 1000).requests == 0
    assert str(estimate([], NOTHING, 1000)) == "nothing is left to harvest"


def test_an_estimate_reads_as_a_sentence():
    dense = known(month(distinct=50))
    assert str(estimate(days(1).cut(1), dense, 1000)) == "1 window of 1 day, some 1 request, 1 day of quota"
    assert str(estimate(days(60).cut(30), NOTHING, 1000)).startswith("2 windows of 60 days; requests unknown")


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 1000))
def test_an_estimate_is_enough_for_what_it_was_made_from(distinct, window_days, daily):
    held = month(distinct=distinct)
    cost = estimate(days(30).cut(window_days), known(held), daily)
    assert cost.requests * 100 >= distinct
    assert cost.quota_days * daily >= cost.requests
