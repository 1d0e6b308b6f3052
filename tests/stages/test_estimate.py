from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from include.domain.manifest import State
from include.stages.estimate import estimate
from tests.scenarios.world import days
from tests.stages.test_suspicion import manifest

MONTH = manifest(state=State.COMPLETE, distinct=6000)


def test_nothing_is_known_before_the_first_window_is_complete():
    cost = estimate([days(30)], [manifest(distinct=50)], 1000)
    assert (cost.requests, cost.quota_days) == (None, None)
    assert "unknown" in str(cost)


def test_a_plan_is_as_dense_as_what_is_known():
    cost = estimate(days(60, date(2026, 2, 1)).cut(30), [MONTH], 50)
    assert (cost.windows, cost.days, cost.requests, cost.quota_days) == (2, 60, 120, 3)


def test_a_window_costs_one_request_at_least():
    assert estimate(days(10).cut(1), [manifest(state=State.COMPLETE)], 1000).requests == 10


def test_nothing_to_do_costs_nothing():
    assert estimate([], [], 1000).requests == 0
    assert str(estimate([], [], 1000)) == "nothing is left to harvest"


def test_an_estimate_reads_as_a_sentence():
    known = [manifest(state=State.COMPLETE, distinct=50)]
    assert str(estimate(days(1).cut(1), known, 1000)) == "1 window of 1 day, some 1 request, 1 day of quota"
    assert str(estimate(days(60).cut(30), [], 1000)).startswith("2 windows of 60 days; requests unknown")


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 1000))
def test_an_estimate_is_enough_for_what_it_was_made_from(distinct, window_days, daily):
    known = manifest(state=State.COMPLETE, distinct=distinct)
    cost = estimate(days(30).cut(window_days), [known], daily)
    assert cost.requests * 100 >= distinct
    assert cost.quota_days * daily >= cost.requests
