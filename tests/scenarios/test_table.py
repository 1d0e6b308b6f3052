"""What TikTok was seen or feared to do, row by row: nothing is lost, or the window is not complete; and what it costs.

The work is that of the trials: sixty days, some 20,000 videos, 200 pages, unless a row needs less.
"""

import math
from datetime import timedelta

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException

from include.domain.asked import Asked
from include.domain.errors import Moment, Tomorrow
from include.domain.manifest import State
from include.sandbox.corpus import EVERYTHING
from include.stages.plan import plan
from include.storage.leases import take
from tests.scenarios.world import days

A_DAY = 333
WINDOWS = days(60).cut(30)
MINIMUM = 200
FULL = {"videos_per_day": A_DAY, "scheduled_share": 0.01}


def harvest_all(world, windows=WINDOWS, run="manual__1", tries=40, **how):
    """Each window by its task, again after each wait and each fault, as Airflow does it."""
    return [harvest_one(world, window, run, tries, **how) for window in windows]


def harvest_one(world, window, run="manual__1", tries=40, **how):
    for _ in range(tries):
        try:
            return world.harvest(window, run, **how)
        except Tomorrow as wait:
            world.pass_time(wait.wait)
        except Moment:
            world.pass_time(timedelta(minutes=5))
    raise AssertionError(f"{window} did not end in {tries} tries")


def lost(world, windows=WINDOWS, query=EVERYTHING):
    return sum(len(set(world.expected(window, query)) - set(world.ids(window))) for window in windows)


def complete(world, windows=WINDOWS):
    return [world.manifest(window).covers for window in windows]


@pytest.mark.parametrize("kind", ["empty_more", "missing_list"])
def test_an_empty_page_that_promises_more_loses_nothing(make, kind):
    """Row 1."""
    world = make(**FULL)
    world.sandbox.fault(kind, nth=tuple(range(5, 400, 6)))
    harvest_all(world)
    assert lost(world) == 0
    assert complete(world) == [True, True]
    assert world.requests <= 245


@pytest.mark.parametrize("nth", [(3,), (3, 104)])
def test_an_early_end_heals_in_the_same_task(make, nth):
    """Row 2, in one window or in all."""
    world = make(**FULL)
    world.sandbox.fault("early_end", nth=nth)
    harvest_all(world)
    assert lost(world) == 0
    assert complete(world) == [True, True]
    assert world.requests <= MINIMUM + 2


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("jumps", [False, True])
def test_an_early_end_of_every_search_is_not_complete_with_videos_missing(make, final, jumps):
    """Row 2, for good: each search says on its third page that there is no more."""
    world = make(**FULL, cursor_jumps=jumps, ends_after_pages=3, end_is_final=final)
    windows = WINDOWS[:1] if final else WINDOWS
    harvest_all(world, windows)
    if final:
        assert not lost(world, windows) or not world.manifest(windows[0]).covers
        assert world.requests <= 100 + 100 + 300
    else:
        assert lost(world) == 0
        assert world.requests <= MINIMUM + 2


@pytest.mark.parametrize("fault", [{"cursor_circles_after": 4}, {"same_page": True}, {"stalled_cursor": True}])
def test_a_cursor_that_leads_nowhere_costs_a_bounded_share_of_the_day(make, fault):
    """Row 3."""
    world = make(**FULL, **fault)
    harvest_all(world, WINDOWS[:1])
    window = WINDOWS[0]
    assert world.requests <= 100 + 100 + 50
    if lost(world, [window]):
        assert not world.manifest(window).covers
        assert world.manifest(window).now.reason


@pytest.mark.parametrize("how", ["bad_byte", "huge_number", "deep_nesting"])
def test_an_answer_that_is_no_proper_json_is_read_leniently(make, how):
    """Row 4: the first sixty videos of a page stay readable, and so does the one that spoils it."""
    world = make(**FULL)
    poisoned = world.expected(WINDOWS[0])[5000]
    world.sandbox.switch(poison={poisoned: how})
    harvest_all(world, WINDOWS[:1])
    assert lost(world, WINDOWS[:1]) == 0
    assert complete(world, WINDOWS[:1]) == [True]
    assert world.requests == 100


