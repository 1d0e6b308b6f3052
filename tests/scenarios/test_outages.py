"""Outages and searches too broad: when to cut, when to wait, and that a window is never stuck between the two."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException

from include.domain.quota import LONGEST_OUTAGE, OUTAGE
from include.sandbox.corpus import EVERYTHING
from plugins.wiring import APART
from tests.scenarios.test_rounds import TOO_BROAD, go_on
from tests.scenarios.world import days


def of_regions(*codes):
    return {"and": [{"operation": "IN", "field_name": "region_code", "field_values": list(codes)}]}


def test_an_outage_cuts_nothing_and_costs_few_requests(make):
    world = make(videos_per_day=51, bad_windows=[{**TOO_BROAD, "narrower_than": 1}])
    for _ in range(3):
        with pytest.raises(AirflowRescheduleException):
            world.task(days(30))
        assert len(world.manifest(days(30)).now.slices) == 1
        world.pass_time(LONGEST_OUTAGE + timedelta(minutes=1))
    assert world.requests <= 3 * 15
    world.sandbox.switch(bad_windows=[])
    assert world.task(days(30))["state"] == "complete"
    assert len(world.manifest(days(30)).now.slices) == 1


def test_during_an_outage_one_task_asks_and_the_others_of_its_client_wait(make):
    """Each would spend its tries in vain: eleven windows would use up the day's requests."""
    world = make(videos_per_day=50, bad_windows=[{**TOO_BROAD, "narrower_than": 1}])
    with pytest.raises(AirflowRescheduleException):
        world.task(days(30))
    spent = world.requests
    for window in (days(30), *days(30).cut(5)):
        with pytest.raises(AirflowRescheduleException) as waits:
            world.task(window)
        assert timedelta(minutes=50) < waits.value.reschedule_date - datetime.now(UTC) <= OUTAGE + APART
    assert world.requests == spent
    world.sandbox.switch(bad_windows=[])
    assert world.task_until_done(days(30))[0]["state"] == "complete"


def test_an_outage_after_the_first_piece_leaves_the_rest_uncut(make):
    world = make(videos_per_day=20, bad_windows=[{**TOO_BROAD, "narrower_than": 16}])
    world.sandbox.fault("internal_error", nth=tuple(range(5 + 3 + 1, 200)))
    with pytest.raises(AirflowRescheduleException):
        world.task(days(30))
    assert len(world.manifest(days(30)).now.slices) == 3
    world.sandbox.no_faults()
    assert world.task_until_done(days(30))[0]["state"] == "complete"


@pytest.mark.parametrize("query", [EVERYTHING, of_regions("BE", "NL")])
def test_first_days_that_cannot_be_served_are_parked_and_the_rest_is_harvested(make, query):
    bad = {**TOO_BROAD, "start": "2026-01-01", "end": "2026-01-02", "narrower_than": 1}
    world = make({"query": query}, videos_per_day=20, bad_windows=[bad])
    assert go_on(world, days(30), "manual__1") is None
    parked = world.manifest(days(30))
    assert "2026-01-01 to 2026-01-01" in parked.now.reason
    unserved = set(world.expected(days(2), query))
    assert set(world.ids(days(30))) == set(world.expected(days(30), query)) - unserved


def test_a_query_served_by_one_region_and_one_length_only_is_complete(make):
    query = of_regions("BE", "NL")
    bad = {**TOO_BROAD, "one_region": True, "one_length": True}
    world = make({"query": query}, videos_per_day=20, bad_windows=[bad])
    assert go_on(world, days(2), "manual__1")["state"] == "complete"
    assert world.ids(days(2)) == world.expected(days(2), query)


def test_a_long_retry_after_does_not_keep_a_broad_search_from_being_cut(make):
    fault = {**TOO_BROAD, "retry_after": 300, "nth": tuple(range(1, 7))}
    world = make(videos_per_day=21, faults=[fault])
    assert world.task(days(30))["state"] == "complete"
    assert [each.state for each in world.manifest(days(30)).now.slices] == ["split", "done", "done"]


def test_a_canary_too_broad_for_the_window_is_asked_in_its_pieces(make):
    nobody = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody.at.all"]}]}
    bad = {**TOO_BROAD, "narrower_than": 16}
    world = make({"query": nobody, "canary_queries": [EVERYTHING]}, videos_per_day=20, bad_windows=[bad])
    assert go_on(world, days(30), "manual__1")["state"] == "complete"


def test_a_canary_that_cannot_be_asked_settles_nothing(make):
    nobody = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody.at.all"]}]}
    world = make({"query": nobody, "canary_queries": [EVERYTHING]}, videos_per_day=20)
    world.sandbox.fault("internal_error", nth=tuple(range(3, 20)))  # after the window and its last day
    assert go_on(world, days(4), "manual__1") is None
    assert "a canary query of the project found nothing" in world.manifest(days(4)).now.reason
