"""Reading what TikTok answers, whatever its status line says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from include.domain.page import Cursor

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


@dataclass(frozen=True)
class Refusal:
    """One answer that cannot be used; `code` and `message` are empty where TikTok gave none."""

    status: int
    code: str
    message: str
    log_id: str | None
    received_at: datetime
    body: bytes

    def __str__(self) -> str:
        return " ".join(filter(None, (f"HTTP {self.status}", self.code, self.message)))


def read(response: requests.Response, key: str, asked: Mapping[str, Any]) -> Answer | Refusal:
    """What came back: an answer with a list of records under `key`, or a refusal.

    `error.code` decides, not the status: TikTok serves complete answers with HTTP 500 and errors with HTTP 200.
    """
    content = parsed(response.content)
    error = content.get("error") if isinstance(content, dict) else None
    at = received_at(response)
    if not isinstance(error, dict):
        return Refusal(response.status_code, "", "", None, at, response.content)
    if error.get("code") != "ok":
        code, message = str(error.get("code") or ""), str(error.get("message") or "")
        return Refusal(response.status_code, code, message, error.get("log_id"), at, response.content)
    data = content.get("data") or {}
    return Answer(
        body=response.content,
        returned=len(data.get(key) or []),
        cursor=_next_cursor(data, key, asked),
        received_at=at,
        synthetic=SANDBOX_HEADER in response.headers,
    )


def parsed(body: bytes) -> Any:
    """The JSON value in `body`, or None when there is none.

    orjson refuses half an emoji (a lone surrogate), which captions cut by TikTok contain; `json` reads it.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except ValueError:
            return None


def records_in(body: bytes, key: str) -> list[dict[str, Any]]:
    """The records of a stored answer; empty when TikTok left the list out or sent null."""
    return (parsed(body).get("data") or {}).get(key) or []


def received_at(response: requests.Response) -> datetime:
    """When TikTok answered, by TikTok's own clock: the clock that its quota day follows."""
    return parsedate_to_datetime(response.headers["Date"]) if "Date" in response.headers else datetime.now(UTC)


def _next_cursor(data: Mapping[str, Any], key: str, asked: Mapping[str, Any]) -> Cursor | None:
    """Where the search goes on; None only when TikTok says there is no more.

    An answer with records but without `has_more` counts as "there may be more": one request too many loses nothing.
    The index advances by what was asked, not by what was returned, because removed videos leave gaps.
    """
    if not data.get("has_more", bool(data.get(key))):
        return None
    index = data.get("cursor")
    if index is None:
        index = asked.get("cursor", 0) + asked["max_count"]
    return Cursor(index, data.get("search_id") or asked.get("search_id"))
