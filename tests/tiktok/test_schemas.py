import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from include.tiktok.fields import KINDS
from include.tiktok.schemas import VIDEO_FIELDS, VIDEO_SCHEMA, video_table

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
ID = 7303985428648987936


def row(**record):
    (made,) = table({"id": ID, **record}).to_pylist()
    return made


def table(*records):
    return video_table(records, AT, "0123456789ab")


def test_ids_above_two_to_the_53rd_keep_every_digit():
    ids = [2**53 + 1, 2**63 - 1, 7303985428648987937]
    made = table(*({"id": each, "music_id": each, "playlist_id": each} for each in ids))
    assert made["id"].to_pylist() == made["music_id"].to_pylist() == made["playlist_id"].to_pylist() == ids


def test_no_column_is_a_float():
    assert not any(pa.types.is_floating(kind) for kind in VIDEO_SCHEMA.types)


def test_every_field_may_be_missing():
    assert set(row().keys()) == set(VIDEO_SCHEMA.names)
    assert all(row()[name] is None for name in VIDEO_FIELDS if name != "id")
    assert all(field.nullable for field in VIDEO_SCHEMA)


def test_a_record_without_an_id_is_no_row():
    made = table({"username": "x"}, {"id": None}, {"id": "7a"}, {"id": 7.0}, {"id": True})
    assert made.num_rows == 0
    assert made.schema == VIDEO_SCHEMA


def test_an_id_beyond_64_bits_is_no_row():
    assert table({"id": 2**63}).num_rows == 0


def test_nul_characters_leave_the_columns_and_stay_in_raw():
    made = row(username="a\x00b", hashtag_names=["x\x00"])
    assert (made["username"], made["hashtag_names"]) == ("ab", ["x"])
    assert json.loads(made["raw"])["username"] == "a\x00b"
    assert "\x00" not in made["raw"]


def test_raw_can_be_read_by_people():
    assert row(video_description="été 🚲")["raw"] == f'{{"id":{ID},"video_description":"été 🚲"}}'


def test_half_an_emoji_leaves_the_columns_and_stays_in_raw():
    made = row(video_description="cut \ud83d")
    assert made["video_description"] == "cut ?"
    assert json.loads(made["raw"])["video_description"] == "cut \ud83d"
    made["raw"].encode("ascii")


def test_a_number_too_large_for_its_column_is_null():
    assert row(view_count=2**63)["view_count"] is None
    assert row(view_count=2**31 + 5)["view_count"] == 2**31 + 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("view_count", "many"),
        ("view_count", 1.5),
        ("view_count", True),
        ("is_stem_verified", "yes"),
        ("is_stem_verified", 1),
        ("hashtag_names", "fietsen"),
        ("hashtag_names", {"a": 1}),
        ("create_time", "2026-01-01"),
        ("create_time", None),
    ],
)
def test_a_value_of_another_type_is_null_and_stays_in_raw(field, value):
    made = row(**{field: value})
    assert made[field] is None
    assert json.loads(made["raw"])[field] == value


def test_a_creation_time_in_milliseconds_does_not_stop_the_harvest():
    milliseconds = 1_767_225_600_000
    made = table({"id": ID, "create_time": milliseconds}, {"id": ID, "create_time": -(2**62)})
    assert made["create_time"].to_pylist() == [None, None]
    assert json.loads(made["raw"][0].as_py())["create_time"] == milliseconds


def test_both_spellings_of_favorites_fill_one_column():
    assert row(favorites_count=3)["favorites_count"] == 3
    assert row(favourites_count=4)["favorites_count"] == 4


@pytest.mark.parametrize("spelled", [ID, str(ID)])
def test_both_spellings_of_id_make_a_row(spelled):
    """Row 15: TikTok's own example of an answer says `video_id`; such rows were dropped in silence."""
    (made,) = table({"video_id": spelled, "username": "x"}).to_pylist()
    assert (made["id"], made["username"]) == (ID, "x")
    assert table({"id": None, "video_id": spelled}).num_rows == 1


