"""The wire: a session that hands each request to a sandbox in this process, and what can go wrong on the way."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from include.sandbox.api import handle
from include.sandbox.exchange import Reply
from include.sandbox.inprocess import build_call
from include.sandbox.sandbox import Sandbox
from tests.worlds.scheduler import Scheduler

URL = "https://open.tiktokapis.example"

#: Replies later than this are not waited for.
TIMEOUT = 120.0


class Body:
    """The bytes of a reply, which may break off."""

    def __init__(self, reply: Reply) -> None:
        self._left = reply.content if reply.drop is None else reply.content[: reply.drop]
        self._breaks = reply.drop is not None

    def read1(self, size: int, **_how: bool) -> bytes:
        some, self._left = self._left[:size], self._left[size:]
        if not some and self._breaks:
            raise ProtocolError("Connection broken")
        return some


@dataclass
class Response:
    """A response as far as the harvest looks at it."""

    status_code: int
    headers: Mapping[str, str]
    raw: Body

    def __enter__(self) -> "Response":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        return None


@dataclass
class Request:
    """What went over the wire, for those who check; `reply` is what the sandbox said, `news` what it would teach."""

    path: str
    fields: str
    body: dict[str, Any]
    reply: Reply | None = None


@dataclass
class Wire:
    """A session of one task. `seconds` draws how long a reply takes; `lost` whether the request never arrives."""

    sandbox: Sandbox
    scheduler: Scheduler
    seconds: Callable[[], float]
    lost: Callable[[], bool]
    before: Callable[[Request], None]
    after: Callable[[Request], None]
    verify: bool = field(default=True)

    def post(self, url: str, **sent: Any) -> Response:
        request = Request(url.removeprefix(URL), (sent.get("params") or {}).get("fields", ""), sent.get("json") or {})
        self.scheduler.point(f"asks {_shown(request)}")
        if self.lost():
            self.scheduler.sleep(10)
            raise requests.ConnectionError("unreachable")
        self.before(request)
        reply = handle(self.sandbox, build_call(request.path, sent.get("params") or {}, *_body(sent)))
        request.reply = reply
        self.after(request)
        self.scheduler.point(f"is answered {_told(reply)}")
        wait = self.seconds() + reply.wait
        self.scheduler.sleep(min(wait, TIMEOUT))
        if reply.wait >= TIMEOUT:
            raise requests.ReadTimeout from ReadTimeoutError(None, url, "late")  # type: ignore[arg-type]
        if reply.drop == 0:
            raise requests.ConnectionError("dropped")
        return Response(reply.status, CaseInsensitiveDict(reply.headers), Body(reply))


def _body(sent: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    headers = dict(sent.get("headers") or {})
    if "data" in sent:
        return {**headers, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(sent["data"])
    return {**headers, "Content-Type": "application/json"}, json.dumps(sent.get("json"))


def _shown(request: Request) -> str:
    body = request.body
    if not body:
        return request.path
    extra = [each for each in body["query"].get("and", []) if each["field_name"] in ("video_length", "create_date")]
    narrow = " ".join("|".join(each["field_values"]) for each in extra)
    search = str(body.get("search_id") or "")[-5:]
    return f"{body['start_date']}-{body['end_date']} cursor={body.get('cursor', 0)} search={search} {narrow}"


def _told(reply: Reply) -> str:
    try:
        data = json.loads(reply.content)["data"]
        return f"{reply.status} {len(data['videos'])} cursor={data['cursor']} more={data['has_more']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"{reply.status} {reply.content[:70]!r}"
