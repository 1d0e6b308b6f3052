"""The acceptance scenarios (a) to (n) of the contract, through the task that Airflow runs."""

import re
from contextlib import suppress
from datetime import date, timedelta

import orjson
import pyarrow.parquet as pq
import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from include.domain.manifest import State
from tests.scenarios.world import days

NUL = "synth_late\0\0\0004"
VIDEO = {"create_time": 1767261600, "username": "synth_rider_01", "region_code": "BE"}


def test_a_three_page_search_is_stored_once_per_video(make):
    """(a) B1, B2, B3: a short page, an empty one, and a last one that repeats a video."""
    world = make(videos_per_day=42, repeated_videos=1)
    window = days(6)
    for video in world.expected(window)[52:152]:  # of 252, the second page: 100 to 199 from the newest
        world.sandbox.delete_video(video)
    expected = world.expected(window)
    assert world.task(window)["distinct"] == len(expected) == 152
    assert world.ids(window) == expected
    assert [len(orjson.loads(page.answer)["data"]["videos"]) for page in world.pages(window)][:6] == [
        100,
        1,
        1,
        1,
        1,
        53,
    ]


def test_a_search_id_refused_twice_does_not_start_the_search_again(make):
    """(b) E3 twice, then success."""
    world = make(videos_per_day=51, search_refusals=2)
    done = world.task(days(6))
    assert done["state"] == State.COMPLETE
    assert {page.slice for page in world.pages(days(6))} == {1}
    assert world.requests == done["requests"] == 4 + 2
    assert world.slept == [5, 10]


def test_a_search_id_refused_for_ever_starts_the_search_again_without_duplicates(make):
    """(c) E3 for ever: restarted once from cursor 0."""
    world = make(videos_per_day=51)
    world.sandbox.fault("search_rejected", nth=tuple(range(2, 8)))
    done = world.task(days(6))
    assert done["state"] == State.COMPLETE
    pages = [(page.slice, page.number) for page in world.pages(days(6))]
    assert pages == [(1, 1), (2, 1), (2, 2), (2, 3), (2, 4)]
    assert world.ids(days(6)) == world.expected(days(6))
    assert world.requests == done["requests"] + 6 == 11


def test_a_used_up_quota_waits_for_the_next_utc_day_and_goes_on_at_the_stored_cursor(make):
    """(d) E10 at page k."""
    world = make(videos_per_day=99, search_life_seconds=86_400)
    world.sandbox.script([None, None, None, "daily_quota", "daily_quota"])
    with pytest.raises(AirflowRescheduleException):
        world.task(days(6))
    assert len(world.pages(days(6))) == 3
    assert re.fullmatch(r" \(waits until \d{4}-\d\d-\d\d \d\d:\d\d UTC\)", world.labels[0])
    done, waits = world.task_until_done(days(6))
    assert done["state"] == State.COMPLETE
    assert len(waits) == 2, "the first refusal, far below our own count, is asked once more after an hour"
    assert timedelta(hours=13, minutes=14) < waits[1] < timedelta(hours=13, minutes=46)
    assert world.requests == 6 + 2
    assert world.paid_twice == 0


def test_a_short_rate_limit_waits_seconds_and_not_a_day(make):
    """(e) E11."""
    world = make(videos_per_day=51)
    world.sandbox.script([None, "rate_limit"])
    assert world.task(days(6))["state"] == State.COMPLETE
    assert len(world.slept) == 1
    assert 5 <= world.slept[0] <= 60
    assert world.requests == 4 + 1


def test_a_window_that_times_out_is_cut(make):
    """(f) A bad window: searches of two days and more time out for ever."""
    world = make(videos_per_day=51)
    world.sandbox.switch(bad_windows=[{"kind": "html_504", "narrower_than": 3}])
    done = world.task(days(4))
    assert done["state"] == State.COMPLETE
    done = [str(each.days) for each in world.manifest(days(4)).now.slices if each.state == "done"]
    assert done == ["2026-01-03_2026-01-04", "2026-01-01_2026-01-02"]
    assert world.ids(days(4)) == world.expected(days(4))


def test_a_refused_token_is_renewed_exactly_once(make):
    """(g) E1."""
    world = make(videos_per_day=51)
    world.sandbox.script([None, "token_invalid"])
    assert world.task(days(6))["state"] == State.COMPLETE
    assert world.tokens == 2
    assert world.requests == 4 + 1


def test_a_token_refused_for_ever_is_for_a_person_and_never_a_loop(make):
    """(g) E1 for ever."""
    world = make(videos_per_day=51)
    world.sandbox.fault("token_invalid")
    with pytest.raises(AirflowFailException, match="log_id=2026"):
        world.task_until_done(days(6))
    assert world.requests <= 2 * 7


