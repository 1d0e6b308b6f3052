"""What must hold for every query, page size and window."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from include.sandbox.corpus import SETTLED
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import FACTS, value
from tests.sandbox.client import Client, condition, day
from tests.sandbox.conftest import STILL

SMALL = SandboxSettings(**STILL, videos_per_day=12, creators=60, removed_share=0.3, requests_per_day=10**9)
SANDBOX = Sandbox(SMALL.model_copy(update={"records_per_day": 10**12, "errors_cost_requests": False}))
CLIENT = Client(SANDBOX)
FIRST, LAST = day("2026-02-26"), day("2026-03-02")
NOW = SANDBOX.clock.now()


def facts(video):
    return {name: value(video, name, SETTLED) for name in FACTS}


CORPUS = [
    facts(video)
    for offset in range((LAST - FIRST).days + 1)
    for video in SANDBOX.corpus.days[FIRST + timedelta(days=offset)]
]


def some(field, read=None):
    """Values of a field that occur in the corpus, and one that does not."""
    found = sorted({str(one) for video in CORPUS for one in (read or (lambda video: [video[field]]))(video)})
    return st.lists(st.sampled_from(found[:40]), min_size=1, max_size=4)


DAYS = [(FIRST + timedelta(days=n)).strftime("%Y%m%d") for n in range(-1, 6)]
LISTED = {
    "username": some("username"),
    "region_code": some("region_code"),
    "video_id": some("id"),
    "hashtag_name": some("hashtag_names", lambda video: video["hashtag_names"]),
    "keyword": st.lists(
        st.sampled_from(["verkiezingen", "ÉLECTIONS", "de", "e", "#fyp", "Gent en", "zzz"]), min_size=1
    ),
    "music_id": some("music_id"),
    "effect_id": some("effect_ids", lambda video: video["effect_ids"] or []),
    "video_length": st.lists(st.sampled_from(["SHORT", "MID", "LONG", "EXTRA_LONG"]), min_size=1),
    "create_date": st.lists(st.sampled_from(DAYS), min_size=1, max_size=3),
    "view_count": some("view_count"),
    "comment_count": some("comment_count"),
}
IN = st.sampled_from(sorted(LISTED)).flatmap(lambda field: LISTED[field].map(lambda values: condition(field, *values)))
EQ = IN.map(lambda one: {**one, "operation": "EQ", "field_values": one["field_values"][:1]})
COMPARE = st.tuples(
    st.sampled_from(["create_date", "view_count", "comment_count"]), st.sampled_from(["GT", "GTE", "LT", "LTE"])
).flatmap(lambda pair: LISTED[pair[0]].map(lambda values: condition(pair[0], values[0], operation=pair[1])))
CONDITIONS = st.lists(st.one_of(IN, EQ, COMPARE), max_size=3)
QUERIES = st.fixed_dictionaries({}, optional={"and": CONDITIONS, "or": CONDITIONS, "not": CONDITIONS}).filter(
    lambda query: any(query.values())
)
WINDOWS = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted)


def naive(video, one):
    """One condition, spelled out field by field."""
    field, values, operation = one["field_name"], one["field_values"], one["operation"]
    if field == "keyword":
        return any(word.lower() in video["video_description"].lower() for word in values)
    if field == "hashtag_name":
        return bool(set(values) & set(video["hashtag_names"]))
    if field == "effect_id":
        return bool(set(values) & set(video["effect_ids"] or []))
    if field == "video_length":
        seconds = video["video_duration"]
        length = "SHORT" if seconds < 15 else "MID" if seconds < 60 else "LONG" if seconds <= 300 else "EXTRA_LONG"
        return length in values
    if field == "create_date":
        have, values = datetime.fromtimestamp(video["create_time"], UTC).strftime("%Y%m%d"), list(values)
    else:
        have = video["id" if field == "video_id" else field]
        values = [type(have)(text) for text in values]
    compare = {"GT": have > values[0], "GTE": have >= values[0], "LT": have < values[0], "LTE": have <= values[0]}
    return compare.get(operation, have in values)


def finds(query, video):
    every, one_of, none = (query.get(name, []) for name in ("and", "or", "not"))
    if not all(naive(video, one) for one in every) or any(naive(video, one) for one in none):
        return False
    return not one_of or any(naive(video, one) for one in one_of)


def dates(window):
    return [FIRST + timedelta(days=offset) for offset in window]


def asked(window):
    return dict(zip(("start", "end"), (one.strftime("%Y%m%d") for one in dates(window)), strict=True))


@settings(max_examples=150, deadline=None)
@given(QUERIES)
def test_the_query_language_agrees_with_a_naive_reading_of_it(query):
    found = {video.id for video in SANDBOX.corpus.search(query, FIRST, LAST)}
    assert found == {video["id"] for video in CORPUS if finds(query, video)}


@settings(max_examples=60, deadline=None)
@given(QUERIES, WINDOWS, st.integers(3, 100))
def test_the_pages_of_a_search_hold_its_result_once_and_in_order(query, window, size):
    expected = [video.id for video in SANDBOX.corpus.search(query, *dates(window), NOW)]
    assert CLIENT.ids(query, **asked(window), max_count=size) == expected
    assert expected == sorted(expected, reverse=True)


@settings(max_examples=40, deadline=None)
@given(QUERIES, st.integers(0, 4))
def test_the_parts_of_a_split_window_hold_what_the_whole_holds(query, cut):
    whole = CLIENT.ids(query, **asked((0, 4)))
    parts = [asked(window) for window in ((0, cut), (cut + 1, 4)) if window[0] <= window[1]]
    assert sorted(one for part in parts for one in CLIENT.ids(query, **part)) == sorted(whole)


@settings(max_examples=20, deadline=None)
@given(QUERIES)
def test_splitting_by_video_length_and_by_region_loses_nothing(query):
    whole = sorted(CLIENT.ids(query, **asked((0, 4))))
    for field, values in (
        ("video_length", ("SHORT", "MID", "LONG", "EXTRA_LONG")),
        ("region_code", sorted({video["region_code"] for video in CORPUS})),
    ):
        narrowed = ({**query, "and": [*query.get("and", []), condition(field, one)]} for one in values)
        assert sorted(one for part in narrowed for one in CLIENT.ids(part, **asked((0, 4)))) == whole


@settings(max_examples=20, deadline=None)
@given(QUERIES, WINDOWS)
def test_an_exclusive_end_leaves_out_the_last_day_and_nothing_else(query, window):
    inclusive = CLIENT.ids(query, **asked(window))
    SANDBOX.switch(end_date_inclusive=False)
    try:
        longer = asked(window) | {"end": (dates(window)[1] + timedelta(days=1)).strftime("%Y%m%d")}
        assert CLIENT.ids(query, **longer) == inclusive
    finally:
        SANDBOX.switch(end_date_inclusive=True)
