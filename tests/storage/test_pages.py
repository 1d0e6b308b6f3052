from datetime import UTC, datetime

import pytest

from include.domain.errors import WindowTaken
from include.domain.page import Page
from include.storage.layout import ProjectLayout
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from tests.pages import page

UNIT = "2026-01-01_2026-01-30"
LAYOUT = ProjectLayout("tiktok_query_0000005")


@pytest.fixture
def pages(objects):
    return Pages(ProjectStore(objects, LAYOUT), UNIT)


def last(pages):
    return next(pages.read(pages.paths()[-1:]), None)


def test_a_unit_without_pages_has_no_last_one(pages):
    assert last(pages) is None
    assert list(pages) == []


@pytest.mark.parametrize("request_", [{}, {"cursor": 200, "search_id": "7"}, {"cursor": 200}])
def test_a_page_is_read_back_as_it_was_stored(pages, request_):
    stored = page(round=2, slice=3, number=4, request=request_)
    pages.append(stored)
    assert last(pages) == stored
    assert isinstance(last(pages), Page)


@pytest.mark.parametrize(("request_", "index"), [({}, 0), ({"cursor": None}, 0), ({"cursor": 200}, 200)])
def test_a_page_tells_at_which_place_it_was_asked_for(request_, index):
    assert page(request=request_).index == index


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"\n\n", b'{"a": "\\ud83d \\u0000"}', bytes(range(256)), b"x" * 500_000]
)
def test_an_answer_is_kept_byte_for_byte(pages, answer):
    pages.append(page(answer=answer))
    assert last(pages).answer == answer


def test_pages_come_back_round_by_round_slice_by_slice_in_the_order_they_were_received(pages):
    stored = [(1, 1, 1), (1, 1, 2), (1, 1, 10), (1, 2, 1), (1, 12, 1), (2, 1, 1)]
    for place in (5, 2, 4, 1, 0, 3):
        round_, slice_, number = stored[place]
        pages.append(page(round=round_, slice=slice_, number=number))
    assert [(each.round, each.slice, each.number) for each in pages] == stored
    newest = last(pages)
    assert (newest.round, newest.slice, newest.number) == (2, 1, 1)


def test_more_pages_than_are_read_at_a_time_come_back_in_order(pages):
    for number in range(1, 20):
        pages.append(page(number=number))
    assert [each.number for each in pages] == list(range(1, 20))


def test_a_page_that_is_there_is_never_replaced(pages):
    """Another task of the same run, taken for dead, is still at work: one of the two must stop."""
    pages.append(page(run="the first"))
    with pytest.raises(WindowTaken):
        pages.append(page(run="the second"))
    assert [each.run for each in pages] == ["the first"]


def test_a_page_that_finds_itself_is_stored(pages):
    """The answer to its put got lost on the way, and the put was repeated."""
    pages.append(page())
    pages.append(page())
    assert list(pages) == [page()]


def test_pages_of_other_units_and_projects_are_not_seen(objects, pages):
    Pages(ProjectStore(objects, LAYOUT), "2026-01-01_2026-01-03").append(page())
    Pages(ProjectStore(objects, ProjectLayout("tiktok_query_0000006")), UNIT).append(page())
    Pages(ProjectStore(objects, ProjectLayout("tiktok_query_0000005", "comments")), UNIT).append(page())
    assert last(pages) is None


def test_the_moment_of_an_answer_keeps_its_zone(pages):
    pages.append(page(received_at=datetime(2026, 6, 1, 10, tzinfo=UTC)))
    assert last(pages).received_at.utcoffset().total_seconds() == 0