def test_an_answer_that_can_never_be_read_costs_its_smallest_slice_only(make):
    """Row 4, where nothing helps: the rest of the window goes on, and the window says what is missing."""
    world = make(**FULL, cursor_jumps=True)
    window = WINDOWS[0]
    poisoned = world.expected(window)[5000]
    world.sandbox.switch(poison={poisoned: "not_json"})
    harvest_one(world, window)
    manifest = world.manifest(window)
    assert manifest.state is State.INCOMPLETE
    assert len(manifest.now.parked_slices) == 1
    assert lost(world, [window]) <= A_DAY
    assert world.requests <= 160
    answers = [path for path in world.objects.paths(world.layout.unit(str(window))) if "answers/" in path]
    assert answers, "the answer is kept byte for byte"


@pytest.mark.parametrize("kind", ["repeated_page", "skipping_cursor"])
def test_a_repeated_page_or_a_skipping_cursor_loses_nothing(make, kind):
    """Row 5."""
    world = make(**FULL)
    world.sandbox.fault(kind, nth=tuple(range(7, 400, 20)))
    harvest_all(world)
    assert lost(world) == 0
    assert complete(world) == [True, True]


@pytest.mark.parametrize("cut", [1, 7, 30])
def test_end_date_that_counts_in_one_window_and_not_in_another_loses_no_day(make, cut):
    """Row 6."""
    world = make(**FULL, end_date_alternates=True)
    windows = days(30).cut(cut)[:8]
    harvest_all(world, windows)
    assert lost(world, windows) == 0
    assert all(complete(world, windows))


@pytest.mark.parametrize("jumps", [False, True])
def test_a_search_id_that_dies_after_fifteen_pages_is_cheap(make, jumps):
    """Row 7."""
    world = make(**FULL, search_dies_after_pages=15, cursor_jumps=jumps)
    harvest_all(world)
    assert lost(world) == 0
    assert complete(world) == [True, True]
    assert world.requests <= 290


@pytest.mark.parametrize("jumps", [False, True])
def test_a_post_that_was_scheduled_is_not_lost_with_its_search(make, jumps):
    """Row 8: uploaded before the point where the search was lost, published on a day that was reached."""
    world = make(videos_per_day=100, scheduled_share=0.1, cursor_jumps=jumps)
    window = days(30)
    world.sandbox.script([*[None] * 20, *["search_rejected"] * 6])
    harvest_one(world, window)
    assert lost(world, [window]) == 0 or not world.manifest(window).covers
    if jumps:
        assert world.manifest(window).covers
        assert world.requests <= 30 + 6 + 4 + 1, "its 3,000 hits are a round number: the first day is looked at again"


def test_a_suspect_window_costs_nothing_on_the_days_between_tries(make):
    """Row 9."""
    texts = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["verkiezingen"]}]}
    world = make({"query": texts, "period": {"start": "2026-01-01", "end": "2026-01-06"}}, silent_zero=True)
    window = days(6)
    spent = []
    for day in range(15):
        before = world.requests
        for planned in plan(world.project, Asked(), world.objects, world.sandbox.clock.now())[0]:
            if planned == window:
                harvest_one(world, planned, f"scheduled__{day}")
        spent.append(world.requests - before)
        world.pass_time(timedelta(days=1))
    assert [day for day, cost in enumerate(spent) if cost] == [0, 1, 4, 11]
    assert not world.manifest(window).covers
    assert world.manifest(window).waits_for_person


@pytest.mark.parametrize("more", ["text", "number"])
@pytest.mark.parametrize("member", ["missing", "OK", "0"])
def test_an_answer_in_another_spelling_is_an_answer(make, more, member):
    """Row 10."""
    world = make(videos_per_day=101, has_more_as=more, error_member=member)
    harvest_all(world, [days(6)])
    assert lost(world, [days(6)]) == 0
    assert complete(world, [days(6)]) == [True]
    assert world.requests == 7