def test_where_both_spellings_of_id_are_there_id_is_the_key():
    assert row(video_id=7)["id"] == ID


def test_region_codes_have_one_spelling_in_their_column_and_stay_as_they_came_in_raw():
    """Recorded behaviour, 2: on one page of a search all were lower case, on another upper case."""
    made = table({"id": 1, "region_code": "be"}, {"id": 2, "region_code": "BE"}, {"id": 3}, {"id": 4, "region_code": 7})
    assert made["region_code"].to_pylist() == ["BE", "BE", None, "7"]
    assert [json.loads(raw).get("region_code") for raw in made["raw"].to_pylist()] == ["be", "BE", None, 7]


def test_what_was_not_asked_for_is_marked_row_by_row():
    records = [{"id": 1}, {"username": "no id"}, {"id": 2}, {"id": 3}]
    made = video_table(records, AT, "0123456789ab", [None, "account", "day", None])
    assert (made["id"].to_pylist(), made["foreign"].to_pylist()) == ([1, 2, 3], [None, "day", None])
    assert table({"id": 1})["foreign"].to_pylist() == [None]


def test_every_row_says_when_and_by_which_query_it_was_seen():
    assert {name: row()[name] for name in ("first_seen", "observed_at", "query_id", "foreign")} == {
        "first_seen": AT,
        "observed_at": AT,
        "query_id": "0123456789ab",
        "foreign": None,
    }
    assert VIDEO_SCHEMA.names == [*VIDEO_FIELDS, "first_seen", "observed_at", "query_id", "foreign", "raw"]


def test_every_field_that_is_harvested_has_a_kind_of_its_own():
    """Else each record of it would be told of as drift, or none."""
    assert list(KINDS) == list(VIDEO_FIELDS)


def test_structures_are_kept_as_json_text():
    assert row(video_tag={"b": 1, "a": [2]})["video_tag"] == '{"a":[2],"b":1}'
    assert row(hashtag_info_list=[{"hashtag_id": "1"}])["hashtag_info_list"] == '[{"hashtag_id":"1"}]'


def test_the_same_record_makes_the_same_raw_text_whatever_the_order_of_its_keys():
    assert row(a=1, b=2)["raw"] == row(b=2, a=1)["raw"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(VIDEO_FIELDS)) | st.text(max_size=9), ANYTHING, max_size=6), st.integers())
@example({"create_time": 2**62}, 1)
@example({"hashtag_names": ["\ud83d", None, 5, {"a": "\x00"}]}, 1)
def test_any_record_with_an_id_becomes_a_row_of_the_schema(record, video_id):
    made = table(record | {"id": video_id})
    made.validate(full=True)
    assert made.schema == VIDEO_SCHEMA
    assert made.to_pylist() is not None


RECORD = st.dictionaries(
    st.sampled_from(list(VIDEO_FIELDS)[1:]), ANYTHING | st.integers(0, 9) | st.just("x"), max_size=6
)


@given(st.lists(RECORD, max_size=5))
@example([{"view_count": 1}, {"view_count": 2**63}, {"view_count": None}])
@example([{"video_description": "a"}, {"video_description": "\x00"}, {"video_description": "\ud83d"}])
@example([{"hashtag_names": ["a"]}, {"hashtag_names": [None, "b\x00"]}, {"hashtag_names": "a"}])
@example([{"create_time": 1}, {"create_time": True}, {"create_time": -1}])
def test_a_strange_record_changes_nothing_about_its_neighbours(records):
    with_ids = [{**record, "id": number} for number, record in enumerate(records)]
    alone = [table(record) for record in with_ids]
    assert table(*with_ids).to_pylist() == pa.concat_tables([VIDEO_SCHEMA.empty_table(), *alone]).to_pylist()
