import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.errors import ProjectInvalid
from include.tiktok.query import (
    IN_A_CONDITION,
    OPERATIONS,
    VIDEO_LENGTHS,
    accounts_of,
    fields_of,
    finds_by_text,
    narrowed,
    open_lengths,
    query_id,
    query_of,
    regions_of,
)
from include.tiktok.schemas import VIDEO_FIELDS
from tests.projects import project

NO_LISTS = {"accounts": None, "hashtags": None, "keywords": None, "region_codes": None}


def condition(name, *values, operation="IN"):
    return {"operation": operation, "field_name": name, "field_values": list(values)}


def asking(query):
    return project(query=query, **NO_LISTS)


def complaint(query):
    with pytest.raises(ProjectInvalid) as caught:
        query_of(asking(query))
    return str(caught.value)


def test_lists_are_alternatives_within_the_regions():
    assert query_of(project(keywords=["klimaatmars"])) == {
        "and": [condition("region_code", "BE", "NL")],
        "or": [
            condition("username", "synth_nieuws_be", "synth_journal_be"),
            condition("hashtag_name", "fietsen", "klimaat"),
            condition("keyword", "klimaatmars"),
        ],
    }


def test_a_list_that_is_empty_is_no_condition():
    assert query_of(project(**NO_LISTS | {"keywords": ["klimaat"]})) == {"or": [condition("keyword", "klimaat")]}


def test_regions_alone_are_a_query():
    assert query_of(project(**NO_LISTS | {"region_codes": ["BE"]})) == {"and": [condition("region_code", "BE")]}


def test_a_raw_query_is_passed_through_as_written():
    written = {
        "not": [condition("username", "x", operation="EQ")],
        "and": [condition("view_count", "5", operation="GT")],
    }
    assert query_of(asking(written)) == written


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "it has no condition, fill and, or, not"),
        ({"and": []}, "it has no condition"),
        ({"nand": [condition("username", "x")]}, "it has another clause than and, or, not"),
        ({"and": condition("username", "x")}, "must be a list of conditions"),
        ({"and": None}, "must be a list of conditions"),
        ({"and": ["username"]}, "and[0]: a condition must have exactly operation, field_name and field_values"),
        (
            {"or": [condition("username", "x") | {"more": 1}]},
            "or[0]: a condition must have exactly operation, field_name",
        ),
        ({"or": [condition("user", "x")]}, "or[0]: field_name is unknown, use one of create_date, username"),
        ({"or": [condition(["username"], "x")]}, "field_name is unknown"),
        ({"or": [condition({}, "x")]}, "field_name is unknown"),
        (
            {"or": [condition("username", "x", operation="GT")]},
            "operation 'GT' does not go with username, use one of EQ",
        ),
        (
            {"or": [condition("username", "x", operation=["EQ"])]},
            "operation does not go with username, use one of EQ, IN",
        ),
        ({"or": [condition("username")]}, "username: field_values must be a list of non-empty texts"),
        ({"or": [condition("username", "")]}, "must be a list of non-empty texts"),
        ({"or": [condition("view_count", 5)]}, "must be a list of non-empty texts"),
        (
            {"or": [condition("username", "a", "b", operation="EQ")]},
            "the operation takes one value, got 2; use IN for a list",
        ),
        ({"or": [condition("region_code", "XX")]}, "'XX' is not a region of TikTok"),
        ({"or": [condition("video_length", "TINY")]}, "use one of SHORT, MID, LONG, EXTRA_LONG"),
        ({"or": [condition("create_date", "2026-01-01")]}, "must be a day as yyyymmdd"),
        ({"or": [condition("create_date", "20260231")]}, "must be a day as yyyymmdd"),
        ({"or": [condition("create_date", "²²²²²²²²")]}, "must be a day as yyyymmdd"),
        (
            {"or": [condition("view_count", "many", operation="GT")]},
            "view_count: field_values[0]: 'many' must be a number, in digits",
        ),
        (
            {"or": [condition("video_id", "7", "https://www.tiktok.com/@x/video/7")]},
            "field_values[1]: it must be a number, in",
        ),
        ({"or": [condition("username", "@x")]}, "or[0]: username: field_values[0]: it begins with '@', leave that out"),
        (
            {"or": [condition("hashtag_name", "#x")]},
            "or[0]: hashtag_name: field_values[0]: it begins with '#', leave that out",
        ),
    ],
)
def test_what_tiktok_would_refuse_is_refused_while_planning(query, said):
    told = complaint(query)
    assert told.startswith("Research project tiktok_query_0000005: query: ")
    assert said in told


PERSON = "jan.peeters"


@pytest.mark.parametrize(
    "query",
    [
        {"and": [condition("username", f"@{PERSON}")]},
        {"and": [condition("username", PERSON, "")]},
        {"and": [condition("username", PERSON, operation=PERSON)]},
        {"and": [condition("hashtag_name", f"#{PERSON}")]},
        {"and": [condition("video_id", f"https://www.tiktok.com/@{PERSON}/video/7")]},
        {"and": [condition("keyword", PERSON, 5)]},
        {"and": [{"operation": "IN", "field_name": "username", "values": [PERSON]}]},
        {"and": [condition(PERSON, "username")]},
        {"and": {"username": PERSON}},
        {"and": [PERSON]},
        {PERSON: [condition("username", "x")]},
    ],
)
def test_a_message_about_a_query_names_no_person(query):
    """It reaches the log of a task, and mails."""
    assert PERSON not in complaint(query)


def test_a_region_code_of_a_list_is_checked_too():
    with pytest.raises(ProjectInvalid, match="'ZZ' is not a region of TikTok"):
        query_of(project(region_codes=["ZZ"]))


