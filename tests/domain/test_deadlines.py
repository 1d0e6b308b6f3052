from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.deadlines import NOTICE, deadlines, submit_by, warnings
from tests.projects import project

END = date(2027, 12, 31)
PAPER = {"title": "Cycling in the news", "date": "2027-03-08", "venue": "A Journal"}


def before(days):
    return END - timedelta(days=days)


def access(today):
    return next(deadlines(project(), today))


@pytest.mark.parametrize(
    ("days", "reached"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (4, 14), (3, 3), (0, 3), (-1, 3), (-30, 3), (-31, None)],
)
def test_a_threshold_is_reached_on_its_day_and_stays_until_the_next(days, reached):
    assert access(before(days)).threshold(before(days)) == reached


@pytest.mark.parametrize("days", [400, 31])
def test_a_plan_far_from_every_deadline_says_nothing(days):
    assert warnings(project(), before(days)) == []


@pytest.mark.parametrize(("days", "said"), [(30, "in 30 days"), (14, "in 14 days"), (1, "in 1 day."), (0, "today.")])
def test_a_plan_near_the_end_of_the_access_says_how_near(days, said):
    (warning,) = warnings(project(), before(days))
    assert f"tiktok_query_0000005 is 2027-12-31, {said}" in warning
    assert "Ask TikTok for an extension" in warning


def test_after_the_end_the_remedy_is_another():
    (warning,) = warnings(project(), before(-2))
    assert "was 2027-12-31, 2 days ago. Nothing is harvested any more." in warning


def test_a_draft_goes_to_tiktok_seven_days_before_the_publication():
    (publication,) = project(publications=[PAPER]).publications
    assert submit_by(publication) == date(2027, 3, 1)


def test_a_submit_by_date_is_warned_of_like_the_end_of_the_access():
    planned = project(publications=[PAPER])
    assert warnings(planned, date(2027, 1, 29)) == []
    (warning,) = warnings(planned, date(2027, 2, 15))
    assert "the draft of 'Cycling in the news'" in warning
    assert "is 2027-03-01, in 14 days. It appears on 2027-03-08 in A Journal" in warning


def test_a_draft_that_is_late_is_told_until_the_publication_appears():
    planned = project(publications=[PAPER])
    assert "send the draft at once" in warnings(planned, date(2027, 3, 8))[0]
    assert warnings(planned, date(2027, 3, 9)) == []


def test_a_retired_project_has_papers_to_come_and_no_access_to_lose():
    retired = project(publications=[PAPER], retired={"on": "2026-12-01", "reason": "The research ended."})
    assert ["draft" in each.what for each in deadlines(retired, date(2027, 1, 1))] == [True]


def test_every_deadline_has_a_key_of_its_own_that_moves_with_its_day():
    papers = [PAPER, PAPER | {"title": "Another"}]
    keys = [each.key for each in deadlines(project(publications=papers), date(2027, 1, 1))]
    assert len({*keys}) == 3
    moved = deadlines(project(publications=[PAPER | {"date": "2027-03-09"}]), date(2027, 1, 1))
    assert not {each.key for each in moved} & {*keys[1:]}


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_the_thresholds_only_come_nearer(today):
    now, then = access(today).threshold(today), access(today).threshold(today + timedelta(days=1))
    assert now is None or then is None or then <= now
    assert now in (*NOTICE, None)
