"""Reading what TikTok answers, whatever its status line says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from include.domain.page import Cursor
from include.tiktok.refusal import Refusal, refusal
from include.tiktok.wire import Reply

LONGEST_INDEX, LONGEST_ID = 18, 200
"""Digits of a cursor and characters of a search id, far beyond what was seen; a request must hold both."""

SANDBOX_HEADER = "X-Icandid-Sandbox"
"""Set by the sandbox on every answer, so that synthetic records are never taken for real ones."""


@dataclass(frozen=True)
class Answer:
    """One good answer: its body as received, how many records it holds, and where to go on (None at the end)."""

    body: bytes
    returned: int
    cursor: Cursor | None
    received_at: datetime
    synthetic: bool


def read(reply: Reply, key: str, asked: Mapping[str, Any]) -> Answer | Refusal:
    """What came back: an answer with a list of records under `key`, or a refusal.

    `error.code` decides, not the status: TikTok serves complete answers with HTTP 500 and errors with HTTP 200.
    An answer with neither records nor `has_more` is no answer: it must not end a search.
    """
    content = parsed(reply.body)
    error = error_in(content)
    if error.get("code") != "ok":
        return refusal(reply, error)
    data = content.get("data")
    if complaint := _complaint(data, key):
        return refusal(reply, {**error, "code": "", "message": complaint})
    return Answer(
        body=reply.body,
        returned=len(_list(data, key)),
        cursor=_next_cursor(data, asked),
        received_at=reply.received_at,
        synthetic=SANDBOX_HEADER in reply.headers,
    )


def _complaint(data: object, key: str) -> str:
    """Why an answer without an error is none all the same."""
    if not isinstance(data, dict) or not (data.get(key) or isinstance(data.get("has_more"), bool)):
        return f"an answer with neither {key} nor has_more"
    return "" if isinstance(data.get(key, []), list | None) else f"an answer whose {key} is no list"


def error_in(content: object) -> Mapping[str, Any]:
    """The error of an answer: an object, or flat as the token endpoint has it; empty where there is none."""
    found = content if isinstance(content, dict) else {}
    error = found.get("error")
    if isinstance(error, str):
        return {"code": error, "message": found.get("error_description"), "log_id": found.get("log_id")}
    return error if isinstance(error, dict) else {}


def parsed(body: bytes) -> Any:
    """The JSON value in `body`, or None when there is none.

    orjson refuses half an emoji (a lone surrogate), which captions cut by TikTok contain; `json` reads it.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return None


def records_in(body: bytes, key: str) -> list[dict[str, Any]]:
    """The records of a stored answer; empty when TikTok left the list out or sent null."""
    return [record for record in _list(parsed(body)["data"], key) if isinstance(record, dict)]


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    return found if isinstance(found, list) else []


def _next_cursor(data: Mapping[str, Any], asked: Mapping[str, Any]) -> Cursor | None:
    """Where the search goes on; None only when TikTok says there is no more.

    An answer with records but without `has_more` counts as "there may be more": one request too many loses nothing.
    The index advances by what was asked, not by what was returned, because removed videos leave gaps.
    """
    if data.get("has_more") is False:
        return None
    index = _index(data.get("cursor"))
    if index is None:
        index = asked.get("cursor", 0) + asked["max_count"]
    return Cursor(index, _search_id(data.get("search_id")) or asked.get("search_id"))


def _index(cursor: object) -> int | None:
    if isinstance(cursor, str) and cursor.isdecimal() and len(cursor) < LONGEST_INDEX:
        cursor = int(cursor)
    if not isinstance(cursor, int) or isinstance(cursor, bool):
        return None
    return cursor if 0 <= cursor < 10**LONGEST_INDEX else None


def _search_id(found: object) -> str:
    """The id as text that a request can carry; empty where there is none."""
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if found else ""
    fits = isinstance(found, str) and len(found) <= LONGEST_ID and found.isascii() and found.isprintable()
    return str(found) if fits else ""
