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
    retry_after: float = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (f"HTTP {self.status}", self.code, self.message)))


def read(response: requests.Response, key: str, asked: Mapping[str, Any]) -> Answer | Refusal:
    """What came back: an answer with a list of records under `key`, or a refusal.

    `error.code` decides, not the status: TikTok serves complete answers with HTTP 500 and errors with HTTP 200.
    An answer with neither records nor `has_more` is no answer: it must not end a search.
    """
    content = parsed(response.content)
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict) or error.get("code") != "ok":
        return _refusal(response, error if isinstance(error, dict) else {})
    data = content.get("data")
    if not isinstance(data, dict) or not (_list(data, key) or isinstance(data.get("has_more"), bool)):
        return _refusal(response, {**error, "code": "", "message": f"an answer with neither {key} nor has_more"})
    return Answer(
        body=response.content,
        returned=len(_list(data, key)),
        cursor=_next_cursor(data, asked),
        received_at=received_at(response),
        synthetic=SANDBOX_HEADER in response.headers,
    )


def _refusal(response: requests.Response, error: Mapping[str, Any]) -> Refusal:
    asked_for = response.headers.get("Retry-After", "")
    return Refusal(
        status=response.status_code,
        code=str(error.get("code") or ""),
        message=str(error.get("message") or ""),
        log_id=error.get("log_id"),
        received_at=received_at(response),
        body=response.content,
        retry_after=float(asked_for) if asked_for.isdigit() else 0,
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
    return [record for record in _list(parsed(body)["data"], key) if isinstance(record, dict)]


def received_at(response: requests.Response) -> datetime:
    """When TikTok answered, by TikTok's own clock: the clock that its quota day follows."""
    try:
        at = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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
    index = data.get("cursor")
    if isinstance(index, str) and index.isdecimal():
        index = int(index)
    if not isinstance(index, int) or isinstance(index, bool):
        index = asked.get("cursor", 0) + asked["max_count"]
    return Cursor(index, data.get("search_id") or asked.get("search_id"))
