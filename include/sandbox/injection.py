"""What each kind of fault does to a reply."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from include.sandbox import refusals
from include.sandbox.envelopes import failure, gateway_page
from include.sandbox.exchange import JSON, Reply
from include.sandbox.faults import Fault
from include.sandbox.refusals import Refusal

WENT = "Something went wrong. Please try again later."
WRONG = "Something is wrong. Please try again later."

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
    }
)
"""Faults after which the API does nothing at all."""


def instead(fault: Fault, body: Mapping[str, Any], log: str, with_data: bool) -> Reply | None:
    """The reply that takes the place of an answer, or None when the fault only spoils the answer."""
    if fault.kind in INSTEAD:
        reply = INSTEAD[fault.kind]()
    elif fault.kind in REFUSALS:
        reply = failure(REFUSALS[fault.kind](body), log, with_data)
    else:
        return None
    return with_fault(reply, fault)


def with_fault(reply: Reply, fault: Fault) -> Reply:
    """`reply` as the fault leaves it: late, cut short, broken off, with a `Retry-After`."""
    headers = reply.headers if fault.retry_after is None else {**reply.headers, "Retry-After": str(fault.retry_after)}
    spoilt = replace(reply, headers=headers, wait=fault.seconds)
    if fault.kind == "truncated":
        return replace(spoilt, content=reply.content[: max(len(reply.content) * 2 // 5, 1)])
    if fault.kind == "dropped_midway":
        return replace(spoilt, drop=len(reply.content) // 2)
    return spoilt
