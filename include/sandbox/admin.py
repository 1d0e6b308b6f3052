"""`/_admin`: the clock, the corpus, the switches, the faults and the ledger of a running sandbox."""

from typing import Any

import orjson
from fastapi import APIRouter, Response

from include.sandbox.sandbox import Sandbox


def admin_routes(sandbox: Sandbox) -> APIRouter:
    router = APIRouter(prefix="/_admin")

    @router.get("/ledger")
    async def read_ledger() -> Response:
        return _json(sandbox.ledger)

    return router


def _json(found: Any) -> Response:
    return Response(orjson.dumps(found), media_type="application/json")