@pytest.mark.parametrize("kind", ["redirect_302", "forbidden_403", "not_found_404", "teapot_418", "unauthorized_401"])
def test_one_odd_refusal_is_not_believed(make, kind):
    """Row 11."""
    world = make(videos_per_day=100)
    world.sandbox.script([None, None, kind])
    assert world.task(days(6))["state"] == State.COMPLETE
    assert lost(world, [days(6)]) == 0


def test_an_hour_without_tokens_turns_nothing_red(make):
    """Row 11."""
    world = make(videos_per_day=100)
    until = world.sandbox.clock.now() + timedelta(hours=1)
    world.sandbox.fault("html_503", endpoint="token", until=until)
    done, waits = world.task_until_done(days(6))
    assert done["state"] == State.COMPLETE
    assert sum(waits, timedelta()) <= timedelta(hours=3)


def test_one_stray_refusal_of_the_quota_costs_an_hour_and_no_day(make):
    """Row 12."""
    world = make(videos_per_day=100)
    world.sandbox.script([None, None, "daily_quota"])
    done, waits = world.task_until_done(days(6))
    assert done["state"] == State.COMPLETE
    assert sum(waits, timedelta()) <= timedelta(hours=1, minutes=30)


def test_a_first_date_that_is_a_year_off_stops_nothing(make):
    """Row 13."""
    world = make(videos_per_day=100)
    world.sandbox.fault("wrong_date", endpoint="token", nth=1)
    assert world.task(days(6))["state"] == State.COMPLETE


def test_hits_of_other_days_or_accounts_are_kept_marked_and_counted(make):
    """Row 14."""
    names = ["synth_nieuws_be"]
    query = {"and": [{"operation": "IN", "field_name": "username", "field_values": names}]}
    world = make({"query": query}, videos_per_day=200, foreign_days=0.9, foreign_accounts=0.9)
    done = harvest_one(world, days(30))
    assert done.now.counts.foreign > 0
    assert world.check(days(30), "foreign hits").figures["hits"] == done.now.counts.foreign
    marks = set(world.column(days(30), "foreign"))
    assert marks >= {None, "account"}
    assert done.now.counts.found == len(world.expected(days(30), query))


def test_a_record_whose_id_is_spelt_video_id_is_a_record(make):
    """Row 15."""
    world = make(videos_per_day=100, id_key="video_id")
    assert world.task(days(6))["distinct"] == 600
    assert lost(world, [days(6)]) == 0


def test_a_new_harvest_that_waits_for_quota_leaves_its_window_complete(make):
    """Row 16."""
    world = make(videos_per_day=100)
    world.task(days(6))
    ended = world.manifest(days(6)).stands.ended_at
    world.sandbox.script([None, None, *["daily_quota"] * 2])
    with pytest.raises(AirflowRescheduleException):
        world.task(days(6), "manual__2", reharvest=True)
    assert world.manifest(days(6)).covers
    assert world.manifest(days(6)).stands.ended_at == ended
    assert plan(world.project, Asked(end=days(6).end), world.objects, world.sandbox.clock.now())[0] == []


def test_the_lease_of_a_run_that_is_over_is_not_waited_for(make):
    """Row 18."""
    world = make(videos_per_day=20)
    take(world.objects, world.layout.unit(str(days(6))), "manual__dead", world.sandbox.clock.now())
    done = world.harvest(days(6), "manual__2", is_over=lambda run: run == "manual__dead")
    assert done.covers


def test_requests_without_faults_are_the_minimum(make):
    world = make(**FULL, withheld_share=0.3)
    harvest_all(world)
    assert lost(world) == 0
    hits = [world.manifest(window).now.counts.hits for window in WINDOWS]
    assert world.requests == sum(math.ceil(each / 100) for each in hits)
