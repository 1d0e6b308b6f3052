"""From an HTTP request to a call: for the web application, and for a program that asks a sandbox without a socket.

`handle(sandbox, build_call(path, params, headers, body))` is all it takes; the reply says how long it would have waited
and whether its connection would have broken. With a clock that stands still, the same calls get the same replies.
"""

from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

import orjson

from include.sandbox.api import ENDPOINTS
from include.sandbox.exchange import Call

PATHS = {"/v2/oauth/token/": "token", **{f"/v2/research/{endpoint}/": endpoint for endpoint in ENDPOINTS}}


def build_call(
    path: str, params: Mapping[str, str], headers: Mapping[str, str], body: bytes | str, method: str = "POST"
) -> Call:
    """The call that a request makes: `params` are those of the query string, `body` is as sent, JSON or a form."""
    lower = {name.lower(): text for name, text in headers.items()}
    endpoint = PATHS.get(path, "not_found") if method == "POST" else "not_found"
    content = body.encode() if isinstance(body, str) else body
    parsed = _body(content, lower.get("content-type", ""))
    return Call(endpoint, parsed, params.get("fields", ""), lower.get("authorization", ""))


def _body(content: bytes, kind: str) -> dict[str, Any] | None:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
    if kind.startswith("multipart/form-data"):
        return _parts(content, kind)
    # Any other content type will do: a client sends text/plain with success (tiktok_research_api_helper).
    try:
        found = orjson.loads(content or b"{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _parts(content: bytes, kind: str) -> dict[str, Any]:
    form = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + content)
    parts = form.get_payload()
    return dict(_part(part) for part in parts if isinstance(part, Message)) if isinstance(parts, list) else {}


def _part(part: Message) -> tuple[str, str | bytes]:
    """The name of a form's part, and its text, or the bytes of its file."""
    name, found = str(part.get_param("name", "", "content-disposition")), part.get_payload(decode=True)
    content = found if isinstance(found, bytes) else b""
    return name, content if part.get_filename() is not None else content.decode("utf-8", "replace")
