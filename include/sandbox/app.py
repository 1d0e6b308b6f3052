"""The sandbox as a web application: requests become calls, replies become responses."""

import asyncio
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from include.sandbox.admin import admin_routes
from include.sandbox.api import handle
from include.sandbox.clock import http_date
from include.sandbox.exchange import Reply
from include.sandbox.inprocess import build_call
from include.sandbox.sandbox import Sandbox


def build(sandbox: Sandbox) -> ASGIApp:
    """The application that serves `sandbox`: the API, and `/_admin` beside it."""
    app = FastAPI(
        title="Sandbox of the TikTok Research API",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )

    async def serve(request: Request) -> Response:
        try:
            content = await request.body()
        except ClientDisconnect:  # a client that was killed while it asked has asked nothing
            return Response(status_code=400)
        call = build_call(request.url.path, request.query_params, request.headers, content, request.method)
        return await _send(handle(sandbox, call))

    app.include_router(admin_routes(sandbox))
    app.add_api_route("/v2/{path:path}", serve, methods=["POST", "GET", "PUT", "DELETE"], response_model=None)
    return _Marked(app, sandbox)


async def _send(reply: Reply) -> Response:
    if reply.wait:
        await asyncio.sleep(reply.wait)
    if reply.drop is None:
        return Response(reply.content, reply.status, reply.headers, reply.content_type)
    return _Broken(reply)


class _Broken(Response):
    """A response whose connection breaks: before the first byte, or after `reply.drop` bytes of the body."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.content, reply.status, reply.headers, reply.content_type)
        self._sent = reply.drop or 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        if self._sent:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body[: self._sent], "more_body": True})
            await asyncio.sleep(0)
        scope["icandid.transport"].abort()
        await asyncio.sleep(0)


class _Marked:
    """Puts the mark of a sandbox and its clock's date on every response, whoever made it."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app, self._sandbox = app, sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn has no public way to break a connection; its receive is a method of what holds the transport.
        scope["icandid.transport"] = getattr(getattr(receive, "__self__", None), "transport", None)

        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*_mark(self._sandbox, message["headers"]), *message["headers"]]
            await send(message)

        await self._app(scope, receive, marked)


def _mark(sandbox: Sandbox, headers: Any) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    mark = {
        b"date": http_date(sandbox.clock.now()).encode(),
        b"x-icandid-sandbox": str(sandbox.settings.seed).encode(),
    }
    return [(name, text) for name, text in mark.items() if name not in there]
