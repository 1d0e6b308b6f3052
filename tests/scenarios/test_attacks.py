"""What an independent stand-in of TikTok did to the harvest, each named after its symptom."""

from tests.scenarios.test_table import harvest_one, lost
from tests.scenarios.world import days


def test_a_window_parked_by_its_budget_goes_on_where_it_was_when_the_fault_is_gone(make):
    world = make(videos_per_day=500, cursor_jumps=True)
    window = days(30)
    world.sandbox.fault("empty_more", probability=0.6)
    harvest_one(world, window)
    assert not world.manifest(window).covers
    world.sandbox.no_faults()
    before = world.requests
    harvest_one(world, window, "manual__2")
    assert world.manifest(window).covers
    assert lost(world, [window]) == 0
    assert world.requests - before <= 200, "150 pages, and some overlap"


def test_records_that_come_again_elsewhere_in_their_search_are_not_called_withheld(make, monkeypatch):
    """Every other answer comes from a backend that lacks the newest day: what it skips was never shown."""
    import include.sandbox.videos as served

    world, real, calls = make(videos_per_day=300), served._page, []

    def lagging(sandbox, search, search_id, place, fields):
        calls.append(place)
        shift = 250 if len(calls) % 2 == 0 and place[0] else 0
        answer = real(sandbox, search, search_id, place, fields)
        if shift:
            ids = search.ids[place[0] + shift : place[0] + shift + place[1]]
            answer.data["videos"] = served._records(sandbox, ids, fields)
        return answer

    monkeypatch.setattr(served, "_page", lagging)
    harvest_one(world, days(10))
    assert lost(world, [days(10)]) == 0 or not world.manifest(days(10)).covers


def test_a_deep_cursor_that_is_refused_splits_the_search(make):
    world = make(videos_per_day=200)
    world.sandbox.fault("cursor_rejected", nth=tuple(range(20, 26)))
    harvest_one(world, days(30))
    assert world.manifest(days(30)).covers
    assert lost(world, [days(30)]) == 0
