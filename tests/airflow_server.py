"""The part of Airflow's REST API that our tasks need: a token, pools, the notes of runs, and Variables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


@dataclass
class AirflowServer:
    """What it was asked for, and how it answers. `status` answers every call with one HTTP status, and a page."""

    url: str = ""
    pools: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str | None] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    all_admins: bool = False
    forbidden: bool = False
    status: int | None = None

    def answer(self, method: str, path: str, body: dict, token: str) -> tuple[int, dict | None]:
        self.calls.append(f"{method} {path}")
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
        if path.startswith("/api/v2/variables?"):
            return self._variables(**{name: value for name, (value,) in parse_qs(urlsplit(path).query).items()})
        return self._pool(body) if path == "/api/v2/pools" else self._run(method, path.removeprefix("/api/v2/"), body)

    def _pool(self, body: dict) -> tuple[int, dict]:
        if body["name"] in self.pools:
            return 409, {}
        self.pools[body["name"]] = body["slots"]
        return 201, body

    def _variables(self, variable_key_prefix_pattern: str, limit: str, offset: str, **_: str) -> tuple[int, dict]:
        keys = sorted(key for key in self.variables if key.startswith(variable_key_prefix_pattern))
        page = keys[int(offset) :][: min(100, int(limit))]
        shown = [{"key": key, "value": self.variables[key]} for key in page]
        return 200, {"variables": shown, "total_entries": len(keys)}

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
