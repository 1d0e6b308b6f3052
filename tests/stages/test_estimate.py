from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from include.domain.density import Density, Sample, densities
from include.domain.manifest import State
from include.domain.units import Units
from include.stages.estimate import Between, estimate
from tests.scenarios.world import days
from tests.units import round_of, unit

TODAY = date(2026, 6, 1)
LATER = days(60, date(2026, 2, 1)).cut(30)


def month(state=State.COMPLETE, **counts):
    """Thirty days of a query, harvested."""
    return unit(days(30), state, counts=counts)


def known(*manifests, samples=()):
    """What an estimate knows of these windows of a query."""
    months = {"2026-01": Units.of(each.line for each in manifests)} if manifests else {}
    return densities(months, month().query_id, samples)


def cost(windows, density, daily=1000, **more):
    return estimate(windows, density, daily, TODAY, **more)


def sample(day, hits):
    return Sample(day=date.fromisoformat(day), hits=hits)


MONTH = month(distinct=6000)


def test_nothing_is_known_before_a_window_is_complete_or_a_day_is_sampled():
    unknown = cost([days(30)], known(month(State.SUSPECT, distinct=50)))
    assert (unknown.requests, unknown.quota_days) == (None, None)
    assert "unknown" in str(unknown)


def test_a_plan_is_as_dense_as_what_is_known():
    found = cost(LATER, known(MONTH), 50)
    assert (found.windows, found.days) == (2, 60)
    assert (found.requests, found.quota_days) == (Between(120, 120, 120), Between(3, 3, 3))


def test_hits_that_tiktok_withholds_take_their_room_in_a_plan():
    withheld = month(hits=6000, distinct=4200, withheld=1800)
    assert cost(LATER[:1], known(withheld)).requests.likely == 60


def test_a_window_that_a_person_accepted_is_known_like_a_complete_one():
    suspect = month(State.SUSPECT, distinct=6000)
    accepted = suspect.accept("Ada", "a holiday", suspect.now.ended_at)
    assert cost([days(30)], known(suspect)).requests is None
    assert cost([days(30)], known(accepted)).requests.likely == 60


def test_a_complete_window_speaks_for_itself_while_it_is_harvested_again():
    again = MONTH.with_round(round_of(days(30), number=2))
    assert cost([days(30)], known(again)).requests.likely == 60


def test_a_window_is_expected_to_be_as_dense_as_what_is_known_closest_to_it():
    density = known(samples=[sample("2026-02-10", 1000), sample("2026-03-20", 100)])
    assert cost(LATER, density).requests == Between(60, 330, 600)


def test_samples_give_a_range_a_finishing_date_and_their_number():
    density = known(samples=[sample("2026-02-10", 4000), sample("2026-02-20", 1000), sample("2026-03-20", 9000)])
    assert str(cost(LATER, density)) == (
        "2 windows of 60 days, some 3,000 requests (600 to 5,400), 3 days of quota (1 to 6), "
        "done about 2026-06-03 (2026-06-01 to 2026-06-06), by 3 sampled days"
    )


def test_complete_windows_correct_what_samples_said():
    samples = [sample("2026-01-10", 4000), sample("2026-02-10", 100)]
    before, after = known(samples=samples), known(MONTH, samples=samples)
    assert cost(LATER, before).requests == Between(60, 60, 2400)
    assert cost(LATER, after).requests == Between(60, 60, 120)


def test_a_note_names_three_windows_that_wait_and_counts_the_rest():
    found = cost([], [], waiting=tuple(f"window {number} waits" for number in range(5)))
    assert str(found) == "nothing is left to harvest; window 0 waits; window 1 waits; window 2 waits; 2 more wait"


def test_a_window_costs_one_request_at_least():
    assert cost(days(10).cut(1), known(month())).requests.likely == 10


def test_nothing_to_do_costs_nothing():
    assert cost([], []).requests == Between(0, 0, 0)
    assert str(cost([], [])) == "nothing is left to harvest"


def test_an_estimate_reads_as_a_sentence():
    dense = known(month(distinct=50))
    assert str(cost(days(1).cut(1), dense)) == "1 window of 1 day, some 1 request, 1 day of quota"
    assert str(cost(LATER, [])) == "2 windows of 60 days; requests unknown, no window of this query is complete"


def test_what_is_left_for_the_next_run_is_counted_and_costs_too():
    windows = days(30).cut(1)
    assert str(cost(windows[:20], known(MONTH), later=windows[20:])) == (
        "20 of 30 windows; 10 are left, the next run begins by itself; in all 30 days, some 60 requests, 1 day of quota"
    )
    assert "2 windows; 1 is left," in str(cost(LATER[:1], [], later=LATER[1:]))


@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 1000))
def test_an_estimate_is_enough_for_what_it_was_made_from(distinct, window_days, daily):
    found = cost(days(30).cut(window_days), known(month(distinct=distinct)), daily)
    assert found.requests.likely * 100 >= distinct
    assert found.quota_days.likely * daily >= found.requests.likely


@given(st.lists(st.builds(Density, st.dates(date(2026, 1, 1), date(2026, 4, 1)), st.floats(0, 10**6)), min_size=1))
def test_what_is_expected_lies_in_its_range(density):
    for found in (cost(LATER, density).requests, cost(LATER, density).quota_days):
        assert found.least <= found.likely <= found.most
