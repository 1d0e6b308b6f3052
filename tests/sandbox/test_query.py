import pytest

from include.sandbox.query import compile_query
from include.sandbox.refusals import Refusal
from tests.sandbox.client import condition

BE = condition("region_code", "BE")


@pytest.mark.parametrize(
    "query",
    [
        None,
        [],
        {},
        {"and": []},
        {"and": BE},
        {"nor": [BE]},
        {"and": ["BE"]},
        {"and": [condition("region_code", "XX")]},
        {"and": [condition("region_code", "be")]},
        {"and": [condition("region_code", "BE", operation="GT")]},
        {"and": [condition("region_code", "BE", operation="LIKE")]},
        {"and": [condition("region_code", "BE", "NL", operation="EQ")]},
        {"and": [condition("region_code")]},
        {"and": [condition("video_id", 7612812143228269624)]},
        {"and": [condition("video_id", "seven")]},
        {"and": [condition("music_id", "")]},
        {"and": [condition("video_length", "short")]},
        {"and": [condition("create_date", "2026-03-01")]},
        {"and": [condition("create_date", "20260301", "20260302", operation="GT")]},
        {"and": [condition("view_count", "many", operation="GT")]},
        {"and": [condition("like_count", "1", operation="GT")]},
        {"and": [condition("voice_to_text", "welkom")]},
        {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": "fietsen"}]},
        {"and": [{"field_name": "keyword", "field_values": ["fietsen"]}]},
    ],
)
def test_what_the_language_does_not_know_is_invalid(query):
    with pytest.raises(Refusal) as refused:
        compile_query(query)
    assert (refused.value.status, refused.value.code) == (400, "invalid_params")


def test_null_lists_are_empty_lists():
    assert compile_query({"and": [BE], "or": None, "not": []})


def test_keywords_and_hashtags_ignore_case(empty, at_empty):
    empty.plant_video(
        {"id": 7 << 60, "create_time": 1772366400, "video_description": "Élections!", "hashtag_names": ["Gent"]}
    )
    assert at_empty.ids({"and": [condition("keyword", "ÉLECTIONS")]})
    assert at_empty.ids({"and": [condition("hashtag_name", "gent")]})
    assert not at_empty.ids({"and": [condition("keyword", "elections")]})


def test_fuzzy_matching_gives_extra_hits(empty, at_empty):
    empty.plant_video(
        {"id": 7 << 60, "create_time": 1772366400, "video_description": "Élections", "hashtag_names": ["belgië"]}
    )
    empty.switch(fuzzy_matching=True)
    assert at_empty.ids({"and": [condition("keyword", "elections")]})
    assert at_empty.ids({"and": [condition("hashtag_name", "Belgie")]})


def test_a_keyword_may_hold_a_space(client):
    pages = client.pages({"and": [condition("keyword", "tussen gent en")]}, end="20260305")
    captions = [
        video["video_description"] for page in pages for video in page["videos"] if "video_description" in video
    ]
    assert captions
    assert all("tussen Gent en" in caption for caption in captions)


@pytest.mark.parametrize(
    ("seconds", "length"), [(14, "SHORT"), (15, "MID"), (59, "MID"), (60, "LONG"), (300, "LONG"), (301, "EXTRA_LONG")]
)
def test_every_duration_has_one_length(empty, at_empty, seconds, length):
    empty.plant_video({"id": 7 << 60, "create_time": 1772366400, "video_duration": seconds})
    found = [
        name
        for name in ("SHORT", "MID", "LONG", "EXTRA_LONG")
        if at_empty.ids({"and": [condition("video_length", name)]})
    ]
    assert found == [length]
