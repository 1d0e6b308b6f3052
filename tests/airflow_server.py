"""The part of Airflow's REST API that our tasks need: a token, pools, and the notes of runs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class AirflowServer:
    """What it was asked for, and how it answers. `status` answers every call with one HTTP status, and a page."""

    url: str = ""
    pools: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str | None] = field(default_factory=dict)
    all_admins: bool = False
    forbidden: bool = False
    status: int | None = None

    def answer(self, method: str, path: str, body: dict, token: str) -> tuple[int, dict | None]:
        if self.status:
            return self.status, None
        if path == "/auth/token":
            known = body == {"username": "keeper", "password": "pool-password"}
            welcome = self.all_admins if method == "GET" else known
            return (201, {"access_token": "good-token"}) if welcome else (401, {})
        if token != "Bearer good-token":
            return 401, {}
        if self.forbidden:
            return 403, {}
        return self._pool(body) if path == "/api/v2/pools" else self._run(method, path.removeprefix("/api/v2/"), body)

    def _pool(self, body: dict) -> tuple[int, dict]:
        if body["name"] in self.pools:
            return 409, {}
        self.pools[body["name"]] = body["slots"]
        return 201, body

    def _run(self, method: str, run: str, body: dict) -> tuple[int, dict]:
        if run not in self.notes:
            return 404, {}
        if method == "PATCH":
            self.notes[run] = body["note"]
        return 200, {"note": self.notes[run]}


@contextmanager
def airflow_server() -> Iterator[AirflowServer]:
    state = AirflowServer()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            status, answer = state.answer(self.command, self.path, json.loads(body or b"{}"), token)
            content = b"<html></html>" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
