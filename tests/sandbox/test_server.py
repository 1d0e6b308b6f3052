import logging
import socket
import subprocess
import sys
import time

import pytest
import requests

from include.sandbox.corpus import EVERYTHING
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import ALL_FIELDS, day
from tests.sandbox.conftest import MOMENT, STILL


@pytest.fixture(scope="module")
def server():
    with running(SandboxSettings(**STILL, videos_per_day=20, creators=200, seed=7)) as sandbox:
        yield sandbox


@pytest.fixture
def session(server):
    server.no_faults()
    with requests.Session() as session:
        form = {"client_key": server.client_key, "client_secret": server.client_secret}
        answer = session.post(
            f"{server.url}/v2/oauth/token/", data={**form, "grant_type": "client_credentials"}, timeout=5
        )
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield session


def search(server, session, timeout=5):
    body = {"query": EVERYTHING, "start_date": "20260301", "end_date": "20260301", "max_count": 100}
    url = f"{server.url}/v2/research/video/query/?fields={ALL_FIELDS}"
    return session.post(url, json=body, timeout=timeout)


def test_an_answer_over_the_wire_holds_what_the_corpus_holds(server, session):
    answer = search(server, session)
    expected = server.corpus.search(EVERYTHING, day("2026-03-01"), day("2026-03-01"), MOMENT)
    assert [video["id"] for video in answer.json()["data"]["videos"]] == [video.id for video in expected]


def test_every_answer_says_that_it_is_a_sandbox_and_carries_its_date(server, session):
    for answer in (
        search(server, session),
        session.get(f"{server.url}/_admin", timeout=5),
        session.get(server.url, timeout=5),
    ):
        assert answer.headers["X-Icandid-Sandbox"] == "7"
        assert answer.headers["Date"] == "Fri, 06 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize("kind", ["dropped", "dropped_midway"])
def test_a_connection_can_be_dropped(server, session, kind):
    server.fault(kind, times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        search(server, session)
    assert search(server, session).status_code == 200
    assert [(entry.fault, entry.requests) for entry in server.ledger[-2:]] == [(kind, 1), (None, 1)]


def test_a_client_that_is_killed_while_it_asks_has_asked_nothing(server, session, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "handlers", [caplog.handler])
    asked, (host, port) = len(server.ledger), server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /v2/research/video/query/ HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
    assert search(server, session).status_code == 200
    assert len(server.ledger) == asked + 1
    assert caplog.records == []


def test_a_slow_answer_outlasts_a_short_patience(server, session):
    server.fault("slow", seconds=30, times=1)
    with pytest.raises(requests.ReadTimeout):
        search(server, session, timeout=0.05)


def test_it_listens_on_loopback_only_on_a_free_port(server):
    host, port = server.url.removeprefix("http://").split(":")
    assert host == "127.0.0.1"
    assert int(port) > 0


def test_it_stops_at_once_and_gives_the_port_back():
    with running(SandboxSettings(videos_per_day=0)) as sandbox:
        requests.get(f"{sandbox.url}/_admin", timeout=5)
        sandbox.fault("slow", seconds=60)
        port = int(sandbox.url.rsplit(":", 1)[1])
        begin = time.monotonic()
    assert time.monotonic() - begin < 2
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_alone_it_says_how_to_point_a_client_at_it_within_two_seconds():
    command = [sys.executable, "-m", "include.sandbox", "--port", "0", "--seed", "5", "--videos-per-day", "3"]
    begin = time.monotonic()
    with subprocess.Popen([*command, "--clients", '{"other": "secret"}'], stdout=subprocess.PIPE, text=True) as process:
        try:
            lines = [process.stdout.readline() for _ in range(6)]
            taken = time.monotonic() - begin
            url = lines[1].split()[-1]
            settings = requests.get(f"{url}/_admin/settings", timeout=5).json()
        finally:
            process.terminate()
    assert "seed 5" in lines[0]
    assert [line.split()[-1] for line in lines[2:4]] == ["sandbox-client", "sandbox-secret"]
    assert lines[4].split()[-1] == f"{url}/v2/oauth/token/"
    assert (settings["videos_per_day"], settings["clients"]) == (3, {"other": "secret"})
    assert taken < 5, "two seconds on an idle machine; this one may be busy"


def test_a_wrong_option_is_explained():
    command = [sys.executable, "-m", "include.sandbox", "--videos-per-day", "few"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "videos_per_day" in done.stderr
