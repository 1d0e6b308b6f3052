"""Pages for tests that do without an API."""

import inspect
from datetime import UTC, datetime
from typing import Any

from include.domain.page import Page

QUERY = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
PAGE = {
    "generation": 1,
    "number": 1,
    "run": "manual__1",
    "query_id": "0123456789ab",
    "request": {"query": QUERY, "max_count": 100},
    "fields": ("id",),
    "answer": b"{}",
    "returned": 0,
    "cursor": None,
    "received_at": datetime(2026, 6, 1, 10, tzinfo=UTC),
    "requests": 1,
    "synthetic": True,
}


def page(**changes: Any) -> Page:
    known = inspect.signature(Page).parameters
    return Page(**{name: value for name, value in {**PAGE, **changes}.items() if name in known})
