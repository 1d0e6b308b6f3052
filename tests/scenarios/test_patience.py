"""Waiting and going on: what a quota, a lost search and a restart cost."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from include.domain.errors import WindowTaken
from include.sandbox.corpus import EVERYTHING
from include.storage.leases import take
from tests.scenarios.world import days


def test_a_search_that_expired_overnight_goes_on_at_the_day_it_had_reached(make):
    """Else a window that takes more than a day of quota would begin anew each day, and never end."""
    world = make({"daily_requests": 12}, videos_per_day=101, cursor_jumps=True, scheduled_share=0.01)
    done, waits = world.task_until_done(days(30))
    assert world.ids(days(30)) == world.expected(days(30))
    assert done["state"] == "complete"
    assert len(waits) <= 3
    assert world.requests <= 31 + 3 * 3


def test_a_search_that_expired_overnight_and_cannot_be_continued_pays_for_its_days_once_more(make):
    """TikTok refuses the jump: what the lost search had passed is verified, as scheduled posts may lie behind it."""
    world = make(videos_per_day=201, scheduled_share=0.01)
    world.sandbox.script([*[None] * 30, "daily_quota", "daily_quota"])
    done, _ = world.task_until_done(days(30))
    assert world.ids(days(30)) == world.expected(days(30))
    assert done["state"] == "complete"
    assert world.requests <= 61 + 30 + 15


def test_a_search_id_that_always_dies_costs_no_page_again(make):
    world = make(videos_per_day=100, search_dies_after_pages=5)
    done = world.task(days(30))
    assert done["state"] == "complete"
    assert world.ids(days(30)) == world.expected(days(30))
    assert done["distinct"] == 3000
    assert world.requests <= 30 + 8 * 7


def test_the_lease_outlives_the_waits_inside_a_page(make):
    """Else another run would take the window over while the first one waits for TikTok."""
    world = make(videos_per_day=50)
    world.sandbox.script([None, *["internal_error"] * 4, *["html_502"] * 3])
    stolen = []

    def sleep(seconds):
        world.sandbox.sleep(seconds)
        with suppress(WindowTaken):
            stolen.append(take(world.objects, world.layout.unit(str(days(6))), "another", world.sandbox.clock.now()))

    world.sleep = sleep
    assert world.task(days(6))["state"] == "complete"
    assert stolen == []


def test_both_kinds_of_429_wait_as_they_should_in_a_canary_too(make):
    canary = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}
    nobody = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["nobody.at.all"]}]}
    world = make({"query": nobody, "canary_queries": [canary]}, videos_per_day=50)
    world.sandbox.script([None, None, "rate_limit", "daily_quota"])
    done, waits = world.task_until_done(days(6))
    assert done["state"] == "complete"
    assert (len(world.slept), len(waits)) == (1, 1)


def test_a_late_reset_is_asked_for_again_in_minutes_and_costs_no_day(make):
    world = make(videos_per_day=101, requests_per_day=4, reset_delay_seconds=3600, search_life_seconds=90_000)
    done, waits = world.task_until_done(days(6))
    assert done["state"] == "complete"
    assert sum(waits, timedelta()) < timedelta(hours=16)


def test_the_reserve_for_colleagues_is_never_touched(make):
    world = make({"daily_requests": 4}, videos_per_day=101, search_life_seconds=90_000)
    done, waits = world.task_until_done(days(6))
    assert done["state"] == "complete"
    assert len(waits) == 1
    days_used = Counter(entry.time.date() for entry in world.sandbox.ledger if entry.endpoint != "token")
    assert sorted(days_used.values()) == [3, 4]


@pytest.mark.parametrize("times", [1, 3])
def test_an_unknown_answer_is_kept_word_for_word_beside_the_window_also_when_it_passes(make, monkeypatch, times):
    monkeypatch.setattr("include.tiktok.client.remedy", lambda *_: None)
    world = make(videos_per_day=50)
    world.sandbox.fault("internal_error", times=times)
    if times == 1:
        assert world.task(days(6))["state"] == "complete"
    else:
        with pytest.raises(AirflowRescheduleException):
            world.task(days(6))
    kept = [path for path in world.objects.paths(world.layout.unit(str(days(6)))) if "answers/" in path]
    assert len(kept) == times
    assert all(b'"code":"internal_error"' in world.objects.read(path).replace(b" ", b"") for path in kept)


def test_a_new_harvest_that_finds_nothing_does_not_complete_a_small_window(make):
    """Nothing where this very window had records: TikTok's silence is not believed, however few they were."""
    world = make(videos_per_day=5)
    assert world.task(days(6))["distinct"] == 30
    for video in world.expected(days(6)):
        world.sandbox.delete_video(video)
    with pytest.raises(AirflowFailException, match="suspect: nothing came"):
        world.task(days(6), "manual__2", reharvest=True)


def test_clearing_a_suspect_window_in_the_same_run_does_not_make_it_complete(make):
    world = make(videos_per_day=50)
    world.task(days(6))
    for video in world.expected(days(6))[:200]:
        world.sandbox.delete_video(video)
    for _ in range(2):
        with pytest.raises(AirflowFailException, match="suspect: this round found 100 records where 300 are known"):
            world.task(days(6), "manual__2", reharvest=True)


def test_a_low_count_stays_suspect_run_after_run_until_a_canary_answers(make, change):
    world = make({"query": {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL"]}]}})
    first = world.task(days(6))["distinct"]
    for video in world.expected(days(6), world.project.query)[10:]:
        world.sandbox.delete_video(video)
    for run in ("manual__2", "manual__3"):
        with pytest.raises(AirflowFailException, match=f"suspect: this round found 10 records where {first} are"):
            world.task(days(6), run, reharvest=True)
    change(world, canary_queries=[EVERYTHING])
    assert world.task(days(6), "manual__4")["state"] == "complete"
    assert world.manifest(days(6)).stands.counts.found == 10


def test_a_window_whose_videos_were_all_deleted_is_settled_by_a_canary(make, change):
    world = make({"query": {"and": [{"operation": "EQ", "field_name": "region_code", "field_values": ["BE"]}]}})
    world.task(days(6))
    for video in world.expected(days(6), world.project.query):
        world.sandbox.delete_video(video)
    with pytest.raises(AirflowFailException, match="suspect: nothing came"):
        world.task(days(6), "manual__2", reharvest=True)
    change(world, canary_queries=[EVERYTHING])
    assert world.task(days(6), "manual__3")["state"] == "complete"


def test_a_changed_query_that_finds_nothing_is_not_covered_by_the_records_of_the_old_one(make, change):
    texts = [{"or": [{"operation": "IN", "field_name": "hashtag_name", "field_values": [tag]}]} for tag in ("a", "b")]
    world = make({"query": EVERYTHING}, videos_per_day=50)
    world.task(days(6))
    for query in texts:
        change(world, query=query)
        with pytest.raises(AirflowFailException, match="suspect: nothing came of this query"):
            world.task(days(6), f"manual__{query['or'][0]['field_values'][0]}")
        assert world.manifest(days(6)).now.counts.returned == 0
    assert len(world.ids(days(6))) == 300


def test_nothing_in_a_part_of_a_known_window_is_not_believed(make):
    world = make(videos_per_day=50)
    world.task(days(6))
    for video in world.expected(days(2)):
        world.sandbox.delete_video(video)
    with pytest.raises(AirflowFailException, match="earlier harvests of these days found 100 records"):
        world.task(days(2), "manual__2")