def test_a_missing_scope_fails_at_once_with_the_log_id(make):
    """(g) E2."""
    world = make(videos_per_day=51)
    world.sandbox.fault("scope_refused")
    with pytest.raises(AirflowFailException, match=r"scope_not_authorized.*log_id=2026"):
        world.task(days(6))
    assert world.tokens == 1
    assert world.requests == 1


@pytest.mark.parametrize("kind", ["truncated", "empty_body", "error_in_200"])
def test_a_cut_answer_is_asked_for_again(make, kind):
    """(h) E15 once."""
    world = make(videos_per_day=51)
    world.sandbox.script([None, kind])
    assert world.task(days(6))["state"] == State.COMPLETE
    assert world.requests == 4 + 1
    assert world.ids(days(6)) == world.expected(days(6))


def test_nul_characters_and_great_ids_survive_to_the_part(make):
    """(i) NUL in a string, ids beyond 2^53, counts beyond 31 bits."""
    world = make(videos_per_day=0)
    video = {**VIDEO, "id": 7590000000000000519, "username": NUL, "view_count": 5_120_333_111}
    world.sandbox.plant_video(video)
    window = days(1)
    world.task(window)
    part = pq.read_table(world.objects.reader(world.layout.part(str(window)))).to_pylist()
    assert [(row["id"], row["view_count"]) for row in part] == [(7590000000000000519, 5_120_333_111)]
    stored = orjson.loads(world.pages(window)[0].answer)["data"]["videos"][0]
    assert stored["username"] == NUL


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_last_day_is_there_whether_tiktok_includes_end_date_or_not(make, inclusive):
    """(j) Rule 6 both ways: the same final set."""
    world = make(videos_per_day=51, end_date_inclusive=inclusive)
    assert world.task(days(6))["state"] == State.COMPLETE
    assert world.ids(days(6)) == world.expected(days(6))
    assert len(world.expected(days(6))) == 306
    assert sum(page.slice > 1 for page in world.pages(days(6))) == (0 if inclusive else 1)


def test_a_deleted_video_does_not_come_back_with_a_new_harvest(make):
    """(k) As far as it goes today: TikTok returns it no more; the refresh that purges it is not there yet."""
    world = make(videos_per_day=51)
    world.task(days(6))
    deleted = world.expected(days(6))[100]
    world.sandbox.delete_video(deleted)
    world.task(days(6), run="manual__2", reharvest=True)
    again = [page for page in world.pages(days(6)) if page.run == "manual__2"]
    assert len(again) == 4
    assert not any(str(deleted).encode() in page.answer for page in again)


def test_a_silent_zero_is_suspect_and_never_complete(make):
    """(l) Rule 10: keyword queries find nothing, without an error."""
    query = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["verkiezingen"]}]}
    world = make({"query": query}, videos_per_day=51, silent_zero=True)
    with pytest.raises(AirflowFailException, match="suspect: nothing came"):
        world.task(days(6))
    assert world.manifest(days(6)).state is State.SUSPECT
    world.sandbox.switch(silent_zero=False)
    assert world.task(days(6), run="manual__2")["state"] == State.COMPLETE
    assert world.ids(days(6)) == world.expected(days(6), query)


def test_texts_that_find_nothing_from_one_day_to_the_next_are_suspect(make):
    """What a daily harvest meets when the fault begins: all windows before it found something."""
    query = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["verkiezingen"]}]}
    world = make({"query": query}, videos_per_day=2000)
    before, after = days(6), days(2, date(2026, 1, 7))
    assert world.task(before)["distinct"] > 30
    world.sandbox.switch(silent_zero=True)
    with pytest.raises(AirflowFailException, match="suspect: nothing came, where the nearest complete window has"):
        world.task(after, run="scheduled__2")
    assert world.manifest(after).state is State.SUSPECT


def test_a_stalled_cursor_loses_nothing(make):
    """(m) Rule 11: our own count of positions goes on where TikTok's stands still; the end is never told."""
    world = make(videos_per_day=51, stalled_cursor=True)
    with suppress(AirflowFailException):
        world.task(days(6))
    assert world.ids(days(6)) == world.expected(days(6))
    assert world.requests <= 100 + 20


def test_a_death_between_page_and_manifest_yields_no_duplicates(make, monkeypatch):
    """(n) The process dies after a page is stored but before anything else is."""
    world = make(videos_per_day=51)
    with monkeypatch.context() as patch:
        patch.setattr("include.stages.harvest.unit.Unit._take_in", dies)
        with pytest.raises(Death):
            world.task(days(6))
    assert len(world.pages(days(6))) == 1
    assert world.task(days(6))["state"] == State.COMPLETE
    assert world.requests == 4
    assert world.paid_twice == 0
    assert world.ids(days(6)) == world.expected(days(6))


class Death(BaseException):
    """What a kill looks like from inside."""


def dies(*_):
    raise Death
