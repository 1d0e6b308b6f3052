"""What comes over the wire, from servers on loopback that do what the sandbox does not."""

from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread

import pytest
import requests

from include.tiktok import wire
from include.tiktok.clock import Clock


@contextmanager
def serving(write, status=200, **headers):
    """A server that answers each post by `write(its socket's file)`; gives its URL and the ports that asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked.append((self.path, self.client_address[1]))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with suppress(OSError):
                write(self.wfile)

        def log_message(self, *_): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


def for_ever(wire):
    while True:
        wire.write(b"1\r\n \r\n")


def test_an_answer_that_drips_for_ever_is_given_up(session, monkeypatch):
    """requests' own timeout counts anew with every byte."""
    seconds = count()
    monkeypatch.setattr(wire, "monotonic", lambda: next(seconds))
    with serving(for_ever, Transfer_Encoding="chunked") as (url, _), pytest.raises(wire.TooSlow):
        wire.post(session, Clock(), url, "/")
    assert next(seconds) <= wire.SECONDS + 3


def test_an_answer_without_end_does_not_fill_the_memory(session, monkeypatch):
    monkeypatch.setattr(wire, "LARGEST", 1000)
    with serving(for_ever, Transfer_Encoding="chunked") as (url, _), pytest.raises(wire.TooLarge):
        wire.post(session, Clock(), url, "/")


def test_a_post_is_never_sent_on_to_another_host(session):
    with (
        serving(lambda wire: wire.write(b"{}"), Content_Length="2") as (elsewhere, never),
        serving(lambda _: None, 307, Location=f"{elsewhere}/stolen", Content_Length="0") as (url, asked),
    ):
        reply = wire.post(session, Clock(), url, "/v2/oauth/token/", data={"client_secret": "the-secret"})
    assert (reply.status, len(asked), never) == (307, 1, [])


def test_an_answer_that_breaks_off_is_no_answer(session):
    with (
        serving(lambda wire: wire.write(b'{"data"'), Content_Length="100", Connection="close") as (url, _),
        pytest.raises(requests.ConnectionError),
    ):
        wire.post(session, Clock(), url, "/")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{}", {"Content_Length": "2"}),
        (b"2\r\n{}\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
    ],
)
def test_pages_share_one_connection(session, body, headers):
    with serving(lambda wire: wire.write(body), **headers) as (url, asked):
        bodies = [wire.post(session, Clock(), url, f"/{number}").body for number in range(3)]
    assert bodies == [b"{}"] * 3
    assert len({port for _, port in asked}) == 1


OURS, OF_THE_MACHINE = "/etc/our-ca.pem", "/etc/ca-of-the-machine.pem"


@pytest.mark.parametrize(("verify", "used"), [(False, False), (OURS, OURS), (True, OF_THE_MACHINE)])
def test_what_a_connection_says_of_certificates_wins_over_the_environment(session, monkeypatch, verify, used):
    """Issue 12, row 17: requests prefers REQUESTS_CA_BUNDLE to what only the session says."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", OF_THE_MACHINE)
    told, send = [], requests.adapters.HTTPAdapter.send

    def watched(*args, **options):
        told.append(options["verify"])
        return send(*args, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", watched)
    session.verify = verify
    with serving(lambda wire: wire.write(b"{}"), Content_Length="2") as (url, _):
        wire.post(session, Clock(), url, "/")
    assert told == [used]
