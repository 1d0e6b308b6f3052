"""What an entity knows: how it is asked for, how its records are told apart, and what was not asked for."""

from datetime import UTC, date, datetime

import pytest

from include.domain.page import START, Cursor
from include.domain.slice import Slice
from include.domain.window import Window
from include.tiktok.entities import ENTITIES, VIDEOS

QUERY = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
DAYS = Window(date(2026, 1, 1), date(2026, 1, 30))
ASKED = Slice(number=1, start=DAYS.start, end=DAYS.end)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = int(NOON.timestamp()) << 32


def test_videos_are_known_by_name():
    assert ENTITIES["videos"] is VIDEOS
    assert VIDEOS.key in VIDEOS.schema.names


# How it is asked for


def test_the_first_page_of_a_search_names_its_days_and_no_cursor():
    assert VIDEOS.ask(QUERY, ASKED, START) == {
        "query": QUERY,
        "start_date": "20260101",
        "end_date": "20260130",
        "max_count": 100,
    }


def test_a_later_page_asks_the_same_at_its_cursor():
    first, later = VIDEOS.ask(QUERY, ASKED, START), VIDEOS.ask(QUERY, ASKED, Cursor(200, "7"))
    assert later == first | {"cursor": 200, "search_id": "7"}


@pytest.mark.parametrize("search_id", [None, ""])
def test_a_search_without_an_id_is_asked_without_one(search_id):
    assert "search_id" not in VIDEOS.ask(QUERY, ASKED, Cursor(100, search_id))


def test_what_narrows_a_slice_narrows_its_query():
    asked = ASKED.model_copy(update={"narrowing": {"region_code": ("BE",)}})
    assert VIDEOS.ask(QUERY, asked, START)["query"]["and"] == [
        {"operation": "EQ", "field_name": "region_code", "field_values": ["BE"]}
    ]


def test_a_day_is_asked_in_a_way_that_counts_it_in_however_tiktok_reads_end_date():
    days, narrowing = VIDEOS.on_day(date(2026, 1, 30))
    assert days == Window(date(2026, 1, 30), date(2026, 1, 31))
    assert narrowing == {"create_date": ("20260130",)}


# Its records


@pytest.mark.parametrize(
    ("record", "key"),
    [
        ({"id": KEY}, KEY),
        ({"id": str(KEY)}, KEY),
        ({"video_id": KEY}, KEY),
        ({"id": None, "video_id": KEY}, KEY),
        ({"id": 7, "video_id": KEY}, 7),
        ({"id": "7a"}, None),
        ({"id": 2**63}, None),
        ({}, None),
    ],
)
def test_a_record_is_told_apart_by_its_id_however_it_is_spelled(record, key):
    assert VIDEOS.identify(record) == key


@pytest.mark.parametrize(
    ("record", "moment"),
    [
        ({"id": KEY, "create_time": int(NOON.timestamp()) + 60}, NOON.replace(minute=1)),
        ({"id": KEY}, NOON),
        ({"id": KEY, "create_time": int(NOON.timestamp()) * 1000}, NOON),
        ({"id": KEY, "create_time": -5}, NOON),
        ({"create_time": int(NOON.timestamp())}, NOON),
        ({}, None),
    ],
)
def test_a_record_was_made_when_it_says_so_or_its_id_does(record, moment):
    assert VIDEOS.moment(record) == moment


@pytest.mark.parametrize("key", [-1, 0, 1, 2**63 - 1])
def test_any_id_tells_some_time(key):
    assert VIDEOS.made_at(key).tzinfo is UTC


BY_NAME = {"or": [{"operation": "IN", "field_name": "username", "field_values": ["Synth_A"]}]}


@pytest.mark.parametrize(
    ("query", "record", "why"),
    [
        (QUERY, {"id": KEY, "username": "anybody"}, None),
        (QUERY, {"id": KEY, "create_time": int(datetime(2026, 1, 31, tzinfo=UTC).timestamp())}, "day"),
        (QUERY, {"id": KEY, "create_time": int(datetime(2025, 12, 31, 23, tzinfo=UTC).timestamp())}, "day"),
        (QUERY, {"username": "no id, no time"}, None),
        (BY_NAME, {"id": KEY, "username": "synth_a"}, None),
        (BY_NAME, {"id": KEY, "username": "SYNTH_A"}, None),
        (BY_NAME, {"id": KEY}, None),
        (BY_NAME, {"id": KEY, "username": "synth_b"}, "account"),
    ],
)
def test_a_record_is_foreign_when_it_contradicts_what_was_asked(query, record, why):
    """Row 14."""
    assert VIDEOS.foreign(query, DAYS, [record]) == [why]
