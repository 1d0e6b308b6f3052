"""What each kind of fault does to a reply. What the faults of a page do stands in `pages`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from include.sandbox import refusals
from include.sandbox.envelopes import gateway_page
from include.sandbox.exchange import JSON, Reply
from include.sandbox.faults import Fault
from include.sandbox.poison import POISONS
from include.sandbox.refusals import Refusal

WENT = "Something went wrong. Please try again later."
WRONG = "Something is wrong. Please try again later."
YEAR = 365 * 24 * 3600.0

REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], Refusal]] = MappingProxyType(
    {
        "rate_limit": lambda _: refusals.rate_limit(),
        "daily_quota": lambda _: refusals.daily_quota(),
        "internal_error": lambda _: refusals.internal(500, WRONG),
        "internal_error_went": lambda _: refusals.internal(500, WENT),
        "internal_error_server": lambda _: refusals.internal(500, "Server Internal Error"),
        "bad_request_wrong": lambda _: refusals.internal(400, WRONG),
        "bad_request_went": lambda _: refusals.internal(400, WENT),
        "timeout": lambda _: refusals.timeout(),
        "error_in_200": lambda _: refusals.internal(200, WRONG),
        "token_invalid": lambda _: refusals.token_invalid(),
        "scope_refused": lambda _: refusals.scope_refused(),
        "search_rejected": lambda body: refusals.search_rejected(str(body.get("search_id", 0))),
        "cursor_rejected": lambda _: refusals.cursor_rejected(),
    }
)
"""Faults that are errors of the API itself."""

INSTEAD: Mapping[str, Callable[[], Reply]] = MappingProxyType(
    {
        "empty_object": lambda: Reply(500, b"{}"),
        "html_502": lambda: gateway_page(502),
        "html_503": lambda: gateway_page(503),
        "html_504": lambda: gateway_page(504),
        "empty_body": lambda: Reply(200, b"", JSON),
        "dropped": lambda: Reply(200, b"", drop=0),
        "redirect_302": lambda: Reply(302, b"", "text/html", {"Location": "https://login.example/signin"}),
        "unauthorized_401": lambda: Reply(401, b"", "text/plain"),
        "forbidden_403": lambda: gateway_page(403),
        "not_found_404": lambda: gateway_page(404),
        "teapot_418": lambda: Reply(418, b"", "text/plain"),
    }
)
"""Faults after which the API does nothing at all."""


def refusal_of(fault: Fault, body: Mapping[str, Any]) -> Refusal | None:
    """The error of the API that takes the place of an answer, if the fault is one."""
    return REFUSALS[fault.kind](body) if fault.kind in REFUSALS else None


def reply_of(fault: Fault) -> Reply | None:
    """The reply of something in front of the API, if the fault is that the request never gets there."""
    return INSTEAD[fault.kind]() if fault.kind in INSTEAD else None


def with_fault(reply: Reply, fault: Fault) -> Reply:
    """`reply` as the fault leaves it: late, unreadable, broken off, with a `Retry-After` or a wrong date."""
    headers = dict(reply.headers)
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    late = replace(reply, headers=headers, wait=fault.wait)
    if fault.kind in POISONS:
        return replace(late, content=POISONS[fault.kind](reply.content))
    if fault.kind == "wrong_date":
        return replace(late, ahead=fault.seconds or YEAR)
    if fault.kind == "dropped_midway":
        return replace(late, drop=len(reply.content) // 2)
    return late
