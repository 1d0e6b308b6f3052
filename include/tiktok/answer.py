"""Reading what TikTok answers, whatever its status line says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.tiktok.entities import Entity
from include.tiktok.parse import parse
from include.tiktok.refusal import Refusal, one_line, refusal
from include.tiktok.wire import Reply

#: Digits of a cursor and characters of a search id, far beyond what was seen; a request must hold both.
LONGEST_INDEX, LONGEST_ID = 18, 200

#: Set by the sandbox on every answer, so that synthetic records are never taken for real ones.
SANDBOX_HEADER = "X-Icandid-Sandbox"

#: The codes of an answer without an error, in lower case; user endpoints and playlists leave `error` out altogether.
GOOD = ("ok", "0", "", "success")

#: How `has_more` has been written.
YES, NO = ("true", "1"), ("false", "0")


@dataclass(frozen=True)
class Content:
    """What the body of a good answer says; the same for a live answer and for a stored page.

    `records` are the members of its list that are objects, `returned` counts all of them. `more` is TikTok's
    `has_more`, None where it does not say; `index` its cursor, None where that is no index; `search_id` is empty where
    there is none. `leniency` names what had to be changed so that the body could be read.
    """

    records: list[dict[str, Any]]
    returned: int
    more: bool | None
    index: int | None
    search_id: str
    leniency: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One good answer: its body as received, and what it says."""

    body: bytes
    content: Content
    received_at: datetime
    synthetic: bool


def read(reply: Reply, entity: Entity) -> Answer | Refusal:
    """What came back: an answer, or a refusal.

    The body decides and not the status: TikTok serves complete answers with HTTP 500 and errors with HTTP 200. A body
    is an answer when its error is none, and when it has a list of records or says whether there is more.
    """
    found = parse(reply.body)
    error, data = error_in(found.value), _data_in(found.value)
    code, text = one_line(error.get("code"), 100).lower(), one_line(error.get("message") or error.get("msg"), 500)
    if code not in GOOD:
        return refusal(reply, error)
    content = None if data is None else _content(data, entity.lists, found.leniency)
    complaint = _problem_of(reply.body, found.problem) or _complaint(data, entity.lists)
    if content is None or complaint:
        broken = bool(found.problem) and reply.body.lstrip().startswith(b"{")
        return refusal(reply, {**error, "code": "", "message": text or complaint}, broken=broken)
    if text and not code and not content.returned:
        return refusal(reply, error)  # a fault that lacks its code must not pass for an empty page
    return Answer(reply.body, content, reply.received_at, SANDBOX_HEADER in reply.headers)


def content_of(body: bytes, lists: tuple[str, ...]) -> Content | None:
    """What a body says; None when it cannot be read, or has no data, or holds its records in another shape than a list.

    `lists` are the names under which the records may stand.
    """
    found = parse(body)
    data = _data_in(found.value)
    return None if data is None or _is_shapeless(data, lists) else _content(data, lists, found.leniency)


def error_in(found: object) -> Mapping[str, Any]:
    """The error of an answer: an object, or flat as the token endpoint has it; empty where there is none."""
    body = found if isinstance(found, dict) else {}
    error = body.get("error")
    if isinstance(error, dict):
        return error
    if error:
        return {"code": error, "message": body.get("error_description"), "log_id": body.get("log_id")}
    return {} if isinstance(body.get("data"), dict) else body


def _data_in(found: object) -> Mapping[str, Any] | None:
    data = found.get("data") if isinstance(found, dict) else None
    return data if isinstance(data, dict) else None


def _problem_of(body: bytes, problem: str) -> str:
    """Why a body is no JSON, in words that quote nothing of it."""
    if not problem:
        return ""
    text = body.lstrip()
    if text.startswith(b"<"):
        problem = "HTML or XML"
    return f"{len(body):,} bytes that cannot be read: {problem if text else 'nothing'}"


def _complaint(data: Mapping[str, Any] | None, lists: tuple[str, ...]) -> str:
    """Why an answer without an error is none all the same."""
    names = " or ".join(lists)
    if data is not None and _is_shapeless(data, lists):
        return f"an answer whose {names} is no list"
    if data is None or (_list_in(data, lists) is None and _more(data.get("has_more")) is None):
        return f"an answer with neither {names} nor has_more"
    return ""


def _list_in(data: Mapping[str, Any], lists: tuple[str, ...]) -> list[Any] | None:
    return next((data[name] for name in lists if isinstance(data.get(name), list)), None)


def _is_shapeless(data: Mapping[str, Any], lists: tuple[str, ...]) -> bool:
    return _list_in(data, lists) is None and any(data.get(name) is not None for name in lists)


def _content(data: Mapping[str, Any], lists: tuple[str, ...], leniency: tuple[str, ...]) -> Content:
    members = _list_in(data, lists) or []
    return Content(
        records=[each for each in members if isinstance(each, dict)],
        returned=len(members),
        more=_more(data.get("has_more")),
        index=_index(data.get("cursor")),
        search_id=_search_id(data.get("search_id")),
        leniency=leniency,
    )


def _more(found: object) -> bool | None:
    text = str(found).strip().lower() if isinstance(found, bool | int | str) else ""
    return True if text in YES else False if text in NO else None


def _index(cursor: object) -> int | None:
    if isinstance(cursor, str) and cursor.isdecimal() and len(cursor) < LONGEST_INDEX:
        cursor = int(cursor)
    if isinstance(cursor, float) and cursor.is_integer():
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
