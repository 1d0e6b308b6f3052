"""How the API treats a request: token, scope, limits, faults, endpoint; what it costs, and the line in the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

import orjson

from include.sandbox import envelopes
from include.sandbox.clock import http_date
from include.sandbox.comments import list_comments
from include.sandbox.compliance import create_task, download_task, task_status
from include.sandbox.envelopes import Shape
from include.sandbox.exchange import Answer, Call, Entry, Reply
from include.sandbox.faults import Fault
from include.sandbox.graph import followers, following
from include.sandbox.injection import refusal_of, reply_of, with_fault
from include.sandbox.playlists import playlist_info
from include.sandbox.poison import POISONS
from include.sandbox.refusals import Refusal, not_found, scope_refused
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from include.sandbox.user_videos import liked_videos, pinned_videos, reposted_videos
from include.sandbox.users import user_info
from include.sandbox.videos import Narrowed, query_videos

ENDPOINTS: Mapping[str, Callable[[Sandbox, Call], Answer]] = MappingProxyType(
    {
        "video/query": query_videos,
        "video/comment/list": list_comments,
        "user/info": user_info,
        "user/liked_videos": liked_videos,
        "user/pinned_videos": pinned_videos,
        "user/reposted_videos": reposted_videos,
        "user/followers": followers,
        "user/following": following,
        "playlist/info": playlist_info,
        "validation_task/create": create_task,
        "validation_task_status/get": task_status,
        "validation_task/download": download_task,
    }
)
"""Each endpoint under /v2/research/."""

LEDGER_KEYS = ("start_date", "end_date", "cursor", "search_id", "max_count", "username", "video_id", "comment_id")


@dataclass(frozen=True)
class _Outcome:
    reply: Reply
    code: str
    records: int = 0
    fault: str | None = None


def handle(sandbox: Sandbox, call: Call) -> Reply:
    """Answer one request, charge it and enter it in the ledger. Not for several threads at once."""
    now, number = sandbox.clock.now(), sandbox.next_number()
    log = envelopes.log_id(now, sandbox.settings.seed, number)
    shape = envelopes.shape_of(sandbox.settings, number)
    fault = sandbox.injector.next(call.endpoint, now)
    outcome = _outcome(sandbox, call, log, shape) if fault is None else _faulty(sandbox, call, fault, log, shape)
    client = (
        str((call.body or {}).get("client_key", ""))
        if call.endpoint == "token"
        else sandbox.tokens.owner(call.authorization)
    )
    cost = _cost(sandbox, call, outcome)
    if client and call.endpoint != "token":
        sandbox.quota.charge(client, call.endpoint, now, cost, sandbox.settings)
    asked = {key: call.body[key] for key in LEDGER_KEYS if key in (call.body or {})} if call.body else {}
    reply = outcome.reply
    sandbox.ledger.append(
        Entry(now, call.endpoint, client, reply.status, outcome.code, outcome.fault, *cost, log_id=log, asked=asked)
    )
    date = http_date(now + timedelta(seconds=reply.ahead))
    reply.headers.update({"Date": date, "X-Icandid-Sandbox": str(sandbox.settings.seed)})
    return reply


def _faulty(sandbox: Sandbox, call: Call, fault: Fault, log: str, shape: Shape) -> _Outcome:
    outcome = _replaced(fault, call, log, shape) or _outcome(sandbox, replace(call, fault=fault.kind), log, shape)
    return replace(outcome, reply=with_fault(outcome.reply, fault), fault=fault.kind)


def _replaced(fault: Fault, call: Call, log: str, shape: Shape) -> _Outcome | None:
    """What comes in the place of an answer, or None when the fault only spoils the answer."""
    if refusal := refusal_of(fault, call.body or {}):
        return _Outcome(envelopes.failure(refusal, log, shape), refusal.code)
    if reply := reply_of(fault):
        return _Outcome(reply, "" if reply.drop is None else "dropped")
    return None


def _outcome(sandbox: Sandbox, call: Call, log: str, shape: Shape) -> _Outcome:
    return _token(sandbox, call, log) if call.endpoint == "token" else _ask(sandbox, call, log, shape)


def _token(sandbox: Sandbox, call: Call, log: str) -> _Outcome:
    try:
        granted = sandbox.tokens.grant(call.body or {}, sandbox.clock.now().timestamp(), sandbox.settings)
    except Refusal as refusal:
        return _Outcome(envelopes.oauth_failure(refusal, log), refusal.code)
    return _Outcome(Reply(200, orjson.dumps(granted)), "ok")


def _ask(sandbox: Sandbox, call: Call, log: str, shape: Shape) -> _Outcome:
    settings = sandbox.settings
    try:
        answer = _answer(sandbox, call)
    except Refusal as refusal:
        return _Outcome(_refused(settings, refusal, log, shape), refusal.code)
    except Narrowed as narrowed:
        fault = Fault(kind=narrowed.window.kind)
        outcome = _replaced(fault, call, log, shape) or _Outcome(Reply(500, b"{}"), "")
        return replace(outcome, fault=fault.kind)
    reply = envelopes.success(answer, log, shape, settings)
    if answer.poison:
        reply = replace(reply, content=POISONS[answer.poison](reply.content))
    return _Outcome(reply, "ok", answer.records, answer.poison)


def _answer(sandbox: Sandbox, call: Call) -> Answer:
    settings, now = sandbox.settings, sandbox.clock.now()
    if call.endpoint not in ENDPOINTS:
        raise not_found()
    client = sandbox.tokens.check(call.authorization, now.timestamp())
    if call.endpoint in settings.refused_endpoints:
        raise scope_refused(settings.scope_error)
    sandbox.quota.check(client, call.endpoint, now, settings)
    if call.body is None:
        raise Refusal(400, "invalid_request", "The request body must be a JSON object.")
    answer = ENDPOINTS[call.endpoint](sandbox, call)
    return replace(answer, status=settings.user_status) if call.endpoint.startswith("user/") else answer


def _refused(settings: SandboxSettings, refusal: Refusal, log: str, shape: Shape) -> Reply:
    reply = envelopes.failure(refusal, log, shape)
    if refusal.code == "rate_limit_exceeded" and settings.rate_limit_retry_after is not None:
        reply.headers["Retry-After"] = str(settings.rate_limit_retry_after)
    return reply


def _cost(sandbox: Sandbox, call: Call, outcome: _Outcome) -> tuple[int, int]:
    free = call.endpoint == "token" or (400 <= outcome.reply.status < 500 and not sandbox.settings.errors_cost_requests)
    return int(not free), outcome.records
