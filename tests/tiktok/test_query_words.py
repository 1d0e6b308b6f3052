import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.tiktok.query import OPERATIONS, VIDEO_LENGTHS, query_of
from include.tiktok.query_words import condition, long_lists, sentence
from tests.projects import project


def asked(name, *values, operation="IN"):
    return {"operation": operation, "field_name": name, "field_values": list(values)}


LISTS = query_of(project(keywords=["klimaatmars"]))


def test_the_lists_of_a_project_are_one_sentence():
    assert sentence(LISTS, "created from 2026-01-01 to 2026-03-31") == (
        "Videos posted by synth_nieuws_be or synth_journal_be, or tagged #fietsen or #klimaat, or with “klimaatmars” "
        "in the caption, all of them by creators who registered in BE or NL, created from 2026-01-01 to 2026-03-31."
    )


def test_the_lists_of_a_project_are_one_condition():
    assert condition(LISTS) == (
        "(username IN ('synth_nieuws_be', 'synth_journal_be') OR hashtag_name IN ('fietsen', 'klimaat') "
        "OR keyword IN ('klimaatmars')) AND region_code IN ('BE', 'NL')"
    )


@pytest.mark.parametrize(
    ("query", "words", "meaning"),
    [
        ({"and": [asked("region_code", "BE")]}, "Videos by creators who registered in BE.", "region_code IN ('BE')"),
        (
            {"not": [asked("username", "x", operation="EQ"), asked("keyword", "y")]},
            "Videos, but none posted by x, nor with “y” in the caption.",
            "NOT (username = 'x' OR keyword IN ('y'))",
        ),
        (
            {"or": [asked("hashtag_name", "a")], "not": [asked("view_count", "5", operation="LT")]},
            "Videos tagged #a, but none with fewer than 5 views.",
            "hashtag_name IN ('a') AND NOT (view_count < 5)",
        ),
        (
            {"and": [asked("create_date", "20260131", operation="GTE"), asked("comment_count", "9", operation="GT")]},
            "Videos created on or after 2026-01-31 and with more than 9 comments.",
            "create_date >= '2026-01-31' AND comment_count > 9",
        ),
        (
            {"and": [asked("video_length", "SHORT", "MID")]},
            "Videos that last under 15 s or 15 to 60 s.",
            "video_length IN ('SHORT', 'MID')",
        ),
        ({"and": [asked("keyword", "l'été")]}, "Videos with “l'été” in the caption.", "keyword IN ('l''été')"),
        ({"and": [], "or": [asked("username", "a", "b")]}, "Videos posted by a or b.", "username IN ('a', 'b')"),
    ],
)
def test_a_query_is_told_in_words_and_as_a_condition(query, words, meaning):
    assert sentence(query) == words
    assert condition(query) == meaning


def test_the_sentence_counts_what_it_does_not_name():
    names = [f"a{number}" for number in range(12)]
    assert sentence({"or": [asked("username", *names)]}).endswith("a8, a9 or 2 more.")
    assert "'a11'" in condition({"or": [asked("username", *names)]})


def test_a_list_longer_than_anybody_asked_is_noted():
    query = {"or": [asked("username", *map(str, range(51))), asked("keyword", "x")]}
    assert ["username lists 51 values" in note for note in long_lists(query)] == [True]


VALUES = {
    "create_date": st.just("20260131"),
    "region_code": st.sampled_from(["BE", "NL"]),
    "video_length": st.sampled_from(VIDEO_LENGTHS),
    **dict.fromkeys(("view_count", "comment_count", "video_id", "music_id"), st.sampled_from(["0", "7"])),
}


@st.composite
def conditions(draw):
    name = draw(st.sampled_from(sorted(OPERATIONS)))
    operation = draw(st.sampled_from(OPERATIONS[name]))
    values = st.lists(VALUES.get(name, st.text("a'b", min_size=1)), min_size=1, max_size=3 if operation == "IN" else 1)
    return asked(name, *draw(values), operation=operation)


@st.composite
def queries(draw):
    clauses = st.fixed_dictionaries(
        {}, optional={clause: st.lists(conditions(), max_size=3) for clause in ("and", "or", "not")}
    )
    return draw(clauses.filter(lambda query: any(query.values())))


@given(queries())
def test_any_query_has_a_sentence_and_a_condition_that_sql_reads(query):
    assert query_of(project(query=query, accounts=None, hashtags=None, keywords=None, region_codes=None)) == query
    assert sentence(query).startswith("Videos")
    columns = ", ".join(OPERATIONS)
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE videos ({columns})")
        database.execute(f"SELECT * FROM videos WHERE {condition(query)}")  # noqa: S608


ROW = {"username": "a", "region_code": "BE", "keyword": "k"}


@given(
    st.dictionaries(
        st.sampled_from(["and", "or", "not"]),
        st.lists(
            st.sampled_from(
                [
                    asked("username", "a"),
                    asked("username", "z"),
                    asked("region_code", "BE"),
                    asked("keyword", "y", operation="EQ"),
                ]
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
    )
)
def test_the_condition_means_all_of_and_any_of_or_none_of_not(query):
    def holds(each):
        return ROW[each["field_name"]] in each["field_values"]

    expected = (
        all(map(holds, query.get("and", [])))
        and ("or" not in query or any(map(holds, query["or"])))
        and not any(map(holds, query.get("not", [])))
    )
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE videos (username, region_code, keyword)")
        database.execute("INSERT INTO videos VALUES ('a', 'BE', 'k')")
        found = database.execute(f"SELECT * FROM videos WHERE {condition(query)}").fetchall()  # noqa: S608
        assert bool(found) == expected
