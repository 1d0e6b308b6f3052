"""`/_admin`: the clock, the corpus, the switches, the faults and the ledger of a running sandbox, as JSON."""

import json
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError, validate_call

from include.sandbox.query import parse_day
from include.sandbox.refusals import Refusal
from include.sandbox.sandbox import Sandbox

VERBS = (
    "delete_video",
    "restore_video",
    "make_private",
    "make_public",
    "refuse_user",
    "set_counts",
    "delete_comment",
    "close_comments",
    "remove_comments",
    "plant_video",
    "plant_user",
    "plant_comments",
    "plant_playlist",
    "expire_tokens",
    "switch",
    "fault",
    "script",
    "no_faults",
    "forget_ledger",
    "reset",
)
"""Methods of `Sandbox` that can be called as `POST /_admin/<verb>`, their arguments in a JSON object."""


def _from_this_machine(request: Request) -> None:
    """The admin stays on this machine, also where the sandbox was told to listen to others."""
    if request.client is None or not ip_address(request.client.host).is_loopback:
        raise HTTPException(403, "/_admin answers only on the machine that runs the sandbox.")


def admin_routes(sandbox: Sandbox) -> APIRouter:
    """The routes under /_admin, for callers on the same machine; they cost no quota and stand in no ledger."""
    router = APIRouter(prefix="/_admin", dependencies=[Depends(_from_this_machine)])
    readings: dict[str, Callable[[], Any]] = {
        "": lambda: _overview(sandbox),
        "/clock": lambda: _clock(sandbox),
        "/settings": lambda: sandbox.settings.model_dump(mode="json"),
        "/faults": lambda: [fault.model_dump() for fault in sandbox.injector.faults],
        "/ledger": lambda: sandbox.ledger,
    }
    actions: dict[str, Callable[..., Any]] = {
        "/clock": lambda **change: _move_clock(sandbox, **change),
        "/search": lambda **asked: _search(sandbox, **asked),
        **{f"/{verb}": getattr(sandbox, verb) for verb in VERBS},
    }
    for path, read in readings.items():
        router.add_api_route(path, _reader(read), methods=["GET"], response_model=None)
    for path, act in actions.items():
        router.add_api_route(path, _actor(act), methods=["POST"], response_model=None)
    return router


def _reader(read: Callable[[], Any]) -> Callable[[], Any]:
    async def serve() -> Response:
        return _json(read())

    return serve


def _actor(act: Callable[..., Any]) -> Callable[[Request], Any]:
    checked = validate_call(act)

    async def serve(request: Request) -> Response:
        try:
            arguments = json.loads(await request.body() or b"{}")
            if not isinstance(arguments, dict):
                return _json({"error": "the body must be a JSON object with the arguments"}, 400)
            return _json(checked(**arguments))
        except (ValueError, TypeError) as error:
            return _json({"error": _complaint(error)}, 400)
        except Refusal as refusal:
            return _json({"error": refusal.message}, 400)

    return serve


def _complaint(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return str(error)


def _json(found: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(found, default=_plain), status, media_type="application/json")


def _plain(found: Any) -> Any:
    return found.model_dump(mode="json") if isinstance(found, BaseModel) else repr(found)


def _overview(sandbox: Sandbox) -> dict[str, Any]:
    requests, records = sandbox.used()
    return {
        "sandbox": "synthetic data only",
        "seed": sandbox.settings.seed,
        "now": sandbox.clock.now(),
        "requests_used_today": requests,
        "records_used_today": records,
        "videos_in_memory": sandbox.corpus.days.kept,
        "entries_in_ledger": len(sandbox.ledger),
        "post": [f"/_admin/{verb}" for verb in ("clock", "search", *VERBS)],
    }


def _clock(sandbox: Sandbox) -> dict[str, Any]:
    return {"now": sandbox.clock.now(), "runs": sandbox.clock.runs}


@validate_call(config=ConfigDict(arbitrary_types_allowed=True))
def _move_clock(
    sandbox: Sandbox, now: datetime | None = None, advance_seconds: float = 0, runs: bool | None = None
) -> dict[str, Any]:
    """Set the clock, advance it, let it run or stand still."""
    sandbox.clock.set(now or sandbox.clock.now())
    sandbox.sleep(advance_seconds)
    if runs is not None:
        sandbox.clock.freeze()
        sandbox.clock.runs = runs
    return _clock(sandbox)


@validate_call(config=ConfigDict(arbitrary_types_allowed=True))
def _search(
    sandbox: Sandbox, query: dict[str, Any], start_date: str, end_date: str, at: datetime | None = None
) -> dict[str, Any]:
    """What a search finds at the moment `at`, without paging, quota or faults: the truth for a comparison."""
    start, end = (parse_day(text, "a date").date() for text in (start_date, end_date))
    moment = at or sandbox.clock.now()
    ids = [video.id for video in sandbox.corpus.search(query, start, end, moment)]
    return {"count": len(ids), "hits": sandbox.corpus.hits(query, start, end, moment), "ids": ids}
