"""A proxy before an S3 server that answers some requests as a store under load does, or lets their answers get lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

SLOW_DOWN = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'
)
Fault = Callable[["Request"], str]


@dataclass(frozen=True)
class Request:
    """What a fault may look at; `number` counts the requests from 1."""

    number: int
    method: str
    path: str


@dataclass
class Faulty:
    """The proxy. `fault` names what each request meets: `slow_down`, `lost` (done, but never answered), `cut` (neither
    done nor answered), `stalled` (nothing happens until the end), or nothing."""

    endpoint: str
    fault: Fault = lambda _: ""
    seen: list[Request] = field(default_factory=list)
    stalled: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)


@contextmanager
def faulty(target: str) -> Iterator[Faulty]:
    """A proxy before the server at `target`, on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.target, server.proxy = urlsplit(target), Faulty(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.proxy
    finally:
        server.proxy.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the client

    def handle_any(self):
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy.seen.append(Request(len(proxy.seen) + 1, self.command, self.path))
        kind = proxy.fault(proxy.seen[-1])
        if kind == "slow_down":
            self.answer(503, {"Content-Type": "application/xml"}, SLOW_DOWN)
        if kind == "stalled":
            proxy.stalled.set()
            proxy.over.wait(60)
        if kind in ("", "lost"):
            answer = self.forward(body)
        if kind == "":
            self.answer(*answer)
        self.close_connection = kind not in ("", "slow_down")

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def forward(self, body):
        """The signature covers the headers, so that they go on as they are."""
        upstream = HTTPConnection(self.server.target.hostname, self.server.target.port, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        return answer.status, dict(answer.getheaders()), content

    def answer(self, status, headers, content):
        self.send_response_only(status)
        length = headers.get("Content-Length") if self.command == "HEAD" else None
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass
