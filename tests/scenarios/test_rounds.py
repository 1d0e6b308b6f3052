"""Rounds: a window that is searched again, interrupted, corrected or doubted is complete only with all its videos."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

import include.sandbox.videos as served
from include.domain.asked import Asked
from include.sandbox.corpus import EVERYTHING
from include.stages import merge as merging
from include.stages.merge import merge
from include.stages.plan import plan
from tests.scenarios.world import days

BE = {"and": [{"operation": "EQ", "field_name": "region_code", "field_values": ["BE"]}]}
TOO_BROAD = {"kind": "internal_error"}


def go_on(world, window, run, tries=30, **how):
    """Tries of one run: as Airflow waits for tomorrow, and gives up where a person must act."""
    for _ in range(tries):
        try:
            return world.task(window, run, **how)
        except AirflowRescheduleException as wait:
            world.pass_time(wait.reschedule_date - datetime.now(UTC))
        except AirflowFailException:
            return None
    return None


def missing(world, window, query=EVERYTHING):
    return set(world.expected(window, query)) - set(world.ids(window))


def complete_with_everything(world, window):
    return world.manifest(window).covers and not missing(world, window)


def test_pages_of_an_earlier_query_are_not_taken_for_days_passed(make, change):
    world = make({"query": BE}, videos_per_day=50)
    world.task(days(6))
    change(world, query=EVERYTHING)
    world.sandbox.switch(bad_windows=[{**TOO_BROAD, "narrower_than": 6}])
    go_on(world, days(6), "manual__2")
    assert complete_with_everything(world, days(6))


@pytest.mark.parametrize("a_day", [15, 100])
def test_pages_of_an_earlier_round_are_not_taken_for_days_passed(make, a_day):
    world = make(videos_per_day=a_day)
    late = world.expected(days(6))[::3]
    for video in late:
        world.sandbox.delete_video(video)
    world.task(days(6))
    for video in late:
        world.sandbox.restore_video(video)
    world.sandbox.switch(bad_windows=[{**TOO_BROAD, "narrower_than": 6}])
    go_on(world, days(6), "manual__2", reharvest=True)
    assert complete_with_everything(world, days(6))


def test_a_slice_whose_cursor_stalled_before_the_quota_ended_loses_nothing(make):
    world = make(videos_per_day=20, stalled_cursor=True, bad_windows=[{**TOO_BROAD, "narrower_than": 16}])
    world.sandbox.fault("daily_quota", nth=7)
    with pytest.raises(AirflowRescheduleException) as wait:
        world.task(days(30))
    world.pass_time(wait.value.reschedule_date - datetime.now(UTC))
    world.sandbox.switch(stalled_cursor=False, bad_windows=[])
    go_on(world, days(30), "manual__1")
    assert not missing(world, days(30)) or not world.manifest(days(30)).covers
    go_on(world, days(30), "manual__2")
    assert complete_with_everything(world, days(30))


def test_a_slice_whose_cursor_stalled_beside_a_parked_one_loses_nothing(make):
    bad = {**TOO_BROAD, "start": "2026-01-03", "end": "2026-01-04", "narrower_than": 1}
    world = make(videos_per_day=100, stalled_cursor=True, bad_windows=[bad])
    go_on(world, days(4), "manual__1")
    world.sandbox.switch(stalled_cursor=False, bad_windows=[])
    for run in ("manual__2", "manual__3"):
        go_on(world, days(4), run)
    assert complete_with_everything(world, days(4))


def test_records_that_come_twice_do_not_make_a_low_count_believed(make):
    world = make(videos_per_day=400)
    world.task(days(1))
    for video in world.expected(days(1))[:260]:
        world.sandbox.delete_video(video)
    world.sandbox.script([None, *["search_rejected"] * 6])
    assert go_on(world, days(1), "manual__2", reharvest=True) is None
    assert "found 140 records where 400 are known" in world.manifest(days(1)).now.reason


def test_records_that_came_twice_do_not_make_an_honest_count_doubted(make):
    world = make(videos_per_day=800, search_dies_after_pages=6)
    go_on(world, days(1), "manual__1")
    world.sandbox.switch(search_dies_after_pages=None)
    assert go_on(world, days(1), "manual__2", reharvest=True)["state"] == "complete"
    assert world.manifest(days(1)).stands.counts.found == 800


def test_a_record_without_an_id_is_forgotten_once_a_round_came_without_one(make, monkeypatch):
    world, real = make(videos_per_day=20), served._records
    with monkeypatch.context() as patch:
        patch.setattr(served, "_records", lambda *about: [{"video_description": "no id"}, *real(*about)])
        assert go_on(world, days(4), "manual__1") is None
    assert go_on(world, days(4), "manual__2")["state"] == "complete"


def test_a_round_that_died_goes_on_in_the_next_run_and_is_counted_whole(make):
    world = make(videos_per_day=99)
    world.task(days(10))
    world.sandbox.script([*[None] * 8, "scope_refused"])
    assert go_on(world, days(10), "manual__2", reharvest=True) is None
    asked = world.requests
    assert go_on(world, days(10), "manual__3", reharvest=True)["state"] == "complete"
    assert world.requests == asked + 2
    assert world.manifest(days(10)).stands.counts.found == 990


def test_a_round_that_died_is_merged_and_leaves_the_one_before_it_standing(make):
    world = make(videos_per_day=100)
    late = world.expected(days(10))[-300:]
    for video in late:
        world.sandbox.delete_video(video)
    world.task(days(10))
    for video in late:
        world.sandbox.restore_video(video)
    world.sandbox.script([*[None] * 5, "scope_refused"])
    go_on(world, days(10), "manual__2", reharvest=True)
    assert merge(world.project, world.objects, "manual__2", world.sandbox.clock.now).rows == 1000
    assert world.manifest(days(10)).covers, "the round before it was complete"
    planned, cost = plan(world.project, Asked(), world.objects, world.sandbox.clock.now())
    assert days(10) not in planned
    assert "its new round is not finished" in str(cost)


def test_a_suspicion_survives_a_query_that_changes_and_changes_back(make, change):
    world = make({"query": BE}, videos_per_day=150)
    known = world.task(days(6))["distinct"]
    for video in world.expected(days(6), BE)[10:]:
        world.sandbox.delete_video(video)
    go_on(world, days(6), "manual__2", reharvest=True)
    change(world, query=EVERYTHING)
    go_on(world, days(6), "manual__3")
    change(world, query=BE)
    go_on(world, days(6), "manual__4")
    assert f"found 10 records where {known} are known" in world.manifest(days(6)).now.reason


def test_fields_that_were_corrected_are_used_as_long_as_no_page_came(make, change):
    world = make({"fields": ["id", "create_time", "favourites_count"]}, videos_per_day=20)
    with pytest.raises(AirflowFailException):
        world.task(days(4))
    change(world, fields=["id", "create_time", "favorites_count"])
    assert world.task(days(4))["state"] == "complete"


@pytest.mark.parametrize("wrong", [lambda at: at * 1000, lambda at: at - 6 * 86_400])
def test_a_creation_time_that_contradicts_its_id_costs_no_video(make, monkeypatch, wrong):
    world, real, full = make(videos_per_day=100, search_dies_after_pages=2), served._records, []

    def records(*about):
        found = real(*about)
        if len(found) == 100:
            full.append(1)
            if len(full) == 2:
                found[-1] = found[-1] | {"create_time": wrong(found[-1]["id"] >> 32)}
        return found

    monkeypatch.setattr(served, "_records", records)
    go_on(world, days(10), "manual__1")
    assert not world.manifest(days(10)).covers or not missing(world, days(10))


def test_pages_that_are_empty_for_ever_cost_a_bounded_share_of_the_day(make, monkeypatch):
    world = make(videos_per_day=500)
    monkeypatch.setattr(served, "_records", lambda *_: [])
    assert go_on(world, days(10), "manual__1") is None
    assert "brought no new record" in world.manifest(days(10)).now.reason
    assert world.requests <= 100 + 5


def test_a_merge_does_not_undo_what_another_run_ended_meanwhile(make, monkeypatch):
    world = make(videos_per_day=20)
    world.sandbox.fault("scope_refused", nth=1)
    with suppress(AirflowFailException):
        world.task(days(6))
    real = merging.read_rollup

    def read_then_wait(store, *earlier):
        found = real(store, *earlier)
        if earlier:  # the one that counts, while the lease is held
            world.task(days(6), "backfill__2")
        return found

    monkeypatch.setattr(merging, "read_rollup", read_then_wait)
    assert merge(world.project, world.objects, "manual__1", world.api().now).rows == 120
    assert world.manifest(days(6)).covers
