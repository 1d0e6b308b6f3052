from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.density import SHARE_OF_A_DAY, Density, Sample, Samples, cut_by_density, densities, measure, nearest
from include.domain.units import Units
from include.domain.window import Window
from tests.units import unit

DAY = date(2026, 1, 10)
EVENING = datetime(2026, 1, 11, tzinfo=UTC)


def sample(day, hits):
    return Sample(day=day, hits=hits)


def before_midnight(*hours):
    return [EVENING - timedelta(hours=each) for each in hours]


@pytest.mark.parametrize(("hours", "hits"), [(24, 100), (12, 200), (1, 2400), (0.5, 4800)])
def test_a_page_that_covers_the_last_hours_of_a_day_tells_its_density(hours, hits):
    assert measure(DAY, 100, before_midnight(hours / 3, hours)).hits == pytest.approx(hits)


def test_a_scheduled_upload_of_an_earlier_day_does_not_tell_how_fast_a_page_was_filled():
    assert measure(DAY, 100, before_midnight(1, 2, 300)).hits == pytest.approx(1200)


def test_a_page_without_a_time_tells_that_there_are_at_least_as_many_hits_as_it_has_room_for():
    assert measure(DAY, 100, []).hits == 100
    assert measure(DAY, 100, before_midnight(300)).hits == 100


def test_uploads_of_one_second_make_no_density_without_end():
    assert measure(DAY, 100, [EVENING - timedelta(microseconds=1)]).hits == 100 * 86_400


def months(*manifests):
    return {"2026-01": Units.of(each.line for each in manifests)}


def test_a_month_is_as_dense_as_its_covered_days():
    covered = unit("2026-01-01_2026-01-10", counts={"distinct": 500})
    found = densities(months(covered), covered.query_id, [])
    assert found == [Density(date(2026, 1, 15), 50)]
    assert densities(months(covered), "another query", []) == []


def test_a_sampled_day_that_is_covered_meanwhile_does_not_count():
    covered = unit("2026-01-01_2026-01-10", counts={"distinct": 500})
    samples = [sample(date(2026, 1, 5), 900), sample(date(2026, 1, 20), 30)]
    assert [each.hits for each in densities(months(covered), covered.query_id, samples)] == [50, 30]


def test_what_is_known_closest_to_a_day_speaks_for_it():
    known = [Density(date(2026, 1, 1), 1), Density(date(2026, 2, 1), 2)]
    assert [nearest(known, date(2026, 1, day)).hits for day in (1, 10, 25)] == [1, 1, 2]


def test_samples_are_kept_by_query_in_the_order_of_their_days_and_each_day_once():
    first = Samples().add("a", [sample(date(2026, 1, 9), 1)]).add("b", [sample(DAY, 7)])
    after = first.add("a", [sample(date(2026, 1, 2), 3), sample(date(2026, 1, 9), 5)])
    assert [each.hits for each in after.of_query("a")] == [3, 5]
    assert [each.hits for each in after.of_query("b")] == [7]
    assert after.of_query("c") == ()


YEAR = Window(date(2025, 1, 1), date(2025, 12, 31))


def test_dense_days_make_short_windows():
    """1,000 requests a day: 500 for a window, 50,000 hits."""
    known = [Density(YEAR.start, 10_000), Density(YEAR.end, 100)]
    lengths = [window.days for window in cut_by_density(YEAR, 30, 1000, known)]
    assert (lengths[0], lengths[-2]) == (5, 30)
    assert sorted(set(lengths[:-1])) == [5, 30]


def test_nothing_known_leaves_the_windows_as_long_as_the_project_has_them():
    assert list(cut_by_density(YEAR, 30, 1000, [])) == YEAR.cut(30)
    assert list(cut_by_density(YEAR, 30, 1000, [Density(DAY, 0)])) == YEAR.cut(30)


def test_a_day_that_takes_more_than_a_days_quota_is_a_window_of_its_own():
    assert list(cut_by_density(Window(DAY, DAY), 30, 10, [Density(DAY, 10**9)])) == [Window(DAY, DAY)]


@given(
    st.lists(st.builds(Density, st.dates(YEAR.start, YEAR.end), st.floats(0, 10**7)), max_size=6),
    st.integers(1, 30),
    st.integers(1, 1000),
)
def test_windows_hold_each_day_once_and_fit_into_half_a_day(known, longest, daily):
    windows = list(cut_by_density(YEAR, longest, daily, known))
    assert [day for window in windows for day in window] == list(YEAR)
    for window in windows:
        assert window.days <= longest
        expected = nearest(known, window.start).requests(window.days) if known else 0
        assert window.days == 1 or expected <= SHARE_OF_A_DAY * daily * 1.0001
