from datetime import date

import pytest

from include.domain.asked import Asked
from include.domain.errors import ProjectInvalid
from include.domain.window import Window
from tests.projects import project

TODAY = date(2026, 6, 1)


def test_a_run_that_asks_for_nothing_special_wants_the_whole_period():
    assert str(Asked().of(project(), TODAY)) == "2026-01-01_2026-03-31"


def test_asked_dates_beyond_the_period_are_clamped_to_it():
    assert str(Asked(date(2020, 1, 1), date(2030, 1, 1)).of(project(), TODAY)) == "2026-01-01_2026-03-31"


def test_a_first_day_alone_asks_up_to_the_end_of_the_period():
    assert str(Asked(start=date(2026, 3, 1)).of(project(), TODAY)) == "2026-03-01_2026-03-31"


def test_a_last_day_alone_asks_from_the_start_of_the_period():
    assert str(Asked(end=date(2026, 1, 5)).of(project(), TODAY)) == "2026-01-01_2026-01-05"


def test_days_outside_the_period_are_nothing_to_harvest():
    assert Asked(date(2025, 1, 1), date(2025, 2, 1)).of(project(), TODAY) is None
    assert Asked(start=date(2026, 4, 1)).of(project(), TODAY) is None
    assert Asked(end=date(2025, 12, 31)).of(project(), TODAY) is None


LEFT = [Window(date(2026, 1, 20), date(2026, 1, 31)), Window(date(2026, 1, 10), date(2026, 1, 19))]


def test_a_run_for_whatever_is_left_goes_on_with_whatever_is_left():
    assert Asked().go_on(LEFT) == Asked()


@pytest.mark.parametrize("asked", [Asked(date(2026, 1, 1), date(2026, 1, 31)), Asked(start=date(2026, 1, 1))])
def test_a_run_for_certain_days_goes_on_with_those_that_it_has_left(asked):
    assert asked.go_on(LEFT) == Asked(date(2026, 1, 10), date(2026, 1, 31))


def test_a_reharvest_goes_on_as_one():
    assert Asked(reharvest=True).go_on(LEFT) == Asked(date(2026, 1, 10), date(2026, 1, 31), reharvest=True)


def test_dates_in_the_wrong_order_are_refused_with_both_dates():
    with pytest.raises(ProjectInvalid, match="end_date 2026-01-01 lies before start_date 2026-02-01; swap them"):
        Asked(date(2026, 2, 1), date(2026, 1, 1))


def test_a_day_is_wanted_once_it_has_settled():
    open_period = project(period={"start": "2026-01-01"}, settle_days=3)
    assert open_period.wanted(date(2026, 1, 3)) is None
    assert str(open_period.wanted(date(2026, 1, 4))) == "2026-01-01_2026-01-01"
    assert str(open_period.wanted(date(2026, 3, 4))) == "2026-01-01_2026-03-01"


def test_without_settle_days_today_is_wanted_too():
    assert project(period={"start": "2026-01-01"}, settle_days=0).wanted(TODAY).end == TODAY


def test_a_period_in_the_future_has_no_day_to_harvest_yet():
    assert project(period={"start": "2026-07-01", "end": "2026-07-31"}).wanted(TODAY) is None


def test_an_asked_day_that_has_not_settled_is_left_for_later():
    open_period = project(period={"start": "2026-01-01"})
    assert Asked(date(2026, 5, 31), date(2026, 6, 1)).of(open_period, TODAY) is None