def test_every_wrong_condition_is_told_at_once():
    told = complaint({"and": [condition("user", "x")], "or": [condition("username", "x"), condition("keyword")]})
    assert "and[0]" in told
    assert "or[1]" in told


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
CONDITIONS = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["EQ", "IN", "GT"]) | ANYTHING,
        "field_name": st.sampled_from(sorted(OPERATIONS)) | ANYTHING,
        "field_values": st.lists(st.text(max_size=9), max_size=3) | ANYTHING,
    }
)
CLAUSES = st.sampled_from(["and", "or", "not"]) | st.text(max_size=4)


@given(st.dictionaries(CLAUSES, st.lists(CONDITIONS | ANYTHING, max_size=3) | ANYTHING, max_size=3))
def test_any_raw_query_is_passed_through_or_refused_as_the_projects(query):
    try:
        assert query_of(asking(query)) == query
    except ProjectInvalid as error:
        assert "tiktok_query_0000005" in str(error)


def test_a_query_keeps_its_id_whatever_the_order_of_its_keys():
    one = {"and": [condition("username", "x")], "or": [condition("keyword", "y")]}
    other = {"or": one["or"], "and": [dict(reversed(one["and"][0].items()))]}
    assert query_id(one) == query_id(other)
    assert len(query_id(one)) == 12


def test_another_value_makes_another_query():
    assert query_id({"and": [condition("username", "x")]}) != query_id({"and": [condition("username", "y")]})


def test_the_newest_complete_list_of_fields_is_asked_for():
    assert fields_of(project()) == tuple(VIDEO_FIELDS)


def test_a_list_of_fields_is_asked_for_as_written():
    assert fields_of(project(fields=["username", "id", "favourites_count"])) == ("username", "id", "favourites_count")


def test_an_unknown_field_is_refused_with_those_that_exist():
    with pytest.raises(ProjectInvalid, match="fields: likes unknown to TikTok; use id, video_description"):
        fields_of(project(fields=["id", "likes"]))


def test_fields_without_id_are_refused():
    with pytest.raises(ProjectInvalid, match="fields: add id, which tells records apart"):
        fields_of(project(fields=["username"]))


# What a harvest reads out of a query, and how it narrows one


def test_a_long_list_becomes_conditions_that_tiktok_was_seen_to_take():
    """Recorded behaviour, 12: clients in production stay at 50 values."""
    names = [f"account_{number}" for number in range(2 * IN_A_CONDITION + 1)]
    lists = query_of(project(**NO_LISTS | {"accounts": names}))["or"]
    assert [len(each["field_values"]) for each in lists] == [50, 50, 1]
    assert [name for each in lists for name in each["field_values"]] == names


KEYWORD = {"or": [condition("keyword", "klimaat")]}


def test_a_narrowed_query_keeps_every_condition_and_adds_what_each_hit_must_meet():
    query = KEYWORD | {"and": [condition("region_code", "BE", "NL")], "not": [condition("username", "a")]}
    assert narrowed(query, {"region_code": ("BE",), "video_length": ("SHORT",)}) == query | {
        "and": [
            condition("region_code", "BE", "NL"),
            condition("region_code", "BE", operation="EQ"),
            condition("video_length", "SHORT", operation="EQ"),
        ]
    }
    assert narrowed(KEYWORD, {"region_code": ("BE", "NL")}) == KEYWORD | {"and": [condition("region_code", "BE", "NL")]}


def test_a_query_that_is_not_narrowed_is_sent_as_it_is_written():
    assert narrowed(KEYWORD, {}) == KEYWORD
    assert narrowed(KEYWORD, {}) is not KEYWORD


def test_a_narrowed_query_is_one_that_tiktok_takes():
    assert query_of(asking(narrowed(KEYWORD, {"region_code": ("BE",), "create_date": ("20260101",)})))


@pytest.mark.parametrize(
    ("query", "regions"),
    [
        ({"and": [condition("region_code", "BE", "NL")]}, ("BE", "NL")),
        ({"or": [condition("region_code", "BE", "NL")]}, ()),
        ({"not": [condition("region_code", "BE", "NL")]}, ()),
        (KEYWORD, ()),
    ],
)
def test_the_regions_that_every_hit_is_of_are_those_of_the_and_list(query, regions):
    assert regions_of(query) == regions


def test_lengths_are_open_unless_the_query_says_something_of_them():
    assert open_lengths(KEYWORD) == VIDEO_LENGTHS
    for clause in ("and", "or", "not"):
        assert open_lengths({clause: [condition("video_length", "SHORT")]}) == ()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"or": [condition("username", "A", "b")]}, {"a", "b"}),
        ({"or": [condition("username", "a"), condition("username", "b")]}, {"a", "b"}),
        ({"and": [condition("username", "a")], "or": [condition("keyword", "x")]}, {"a"}),
        ({"or": [condition("username", "a"), condition("keyword", "x")]}, set()),
        ({"not": [condition("username", "a")]}, set()),
        (KEYWORD, set()),
    ],
)
def test_accounts_are_known_only_where_every_hit_must_be_by_one_of_them(query, names):
    """Else a hit of another account would be called foreign though the query asks for it."""
    assert accounts_of(query) == names


@pytest.mark.parametrize(
    ("query", "by_text"),
    [
        (KEYWORD, True),
        ({"and": [condition("hashtag_name", "x")]}, True),
        ({"not": [condition("keyword", "x")]}, True),
        ({"or": [condition("username", "a")]}, False),
    ],
)
def test_a_query_finds_by_text_when_captions_matter(query, by_text):
    assert finds_by_text(query) is by_text
