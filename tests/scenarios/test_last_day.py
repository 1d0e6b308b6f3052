"""Nobody knows whether TikTok includes `end_date`: no day may be lost whichever it is, and little spent to learn it."""

from itertools import chain

import pytest

from tests.scenarios.world import days

WINDOWS = days(12).cut(4)


def test_no_window_loses_its_last_day_when_end_date_is_left_out(make):
    """A last day that was asked for by itself proves nothing about `end_date` to the next window."""
    world = make(videos_per_day=20, end_date_inclusive=False)
    for window in WINDOWS:
        world.task(window)
    assert list(chain.from_iterable(map(world.ids, WINDOWS))) == world.expected(days(12))


def test_a_new_harvest_asks_for_the_last_day_again_when_end_date_is_left_out(make):
    world = make(videos_per_day=20, end_date_inclusive=False)
    world.task(WINDOWS[0])
    world.task(WINDOWS[0], run="manual__2", reharvest=True)
    assert {page.run for page in world.pages(WINDOWS[0]) if page.slice > 1} == {"manual__1", "manual__2"}


def test_a_cut_window_keeps_the_last_day_of_each_piece_when_end_date_is_left_out(make):
    world = make(videos_per_day=20, end_date_inclusive=False)
    world.sandbox.switch(bad_windows=[{"narrower_than": 3}])
    assert world.task(days(8))["state"] == "complete"
    assert world.ids(days(8)) == world.expected(days(8))


@pytest.mark.parametrize("number", [0, 1])
def test_one_proof_serves_every_window(make, number):
    world = make(videos_per_day=20)
    world.task(WINDOWS[number])
    world.task(WINDOWS[2])
    assert world.requests == 2
