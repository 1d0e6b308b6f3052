"""Waiting and going on: what a quota, a lost search and a restart cost."""

from tests.scenarios.world import days


def test_a_search_that_expired_overnight_goes_on_at_the_day_it_had_reached(make):
    """Else a window that takes more than a day of quota would begin anew each day, and never end."""
    world = make(videos_per_day=100, requests_per_day=12)
    done, waits = world.task_until_done(days(30))
    assert world.ids(days(30)) == world.expected(days(30))
    assert done["state"] == "complete"
    assert len(waits) <= 3
    assert world.requests <= 30 + 3 * 3


def test_a_search_id_that_always_dies_costs_no_page_again(make):
    world = make(videos_per_day=100, search_dies_after_pages=5)
    done = world.task(days(30))
    assert done["state"] == "complete"
    assert world.ids(days(30)) == world.expected(days(30))
    assert done["distinct"] == 3000
    assert world.requests <= 30 + 8 * 7
