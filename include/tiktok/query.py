"""TikTok's query language: from the lists of a research project to a query, and what TikTok would refuse.

Source: TikTok docs, `research-api-specs-query-videos`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from include.domain.errors import ProjectInvalid
from include.domain.project import ResearchProject
from include.domain.slice import Narrowing
from include.tiktok.fields import KINDS, SPELLINGS
from include.tiktok.regions import REGION_CODES

ORDERED = ("EQ", "IN", "GT", "GTE", "LT", "LTE")
MEMBERSHIP = ("EQ", "IN")
OPERATIONS = {
    "create_date": ORDERED,
    "username": MEMBERSHIP,
    "region_code": MEMBERSHIP,
    "video_id": MEMBERSHIP,
    "hashtag_name": MEMBERSHIP,
    "keyword": MEMBERSHIP,
    "music_id": MEMBERSHIP,
    "effect_id": MEMBERSHIP,
    "video_length": MEMBERSHIP,
    "view_count": ORDERED,
    "comment_count": ORDERED,
}
NUMBERS = ("view_count", "comment_count", "video_id", "music_id")
VIDEO_LENGTHS = ("SHORT", "MID", "LONG", "EXTRA_LONG")
#: Values of one IN condition that clients in production ask (recorded behaviour, 12).
IN_A_CONDITION = 50
QUOTED = ("create_date", "region_code", "video_length", "view_count", "comment_count")
"""Fields whose wrong values a message quotes. Others may name a person, and messages reach the logs of tasks."""


def query_of(project: ResearchProject) -> dict[str, Any]:
    """The query a project asks: its raw query as written, or its lists as one condition each.

    Lists become `(username IN accounts OR hashtag_name IN hashtags OR keyword IN keywords) AND region_code IN regions`.

    Raises:
        ProjectInvalid: TikTok would refuse the query; the message names the condition and the remedy.
    """
    query = project.query if project.query is not None else _from_lists(project)
    complaints = [*_complaints(query), *(each for canary in project.canary_queries for each in _complaints(canary))]
    if complaints:
        raise ProjectInvalid(f"Research project {project.project_id}: query: {'; '.join(complaints)}.")
    return query


def query_id(query: Mapping[str, Any]) -> str:
    """Twelve hex digits that tell one query from another, whatever the order of its keys."""
    return hashlib.sha256(orjson.dumps(query, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def regions_of(query: Mapping[str, Any]) -> tuple[str, ...]:
    """The regions that every hit must be of, where the query names them in its `and` list."""
    for condition in query.get("and", []):
        if condition["field_name"] == "region_code":
            return tuple(condition["field_values"])
    return ()


def open_lengths(query: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes of video_length by which the query can be cut: all, unless it says something of them itself."""
    conditions = [condition for clause in query.values() for condition in clause]
    said = any(condition["field_name"] == "video_length" for condition in conditions)
    return () if said else VIDEO_LENGTHS


def narrowed(query: Mapping[str, Any], narrowing: Narrowing) -> dict[str, Any]:
    """The query with further conditions that every hit must meet; its own conditions all stay."""
    more = [_condition(name, values, "EQ" if len(values) == 1 else "IN") for name, values in narrowing.items()]
    return {**query, "and": [*query.get("and", []), *more]} if more else dict(query)


def accounts_of(query: Mapping[str, Any]) -> frozenset[str]:
    """The names by one of which every hit must be, in lower case; empty where the query does not tie hits to names."""
    every = [each for each in query.get("and", []) if each["field_name"] == "username"]
    either = query.get("or", [])
    if not every and either and all(each["field_name"] == "username" for each in either):
        every = either
    return frozenset(value.casefold() for each in every for value in each["field_values"])


def finds_by_text(query: Mapping[str, Any]) -> bool:
    """Whether hits depend on captions: TikTok has answered such queries with nothing, silently (since 2026-03-09)."""
    conditions = [condition for clause in query.values() for condition in clause]
    return any(condition["field_name"] in ("keyword", "hashtag_name") for condition in conditions)


