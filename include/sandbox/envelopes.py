"""How an answer or an error is wrapped before it goes over the wire."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from include.sandbox.exchange import Answer, Reply
from include.sandbox.noise import noise, pick, share
from include.sandbox.refusals import DECISIVE_CODES, Refusal
from include.sandbox.settings import SandboxSettings

CODES: dict[str, str | int] = {"ok": "ok", "OK": "OK", "0": 0}
HAS_MORE: dict[str, dict[bool, str | int]] = {"text": {True: "true", False: "false"}, "number": {True: 1, False: 0}}


@dataclass(frozen=True)
class Shape:
    """Which of its recorded shapes an envelope takes: one of two orders, the key of the text, and what an error lacks.

    `flaw` is a member of an error and what stands in its place; a member without a value is missing.
    """

    error_first: bool = False
    text_key: str = "message"
    flaw: tuple[str, dict[str, str | None]] | None = None


def shape_of(settings: SandboxSettings, number: int) -> Shape:
    """The shape of the answer to the request with this number."""
    if not settings.vary_shapes:
        return Shape()
    key = noise(settings.seed, 5_000_000 + number)
    text_key = "msg" if noise(key, 1) % 3 == 0 else "message"
    if share(key, 2) >= settings.sparse_errors:
        return Shape(number % 2 == 0, text_key)
    member = pick(key, 3, ("code", text_key, "log_id"))
    return Shape(number % 2 == 0, text_key, (member, pick(key, 4, ({}, {member: ""}, {member: None}))))


def log_id(now: datetime, seed: int, number: int) -> str:
    """UTC time and 20 hex digits, as in every recorded answer."""
    digits = f"{noise(seed, 3_000_000 + number):016X}{noise(seed, 4_000_000 + number) & 0xFFFF:04X}"
    return f"{now:%Y%m%d%H%M%S}{digits}"


def success(answer: Answer, log: str, shape: Shape, settings: SandboxSettings) -> Reply:
    """`data` and `error` in either order: both occur. Under HTTP 500, `data` alone (recorded)."""
    if answer.text is not None:
        return Reply(answer.status, answer.text.encode(), "text/plain; charset=utf-8")
    data = _has_more_as(answer.data, settings.has_more_as)
    if answer.status == 500 or settings.error_member == "missing":
        return Reply(answer.status, orjson.dumps({"data": data}))
    error: dict[str, Any] = {"code": CODES[settings.error_member], "message": answer.message, "log_id": log}
    if answer.batch:
        error |= {"http_status_code": 200, "message": "ok."}
    parts = {"error": error, "data": data} if shape.error_first else {"data": data, "error": error}
    return Reply(answer.status, orjson.dumps(parts))


def failure(refusal: Refusal, log: str, shape: Shape) -> Reply:
    """The error object; `data` is `{}` (documented) or missing (tiktok_research_api_helper #89)."""
    if refusal.wrapping == "as_recorded":
        error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
        return Reply(refusal.status, orjson.dumps({"data": {}, "error": error}))
    error = {"code": refusal.code, shape.text_key: refusal.message, "log_id": log}
    if shape.flaw and (shape.flaw[0] != "code" or refusal.code not in DECISIVE_CODES):
        member, instead = shape.flaw
        error = {key: text for key, text in error.items() if key != member} | instead
    bare = shape.error_first or refusal.wrapping == "without_data"
    return Reply(refusal.status, orjson.dumps({"error": error} if bare else {"data": {}, "error": error}))


def oauth_failure(refusal: Refusal, log: str) -> Reply:
    """The token endpoint's error is flat, not the API's error object (TikTok docs)."""
    flat = {"error": refusal.code, "error_description": refusal.message, "log_id": log}
    return Reply(refusal.status, orjson.dumps(flat))


TITLES = {
    403: "403 Forbidden",
    404: "404 Not Found",
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}


def gateway_page(status: int) -> Reply:
    """What a gateway in front of the API says, in HTML."""
    title = TITLES[status]
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Reply(status, page.encode(), "text/html")


def _has_more_as(data: dict[str, Any] | None, spelling: str) -> dict[str, Any] | None:
    if spelling == "bool" or data is None or "has_more" not in data:
        return data
    return {**data, "has_more": HAS_MORE[spelling][data["has_more"]]}
