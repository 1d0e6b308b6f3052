"""How a query is shown in the registry, which has room for a thousand characters."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

LONGEST = 1000
"""Characters in the registry's `query` column."""

_SHOWN = (100, 30, 10, 3, 1)
"""How many values of a condition a summary shows, from generous to brief."""


def query_text(query: Mapping[str, Any]) -> str:
    """TikTok's condition object as compact JSON; if too long, a readable summary and the JSON's SHA-256."""
    written = orjson.dumps(query, option=orjson.OPT_SORT_KEYS)
    if len(written.decode()) <= LONGEST:
        return written.decode()
    ending = f" [sha256 {hashlib.sha256(written).hexdigest()}]"
    room = LONGEST - len(ending)
    summaries = (_summary(query, shown) for shown in _SHOWN)
    fitting = next((summary for summary in summaries if len(summary) <= room), None)
    return (fitting or _summary(query, 1)[: room - 1] + "…") + ending


def _summary(query: Mapping[str, Any], shown: int) -> str:
    return " ".join(f"{clause.upper()} ({'; '.join(_conditions(query[clause], shown))})" for clause in query)


def _conditions(conditions: Any, shown: int) -> Iterator[str]:
    for condition in conditions:
        values = [str(value) for value in condition.get("field_values", ())]
        more = f" and {len(values) - shown} more" if len(values) > shown else ""
        yield f"{condition.get('field_name')} {condition.get('operation')} {', '.join(values[:shown])}{more}"
