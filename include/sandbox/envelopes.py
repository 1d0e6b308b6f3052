"""How an answer or an error is wrapped before it goes over the wire."""

from datetime import datetime
from typing import Any

import orjson

from include.sandbox.exchange import Answer, Reply
from include.sandbox.noise import noise
from include.sandbox.refusals import Refusal


def log_id(now: datetime, seed: int, number: int) -> str:
    """UTC time and 20 hex digits, as in every recorded answer."""
    digits = f"{noise(seed, 3_000_000 + number):016X}{noise(seed, 4_000_000 + number) & 0xFFFF:04X}"
    return f"{now:%Y%m%d%H%M%S}{digits}"


def success(answer: Answer, log: str, error_first: bool) -> Reply:
    """`data` and `error` in either order: both occur."""
    if answer.text is not None:
        return Reply(answer.status, answer.text.encode(), "text/plain; charset=utf-8")
    error: dict[str, Any] = {"code": "ok", "message": answer.message, "log_id": log}
    if answer.batch:
        error = {"code": "ok", "http_status_code": 200, "log_id": log, "message": "ok."}
    parts = {"error": error, "data": answer.data} if error_first else {"data": answer.data, "error": error}
    return Reply(answer.status, orjson.dumps(parts))


def failure(refusal: Refusal, log: str, with_data: bool) -> Reply:
    """The error object; `data` is `{}` (documented) or missing (tiktok_research_api_helper #89)."""
    error = {"code": refusal.code, "message": refusal.message, "log_id": log}
    return Reply(refusal.status, orjson.dumps({"data": {}, "error": error} if with_data else {"error": error}))


def oauth_failure(refusal: Refusal, log: str) -> Reply:
    """The token endpoint's error is flat, not the API's error object (TikTok docs)."""
    flat = {"error": refusal.code, "error_description": refusal.message, "log_id": log}
    return Reply(refusal.status, orjson.dumps(flat))


def gateway_page(status: int) -> Reply:
    """What a gateway in front of the API says, in HTML."""
    title = {502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out"}[status]
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Reply(status, page.encode(), "text/html")