def fields_of(project: ResearchProject) -> tuple[str, ...]:
    """The fields a project asks for: its own list, or the newest complete one.

    Raises:
        ProjectInvalid: TikTok would refuse a field, or `id`, which tells records apart, is missing.
    """
    fields = project.fields or tuple(KINDS)
    unknown = [name for name in fields if name not in KINDS and name not in SPELLINGS.values()]
    if unknown:
        raise ProjectInvalid(
            f"Research project {project.project_id}: fields: {', '.join(unknown)} unknown to TikTok; "
            f"use {', '.join(KINDS)}."
        )
    if "id" not in fields:
        raise ProjectInvalid(f"Research project {project.project_id}: fields: add id, which tells records apart.")
    return fields


def _from_lists(project: ResearchProject) -> dict[str, Any]:
    either = {"username": project.accounts, "hashtag_name": project.hashtags, "keyword": project.keywords}
    query = {
        "and": [_condition("region_code", project.region_codes)] if project.region_codes else [],
        "or": [_condition(name, some) for name, values in either.items() for some in _in_parts(values)],
    }
    return {clause: conditions for clause, conditions in query.items() if conditions}


def _in_parts(values: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (values[first : first + IN_A_CONDITION] for first in range(0, len(values), IN_A_CONDITION))


def _condition(field_name: str, values: tuple[str, ...], operation: str = "IN") -> dict[str, Any]:
    return {"operation": operation, "field_name": field_name, "field_values": list(values)}


def _complaints(query: Mapping[str, Any]) -> Iterator[str]:
    if query.keys() - {"and", "or", "not"}:
        yield "it has another clause than and, or, not"
    if not any(query.get(clause) for clause in ("and", "or", "not")):
        yield "it has no condition, fill and, or, not"
    for clause in ("and", "or", "not"):
        conditions = query.get(clause, [])
        if not isinstance(conditions, list):
            yield f"{clause} must be a list of conditions"
            continue
        for number, condition in enumerate(conditions):
            for complaint in _condition_complaints(condition):
                yield f"{clause}[{number}]: {complaint}"


def _condition_complaints(condition: Any) -> Iterator[str]:
    if not isinstance(condition, dict) or condition.keys() != {"operation", "field_name", "field_values"}:
        yield "a condition must have exactly operation, field_name and field_values"
        return
    operation, name, values = condition["operation"], condition["field_name"], condition["field_values"]
    allowed = OPERATIONS.get(name) if isinstance(name, str) else None
    if allowed is None:
        yield f"field_name is unknown, use one of {', '.join(OPERATIONS)}"
        return
    if operation not in allowed:
        said = f" {operation!r}" if operation in ORDERED else ""
        yield f"operation{said} does not go with {name}, use one of {', '.join(allowed)}"
    if not isinstance(values, list) or not values or not all(isinstance(value, str) and value for value in values):
        yield f"{name}: field_values must be a list of non-empty texts"
        return
    if operation != "IN" and len(values) > 1:
        yield f"{name}: the operation takes one value, got {len(values)}; use IN for a list"
    for number, value in enumerate(values):
        for complaint in _value_complaints(name, value):
            yield f"{name}: field_values[{number}]: {repr(value) if name in QUOTED else 'it'} {complaint}"


def _value_complaints(name: str, value: str) -> Iterator[str]:
    if name == "region_code" and value not in REGION_CODES:
        yield "is not a region of TikTok; use two capital letters such as BE"
    if name == "video_length" and value not in VIDEO_LENGTHS:
        yield f"is unknown, use one of {', '.join(VIDEO_LENGTHS)}"
    if name == "create_date" and not _is_day(value):
        yield "must be a day as yyyymmdd"
    if name in NUMBERS and not re.fullmatch(r"\d{1,20}", value, re.ASCII):
        yield "must be a number, in digits"
    if name in ("username", "hashtag_name") and value[0] in "@#":
        yield f"begins with {value[0]!r}, leave that out"


def _is_day(value: str) -> bool:
    """Whether TikTok can read this as a day; `strptime` alone takes `2026131` too."""
    try:
        return len(value) == 8 and value.isascii() and f"{datetime.strptime(value, '%Y%m%d'):%Y%m%d}" == value  # noqa: DTZ007
    except ValueError:
        return False
