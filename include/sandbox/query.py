"""The query language of video/query: what it accepts, what it refuses, and which videos a query finds."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

from include.sandbox.days import day_of
from include.sandbox.refusals import invalid
from include.sandbox.regions import REGION_CODES
from include.sandbox.video import Video

Read = Callable[[Video, str], Any]
Test = Callable[[Video, Read], bool]
Fold = Callable[[str], str]

LISTS = ("and", "or", "not")
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "GT": lambda found, asked: found > asked,
    "GTE": lambda found, asked: found >= asked,
    "LT": lambda found, asked: found < asked,
    "LTE": lambda found, asked: found <= asked,
}
LENGTHS = {"SHORT": (0, 15), "MID": (15, 60), "LONG": (60, 301), "EXTRA_LONG": (301, 1 << 62)}
"""Seconds of each video_length class, the second bound not included; exactly five minutes counts as LONG."""

ORDERED = frozenset({"create_date", "view_count", "comment_count"})
FIELDS = ORDERED | {
    "username",
    "region_code",
    "video_id",
    "hashtag_name",
    "keyword",
    "music_id",
    "effect_id",
    "video_length",
}


def compile_query(query: object, fuzzy: bool = False) -> Test:
    """A test that says of a video whether `query` finds it.

    The lists are joined by and: all of `and`, any of `or`, none of `not` (TikTok docs; the joining is inferred).

    Raises:
        Refusal: 400 invalid_params for whatever is wrong with the query.
    """
    if not isinstance(query, dict) or not set(query) <= set(LISTS):
        raise invalid("query must be an object with the lists and, or, not")
    lists = {name: query.get(name) or [] for name in LISTS}
    if not all(isinstance(conditions, list) for conditions in lists.values()):
        raise invalid("and, or and not must be lists of conditions")
    if not any(lists.values()):
        raise invalid("query is empty")
    fold = _without_accents if fuzzy else str.casefold
    all_of, any_of, none_of = ([_condition(entry, fold) for entry in lists[name]] for name in LISTS)

    def found(video: Video, read: Read) -> bool:
        return (
            all(test(video, read) for test in all_of)
            and (not any_of or any(test(video, read) for test in any_of))
            and not any(test(video, read) for test in none_of)
        )

    return found


def has_keyword(query: dict) -> bool:
    """Whether any list of an accepted query has a keyword condition."""
    return any(entry["field_name"] == "keyword" for name in LISTS for entry in query.get(name) or [])


def named_usernames(query: dict) -> frozenset[str]:
    """The usernames that an accepted query asks for."""
    conditions = [entry for name in ("and", "or") for entry in query.get(name) or []]
    return frozenset(
        name for entry in conditions if entry["field_name"] == "username" for name in entry["field_values"]
    )


def parse_day(text: object, name: str) -> datetime:
    """Midnight of a day written as YYYYMMDD.

    Raises:
        Refusal: it is not one.
    """
    if isinstance(text, str) and re.fullmatch(r"\d{8}", text, re.ASCII):
        try:
            return datetime.strptime(text + "+0000", "%Y%m%d%z")
        except ValueError:
            pass
    raise invalid(f"{name} must be a date like 20260131")


def _condition(entry: object, fold: Fold) -> Test:
    if not isinstance(entry, dict):
        raise invalid("a condition must be an object")
    field, operation, values = (entry.get(key) for key in ("field_name", "operation", "field_values"))
    if field not in FIELDS:
        raise invalid(f"unknown field_name {field}")
    if operation not in ("EQ", "IN") and not (operation in ORDER and field in ORDERED):
        raise invalid(f"operation {operation} is not supported for {field}")
    if not isinstance(values, list) or not values or not all(isinstance(item, str) for item in values):
        raise invalid(f"field_values of {field} must be a list of strings, not empty")
    if operation != "IN" and len(values) > 1:
        raise invalid(f"operation {operation} takes exactly one value")
    if field in ORDERED:
        return _ordered(field, operation, values)
    return _listed(field, values, fold)


def _ordered(field: str, operation: str, values: list[str]) -> Test:
    if field == "create_date":
        asked: list[Any] = [parse_day(text, "create_date").date() for text in values]
        find: Callable[[Video, Read], Any] = lambda video, _: day_of(video.create_time)  # noqa: E731
    else:
        asked = _integers(field, values)
        find = lambda video, read: read(video, field)  # noqa: E731
    if operation in ("EQ", "IN"):
        return lambda video, read: find(video, read) in asked
    compare, bound = ORDER[operation], asked[0]
    return lambda video, read: (have := find(video, read)) is not None and compare(have, bound)


def _listed(field: str, values: list[str], fold: Fold) -> Test:
    if field == "username":
        names = frozenset(values)
        return lambda video, read: read(video, "username") in names
    if field == "region_code":
        if unknown := set(values) - REGION_CODES:
            raise invalid(f"unknown region_code {', '.join(sorted(unknown))}")
        codes = frozenset(values)
        return lambda video, read: read(video, "region_code") in codes
    if field in ("video_id", "music_id"):
        key, ids = ("id" if field == "video_id" else field), frozenset(_integers(field, values))
        return lambda video, read: read(video, key) in ids
    if field == "effect_id":
        effects = frozenset(values)
        return lambda video, read: not effects.isdisjoint(read(video, "effect_ids") or ())
    if field == "video_length":
        return _length(values)
    return _text(field, [fold(item) for item in values], fold)


def _length(values: list[str]) -> Test:
    if unknown := set(values) - set(LENGTHS):
        raise invalid(f"unknown video_length {', '.join(sorted(unknown))}")
    bounds = [LENGTHS[name] for name in values]

    def fits(video: Video, read: Read) -> bool:
        seconds = read(video, "video_duration")
        return seconds is not None and any(low <= seconds < high for low, high in bounds)

    return fits


def _text(field: str, asked: list[str], fold: Fold) -> Test:
    if field == "hashtag_name":
        return lambda video, read: any(fold(tag) in asked for tag in read(video, "hashtag_names") or ())

    def mentions(video: Video, read: Read) -> bool:
        caption = fold(read(video, "video_description") or "")
        return any(word in caption for word in asked)

    return mentions


def _integers(field: str, values: list[str]) -> list[int]:
    if not all(re.fullmatch(r"-?\d{1,20}", item, re.ASCII) for item in values):
        raise invalid(f"{field} must be a number")
    return [int(item) for item in values]


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
