from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.sandbox.api import ENDPOINTS
from include.sandbox.endpoints import Endpoint
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import Client, condition
from tests.sandbox.conftest import STILL

CLIENT = Client(Sandbox(SandboxSettings(**STILL, videos_per_day=5, creators=50, requests_per_day=10**9)))
FIELDS = {"video/comment/list": "id", "user/info": "display_name"}
PARTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just("synth_guest"),
    st.just("20260301"),
)
KEYS = ("query", "start_date", "end_date", "max_count", "cursor", "search_id", "is_random", "username", "video_id")
BODIES = st.dictionaries(
    st.sampled_from([*KEYS, "comment_id", "playlist_id", "task_id", "category", "file_data"]),
    st.one_of(
        PARTS,
        st.lists(PARTS, max_size=2),
        st.just({"and": [condition("region_code", "BE")]}),
        st.dictionaries(st.sampled_from(["and", "or", "field_name"]), st.lists(PARTS, max_size=2), max_size=2),
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(ENDPOINTS)), BODIES)
def test_no_body_makes_the_sandbox_fall_over(endpoint, body):
    answer = CLIENT.ask(endpoint, body, FIELDS.get(endpoint, "id"))
    assert answer.status_code in (200, 400, 403) or endpoint == "playlist/info"
    assert CLIENT.get("/_admin/ledger").status_code == 200


@pytest.mark.parametrize("content", [b'{"username": "\\ud800"}', b"\xff", b'{"cursor": NaN}', b"[" * 5000])
def test_a_body_that_is_no_text_is_an_invalid_request(content):
    answer = CLIENT.post("/v2/research/user/info/?fields=bio_url", headers=CLIENT.headers, content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_a_fault_can_name_every_endpoint():
    assert set(get_args(Endpoint)) == {"token", *ENDPOINTS}


def test_numbers_may_be_written_as_text(client):
    video_id = client.ids()[0]
    answers = [client.ask("video/comment/list", {"video_id": one}, "id").content for one in (video_id, str(video_id))]
    parts = [orjson.loads(answer).get("data") for answer in answers]
    assert parts[0] == parts[1]
