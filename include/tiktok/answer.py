"""Reading what TikTok answers, whatever its status line says; bounded in time and size."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError

from include.domain.errors import SettingInvalid
from include.domain.page import Cursor
from include.tiktok import clock
from include.tiktok.verdicts import REDIRECTS

TIMEOUT = (10, 120)
"""Seconds to connect, and to wait for the next bytes."""

SECONDS = 120
"""Seconds after which no more bytes of an answer are waited for, however steadily they come."""

LARGEST = 64 * 2**20
"""Bytes of the largest answer; a page of 100 videos has some 200,000."""

CHUNK = 2**16
DAY = 24 * 60 * 60.0

LONGEST_INDEX, LONGEST_ID = 18, 200
"""Digits of a cursor and characters of a search id, far beyond what was seen; a request must hold both."""

SANDBOX_HEADER = "X-Icandid-Sandbox"
"""Set by the sandbox on every answer, so that synthetic records are never taken for real ones."""


class TooSlow(requests.Timeout):
    """An answer that did not end in time."""


class TooLarge(requests.RequestException):
    """An answer larger than a page can be."""


@dataclass(frozen=True)
class Reply:
    """What came over the wire, and when by TikTok's clock."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


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


def post(session: requests.Session, base_url: str, path: str, **sent: Any) -> Reply:
    """What the host of `base_url` replies; a redirect is not followed, as it would take the credentials elsewhere.

    Raises:
        requests.RequestException: nothing came, or not all of it, or too late, or too much.
    """
    ends = monotonic() + SECONDS
    url = base_url + path
    with session.post(url, stream=True, allow_redirects=False, timeout=TIMEOUT, **sent) as response:
        at = clock.received(base_url, response.headers.get("Date", ""))
        return Reply(response.status_code, response.headers, _body(response.raw, ends), at)


def _body(wire: BaseHTTPResponse, ends: float) -> bytes:
    """What comes until `ends`; requests itself would wait for ever for an answer that drips."""
    body = bytearray()
    try:
        while chunk := wire.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > LARGEST:
                raise TooLarge
            if monotonic() > ends:
                raise TooSlow
    except ReadTimeoutError as error:
        raise requests.ReadTimeout from error
    except HTTPError as error:
        raise requests.ConnectionError from error
    return bytes(body)


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


def refusal(reply: Reply, error: Mapping[str, Any]) -> Refusal:
    """What TikTok says in `error`, its `code`, `message` and `log_id`."""
    return Refusal(
        status=reply.status,
        code=_said(error.get("code"), 100),
        message=_elsewhere(reply) or _said(error.get("message"), 500),
        log_id=_said(error.get("log_id"), 100) or None,
        received_at=reply.received_at,
        body=reply.body,
        retry_after=_pause(reply),
    )


def _said(value: object, most: int) -> str:
    """A text for logs, manifests and databases: one line, no NUL, no half emoji."""
    return "".join(each if each.isprintable() else " " for each in str(value or "")[:most])


def _pause(reply: Reply) -> float:
    """Seconds to wait, which a server tells as such or as a date (RFC 9110, 10.2.3); at most a day."""
    said = reply.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), DAY)
    until = clock.http_date(said)
    return min(max((until - reply.received_at).total_seconds(), 0), DAY) if until else 0


def _elsewhere(reply: Reply) -> str:
    """Where a redirect leads: the host alone, as the rest may hold secrets."""
    if reply.status not in REDIRECTS:
        return ""
    return f"to {_host(reply.headers.get('Location', '')) or 'another path'}"


def _host(url: str) -> str:
    try:
        return _said(urlsplit(url).hostname, 100)
    except ValueError:
        return ""


def redirected(base_url: str, refused: Refusal) -> SettingInvalid:
    """What a person reads when the host that credentials were sent to redirects."""
    return SettingInvalid(
        f"The host of the connection, {_host(base_url)}, redirects: {refused} (log_id={refused.log_id}). "
        "Nothing was sent there. Correct the host of the project's connection."
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
