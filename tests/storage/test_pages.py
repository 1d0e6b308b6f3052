from datetime import UTC, date, datetime

import pytest

from include.domain.page import Cursor, Page
from include.domain.window import Window
from include.storage.layout import ProjectLayout
from include.storage.pages import Pages
from tests.pages import page

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
LAYOUT = ProjectLayout("tiktok_query_0000005")


@pytest.fixture
def pages(objects):
    return Pages(objects, LAYOUT, WINDOW)


def test_a_window_without_pages_has_no_last_one(pages):
    assert pages.last() is None
    assert list(pages) == []


@pytest.mark.parametrize("cursor", [None, Cursor(200, "7"), Cursor(200, None)])
def test_a_page_is_read_back_as_it_was_stored(pages, cursor):
    stored = page(number=1, cursor=cursor)
    pages.append(stored)
    assert pages.last() == stored
    assert isinstance(pages.last(), Page)


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"\n\n", b'{"a": "\\ud83d \\u0000"}', bytes(range(256)), b"x" * 500_000]
)
def test_an_answer_is_kept_byte_for_byte(pages, answer):
    pages.append(page(answer=answer))
    assert pages.last().answer == answer


def test_pages_come_back_in_the_order_they_were_received(pages):
    for generation, number in ((2, 1), (1, 10), (1, 2), (1, 1)):
        pages.append(page(generation=generation, number=number))
    assert [(each.generation, each.number) for each in pages] == [(1, 1), (1, 2), (1, 10), (2, 1)]
    assert (pages.last().generation, pages.last().number) == (2, 1)


def test_a_page_that_is_stored_again_replaces_itself(pages):
    pages.append(page(returned=1))
    pages.append(page(returned=2))
    assert [each.returned for each in pages] == [2]


def test_pages_of_other_windows_are_not_seen(objects, pages):
    Pages(objects, LAYOUT, Window(date(2026, 1, 1), date(2026, 1, 3))).append(page())
    Pages(objects, ProjectLayout("tiktok_query_0000006"), WINDOW).append(page())
    assert pages.last() is None


def test_a_cursor_that_does_not_move_on_is_stalled():
    assert page(request={"cursor": 100}, cursor=Cursor(100, "7")).stalled
    assert page(request={"cursor": 100}, cursor=Cursor(0, "7")).stalled
    assert page(request={}, cursor=Cursor(0, "7")).stalled
    assert not page(request={"cursor": 100}, cursor=Cursor(101, "7")).stalled
    assert not page(request={"cursor": 100}, cursor=None).stalled


def test_the_moment_of_an_answer_keeps_its_zone(pages):
    pages.append(page(received_at=datetime(2026, 6, 1, 10, tzinfo=UTC)))
    assert pages.last().received_at.utcoffset().total_seconds() == 0
