"""A sandbox that is asked without a socket answers as over the wire."""

import json

import httpx
import orjson
import pytest

from include.sandbox.api import handle
from include.sandbox.inprocess import build_call
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import ALL_FIELDS, Client, condition
from tests.sandbox.conftest import STILL

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def token(sandbox):
    form = f"client_key={sandbox.client_key}&client_secret={sandbox.client_secret}&grant_type=client_credentials"
    reply = handle(sandbox, build_call("/v2/oauth/token/", {}, FORM, form))
    return {"Authorization": f"Bearer {orjson.loads(reply.content)['access_token']}"}


def session(settings):
    """Every reply of a little harvest that meets faults."""
    sandbox = Sandbox(settings)
    headers, replies = token(sandbox), []
    sandbox.fault("timeout", probability=0.2)
    sandbox.fault("early_end", probability=0.1)
    body = {"query": {"or": [condition("region_code", "BE", "NL")]}, "start_date": "20260210", "end_date": "20260302"}
    for _ in range(30):
        call = build_call("/v2/research/video/query/", {"fields": ALL_FIELDS}, headers, orjson.dumps(body))
        replies.append(handle(sandbox, call))
        if replies[-1].status == 200:
            data = orjson.loads(replies[-1].content)["data"]
            body |= {"cursor": data["cursor"], "search_id": data["search_id"]}
        sandbox.sleep(1)
    return [(reply.status, reply.content, reply.headers, reply.wait, reply.drop) for reply in replies]


def test_the_same_calls_get_the_same_replies():
    settings = SandboxSettings(**STILL, videos_per_day=30, creators=200, foreign_days=0.3, sparse_errors=0.5)
    first = session(settings)
    assert first == session(settings)
    assert {status for status, *_ in first} == {200, 504}


def test_a_call_without_a_socket_and_one_over_the_wire_are_answered_alike():
    settings = SandboxSettings(**STILL, videos_per_day=20, creators=200)
    over, within = Client(Sandbox(settings)), Sandbox(settings)
    headers = token(within)
    body = {"query": {"and": [condition("region_code", "BE")]}, "start_date": "20260301", "end_date": "20260301"}
    call = build_call("/v2/research/video/query/", {"fields": "id, username"}, headers, json.dumps(body))
    assert over.ask("video/query", body, "id, username").content == handle(within, call).content


@pytest.mark.parametrize(
    ("path", "method", "endpoint"),
    [
        ("/v2/oauth/token/", "POST", "token"),
        ("/v2/research/user/info/", "POST", "user/info"),
        ("/v2/research/user/info", "POST", "not_found"),
        ("/v2/research/user/info/", "GET", "not_found"),
        ("/elsewhere", "POST", "not_found"),
    ],
)
def test_a_path_names_an_endpoint(path, method, endpoint):
    assert build_call(path, {}, {}, b"", method).endpoint == endpoint


@pytest.mark.parametrize(
    ("content", "body"),
    [(b"", {}), (b'{"a": 1}', {"a": 1}), ('{"a": "é"}', {"a": "é"}), (b"[]", None), (b"{", None), (b"\xff", None)],
)
def test_a_body_is_read_as_json_whatever_it_calls_itself(content, body):
    assert build_call("/v2/research/user/info/", {}, {"content-type": "text/plain"}, content).body == body


def test_a_form_is_read():
    assert build_call("/v2/oauth/token/", {}, FORM, "client_key=a%26b&client_secret=&x=1+2").body == {
        "client_key": "a&b",
        "client_secret": "",
        "x": "1 2",
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_upload_is_read(end):
    text = end.join(str(n) for n in range(7 << 60, (7 << 60) + 10_000)).encode()
    request = httpx.Request("POST", "http://x", files={"file_data": ("ids.txt", text)}, data={"category": "video"})
    call = build_call("/v2/research/validation_task/create/", {}, dict(request.headers), request.read())
    assert call.body == {"file_data": text, "category": "video"}


@pytest.mark.parametrize("content", [b"", b"--x", b"--x\r\n\r\n\r\n--x--", b"\xff\x00"])
def test_an_upload_that_is_none_does_no_harm(content):
    body = build_call("/v2/x", {}, {"content-type": "multipart/form-data; boundary=x"}, content).body
    assert isinstance(body, dict)
