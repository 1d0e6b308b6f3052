"""Pages for tests that do without an API."""

import json
from datetime import UTC, datetime
from typing import Any

from include.domain.page import Page

QUERY = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
PAGE = {
    "round": 1,
    "slice": 1,
    "number": 1,
    "run": "manual__1",
    "query_id": "0123456789ab",
    "request": {"query": QUERY, "max_count": 100},
    "fields": ("id",),
    "answer": b"{}",
    "received_at": datetime(2026, 6, 1, 10, tzinfo=UTC),
    "requests": 1,
    "synthetic": True,
}


def page(**changes: Any) -> Page:
    return Page(**{**PAGE, **changes})


def body(videos: Any = (), **data: Any) -> bytes:
    """An answer with these videos; None leaves the list out."""
    listed = {} if videos is None else {"videos": list(videos)}
    return json.dumps({"data": {**listed, **data}, "error": {"code": "ok"}}).encode()
