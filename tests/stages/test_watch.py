import logging
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.domain.errors import NoticeNotSent
from include.stages.watch import Watched, check_sent, watch
from include.storage.objects import open_storage
from tests.projects import project

END = date(2027, 12, 31)
PAPER = {"title": "Cycling in the news", "date": "2027-03-08", "venue": "A Journal"}


def at(days):
    """So many days before the end of the access."""
    return datetime.combine(END - timedelta(days=days), time(5), UTC)


@pytest.fixture
def letters():
    return []


@pytest.fixture
def look(objects, letters):
    def look(days, *projects, tell=None):
        def send(project, text):
            letters.append((project.project_id, text))
            return True

        return watch(projects or [project()], objects, tell or send, at(days))

    return look


def test_each_threshold_is_told_once(look, letters):
    for days in range(40, -40, -1):
        look(days)
    assert [text.split(", ")[1].split(".")[0] for _, text in letters] == ["in 30 days", "in 14 days", "in 3 days"]


@pytest.mark.parametrize("days", [30, 14, 3])
def test_a_second_run_of_the_day_repeats_nothing(look, letters, days):
    look(days)
    assert look(days) == Watched(projects=1)
    assert len(letters) == 1


def test_a_day_without_a_run_loses_nothing(look, letters):
    look(31)
    look(12)
    assert [text.split(", ")[1].split(".")[0] for _, text in letters] == ["in 12 days"]
    assert look(5) == Watched(projects=1)


def test_an_end_that_nobody_saw_coming_is_told_afterwards(look, letters):
    look(-2)
    assert "2 days ago. Nothing is harvested any more." in letters[0][1]


def test_a_deadline_that_moves_is_a_new_one(look, letters):
    look(30)
    look(30, project(access={"start": "2026-01-02", "end": "2028-01-01"}))
    look(29, project(access={"start": "2026-01-02", "end": "2028-01-01"}))
    assert len(letters) == 2


def test_a_submit_by_date_is_told_of_besides(look, letters):
    days = (END - date(2027, 2, 15)).days
    assert look(days, project(publications=[PAPER])).sent == 1
    assert "the draft of 'Cycling in the news'" in letters[0][1]
    assert look(days - 1, project(publications=[PAPER])).sent == 0


def test_what_could_not_be_sent_is_tried_again_and_others_are_told(look, letters):
    def refuse(project, _):
        if project.project_id == "tiktok_query_0000005":
            raise NoticeNotSent("no")
        return True

    both = project(), project(project_id="tiktok_query_0000006")
    watched = look(14, *both, tell=refuse)
    assert watched == Watched(projects=2, sent=1, failed=1)
    with pytest.raises(NoticeNotSent, match="1 notifications could not be sent"):
        check_sent(watched)
    assert look(13, *both) == Watched(projects=2, sent=1)
    assert letters[0][0] == "tiktok_query_0000005"


def test_where_nobody_can_be_told_the_log_says_it_and_it_stays_to_be_told(look, letters, caplog):
    with caplog.at_level(logging.WARNING):
        assert look(14, tell=lambda *_: False) == Watched(projects=1, nobody=1)
    assert "is 2027-12-31, in 14 days" in caplog.text
    assert look(13).sent == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-20, 60), min_size=1, max_size=20))
def test_whenever_airflow_runs_nothing_is_told_twice_and_the_last_state_is_known(tmp_path_factory, days):
    objects, letters = open_storage(f"file://{tmp_path_factory.mktemp('storage')}"), []
    for each in sorted(days, reverse=True):
        watch([project()], objects, lambda _, text: letters.append(text) or True, at(each))
    assert len({*letters}) == len(letters) <= 3
    assert bool(letters) == (min(days) <= 30)
