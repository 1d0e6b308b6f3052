"""Readings: what is kept of an answer. An outline of it for everybody, and what the probe itself needs to go on."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from include.stages.probe.outline import Outline, outline, outline_answer, outline_request, redact
from include.stages.probe.question import COMMENTS, DOWNLOAD, Question
from include.tiktok.answer import GOOD, SANDBOX_HEADER, content_of, error_in
from include.tiktok.entities import VIDEOS
from include.tiktok.parse import parse
from include.tiktok.refusal import refusal
from include.tiktok.regions import REGION_CODES
from include.tiktok.schemas import number
from include.tiktok.verdicts import SCOPE, Remedy, remedy
from include.tiktok.wire import Reply

LISTS = {VIDEOS.path: VIDEOS.lists, COMMENTS: ("comments",)}

#: The time and 20 hex digits, occasionally fewer (contract, 1).
LOG_ID = re.compile(r"[0-9A-Fa-f]{20,40}")

CAPITALS, SMALL, NO_REGION = "capitals", "small letters", "no region"

#: What passes by itself, so that the same question is asked once more.
PASSING = (Remedy.MOMENT, Remedy.SMALLER_WINDOW, Remedy.UNREADABLE, Remedy.RENEW_TOKEN)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Kept):
    """Of one record: its id, when it was made (Unix seconds), and how its region is written."""

    key: int | None = None
    made: int | None = None
    comments: int | None = None
    music: int | None = None
    region: str = ""


class Handles(_Kept):
    """What the probe goes on with. It is stored as long as the probe lasts, and stands in no report."""

    rows: tuple[Row, ...] = ()
    search_id: str = ""
    task_id: str = ""

    @property
    def keys(self) -> list[int]:
        """The ids of the records that have one, in the order in which they came."""
        return [row.key for row in self.rows if row.key is not None]


class Reading(_Kept):
    """One answer. `status` is None where nothing came, `answered` tells a good answer from a refusal.

    `helps` is what our table of refusals makes of it. `index` and `size` are the place and the size of the page that
    was asked for.
    """

    question: str
    path: str
    asked: Outline
    at: datetime
    status: int | None = None
    answered: bool = False
    code: str = ""
    text: str = ""
    log_id: str = ""
    helps: str = ""
    index: int = 0
    size: int = 0
    returned: int = 0
    cursor: int | None = None
    more: bool | None = None
    body: Outline = None
    synthetic: bool = False
    handles: Handles = Handles()

    @property
    def passes(self) -> bool:
        """Whether the same question may be answered in a moment."""
        return self.status is None or (not self.answered and self.helps in PASSING)

    @property
    def is_out_of_scope(self) -> bool:
        return self.code in SCOPE

    @property
    def refusal(self) -> str:
        """The refusal in TikTok's words."""
        return " ".join(filter(None, (f"HTTP {self.status}" if self.status else "no answer", self.code, self.text)))

    @property
    def data(self) -> dict[str, Outline]:
        """The outline of the answer's data."""
        found = self.body.get("data") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def records(self) -> list[dict[str, Outline]]:
        """The outlines of the records in its list."""
        found = next((self.data[name] for name in LISTS.get(self.path, ()) if name in self.data), None)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def read(question: Question, reply: Reply, words: Iterable[str]) -> Reading:
    """What is kept of a reply; `words` are those that no text may quote."""
    found = parse(reply.body).value
    refused = refusal(reply, error_in(found))
    data = found.get("data") if isinstance(found, dict) else None
    lines = _lines(reply) if question.path == DOWNLOAD and not isinstance(found, dict) else None
    answered = refused.code.lower() in GOOD and (bool(data) or lines is not None)
    helps = "" if answered else str(remedy(reply.status, refused.code, refused.message) or "not in our table")
    return Reading(
        **_question(question, reply.received_at),
        **(_content(question.path, reply.body) if lines is None else _ids(lines)),
        status=reply.status,
        answered=answered,
        code=redact(refused.code, words),
        text=redact(refused.message, words),
        log_id=refused.log_id if LOG_ID.fullmatch(refused.log_id or "") else "",
        helps=helps,
        body=outline_answer(found, words) if lines is None else outline(lines),
        synthetic=SANDBOX_HEADER in reply.headers,
    )


def no_answer(question: Question, at: datetime) -> Reading:
    """The reading of a question that nothing came to."""
    return Reading(**_question(question, at))


def author_in(body: bytes) -> str:
    """The name of the first author on a page of videos; it is stored nowhere."""
    content = content_of(body, VIDEOS.lists)
    names = (each.get("username") for each in content.records) if content else ()
    return next((name for name in names if isinstance(name, str) and name.isprintable() and name), "")


def _question(question: Question, at: datetime) -> dict[str, Any]:
    asked = outline_request(question.body) | ({"fields": ",".join(question.fields)} if question.fields else {})
    index, size = (int(question.body.get(name) or 0) for name in ("cursor", "max_count"))
    return {"question": question.name, "path": question.path, "asked": asked, "at": at, "index": index, "size": size}


def _content(path: str, body: bytes) -> dict[str, Any]:
    content = content_of(body, LISTS.get(path, ()))
    if content is None:
        return {}
    rows = tuple(map(_row, content.records))
    handles = Handles(rows=rows, search_id=content.search_id, task_id=_task_id(body))
    return {"returned": content.returned, "cursor": content.index, "more": content.more, "handles": handles}


def _task_id(body: bytes) -> str:
    """The id of a compliance job: a number that may exceed 64 bits (contract, 3.11)."""
    found = parse(body).value["data"].get("task_id")
    return str(found) if isinstance(found, int | str) else ""


def _row(record: dict[str, Any]) -> Row:
    key, music = VIDEOS.identify(record), number(record.get("music_id"))
    made, comments = number(record.get("create_time")), number(record.get("comment_count"))
    return Row(key=key, made=made, comments=comments, music=music and music >> 8 & 0xF, region=_region(record))


def _region(record: dict[str, Any]) -> str:
    code = record.get("region_code")
    if code is None:
        return ""
    if not isinstance(code, str) or code.upper() not in REGION_CODES:
        return NO_REGION
    return CAPITALS if code.isupper() else SMALL


def _lines(reply: Reply) -> list[str] | None:
    """The lines of a file with ids; None where it is something else."""
    try:
        lines = reply.body.decode("ascii").split()
    except UnicodeDecodeError:
        return None
    return lines if reply.status == 200 and all(map(str.isdigit, lines)) else None


def _ids(lines: list[str]) -> dict[str, Any]:
    rows = tuple(Row(key=number(line)) for line in lines)
    return {"returned": len(lines), "handles": Handles(rows=rows)}
