"""Answers that cannot be read, come from elsewhere, or follow another schema."""

import json
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.client import text_of
from tests.sandbox.conftest import MOMENT


def test_a_byte_that_is_no_text_stands_in_a_caption(sandbox, client):
    sandbox.fault("bad_byte", nth=1)
    answer = client.search()
    assert b'"video_description":"\xff' in answer.content
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    json.loads(answer.content.replace(b"\xff", b""))


def test_a_field_holds_a_huge_number(sandbox, client):
    sandbox.fault("huge_number", nth=1)
    text = client.search().content.decode()
    assert "9" * 5000 in text
    assert json.loads(text, parse_int=len)["data"]["videos"]


def test_a_field_is_nested_deeply(sandbox, client):
    sandbox.fault("deep_nesting", nth=1)
    content = client.search().content
    assert b"[" * 5000 + b"]" * 5000 in content
    assert json.loads(content.replace(b"[" * 5000 + b"]" * 5000, b"0"))["data"]["videos"]


def test_an_answer_is_cut_in_the_middle(sandbox, client):
    sandbox.fault("not_json", nth=1)
    answer = client.search()
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(answer.content)


@pytest.mark.parametrize("kind", ["bad_byte", "huge_number", "deep_nesting", "not_json"])
def test_a_poisoned_video_spoils_every_page_that_shows_it(sandbox, client, kind):
    sandbox.switch(region_spelling="upper", vary_shapes=False)
    shown = client.ids()
    clean = client.search(max_count=5).content
    sandbox.switch(poison={shown[-1]: kind})
    for _ in range(3):
        content = client.search(max_count=100).content
        with pytest.raises((ValueError, RecursionError)):
            json.loads(content.decode())
        assert sandbox.ledger[-1].fault == kind
    assert client.search(max_count=5).json()["data"]["videos"] == json.loads(clean)["data"]["videos"]


def test_a_poisoned_video_that_is_gone_spoils_nothing(sandbox, client):
    victim = client.ids()[0]
    sandbox.switch(poison={victim: "not_json"})
    sandbox.delete_video(victim)
    assert victim not in client.ids()


ELSEWHERE = [
    ("redirect_302", 302),
    ("unauthorized_401", 401),
    ("forbidden_403", 403),
    ("not_found_404", 404),
    ("teapot_418", 418),
]


@pytest.mark.parametrize(("kind", "status"), ELSEWHERE)
@pytest.mark.parametrize("endpoint", [None, "token"])
def test_something_in_front_of_the_api_can_answer(sandbox, client, kind, status, endpoint):
    sandbox.fault(kind, endpoint=endpoint)
    answer = client.token() if endpoint else client.search()
    assert answer.status_code == status
    assert not answer.content.startswith(b"{")
    assert (answer.headers.get("location") == "https://login.example/signin") == (status == 302)


@pytest.mark.parametrize(("seconds", "days"), [({}, 365), ({"seconds": 86_400}, 1), ({"seconds": -172_800}, -2)])
def test_a_date_can_be_wrong(sandbox, client, seconds, days):
    sandbox.fault("wrong_date", times=1, **seconds)
    answer = client.search()
    assert answer.status_code == 200
    assert parsedate_to_datetime(answer.headers["date"]) == MOMENT + timedelta(days=days)
    assert parsedate_to_datetime(client.search().headers["date"]) == MOMENT


def test_a_fault_other_than_a_date_lies_not_behind(client):
    assert "seconds" in client.admin("fault", kind="slow", seconds=-1).json()["error"]


def test_the_hours_of_a_fault_can_be_told_and_read(sandbox, client):
    client.admin("fault", kind="timeout", since="2026-03-07T00:00:00Z")
    assert client.search().status_code == 200
    [fault] = client.get("/_admin/faults").json()
    assert datetime.fromisoformat(fault["since"]) == datetime.fromisoformat("2026-03-07T00:00:00+00:00")


def records(client, **more):
    return [video for data in client.pages(**more) for video in data["videos"]]


def test_the_id_can_have_its_documented_other_name(sandbox, client):
    expected = client.ids()
    sandbox.switch(id_key="video_id")
    found = records(client)
    assert [video["video_id"] for video in found] == expected
    assert not any("id" in video for video in found)


def test_some_records_lack_their_id(sandbox, client):
    sandbox.switch(without_id=0.3)
    assert {"id" in video for video in records(client, end="20260303")} == {True, False}


def test_a_field_can_be_added_dropped_and_written_in_another_type(sandbox, client):
    sandbox.switch(extra_field="mood", drop_field="username", retype_field="view_count", missing_keys=False)
    found = records(client)
    assert found
    assert all(isinstance(video["mood"], str) for video in found)
    assert not any("username" in video for video in found)
    assert all(video["view_count"].isdecimal() for video in found)
    sandbox.switch(retype_field="video_description")
    assert all(isinstance(video["video_description"], int) for video in records(client))


def test_any_field_can_be_written_in_another_type(sandbox, client):
    for name in ("hashtag_names", "is_stem_verified", "video_tag", "effect_info_list", "region_code", "id"):
        sandbox.switch(retype_field=name)
        assert client.search(end="20260305").status_code == 200
        assert client.ask(
            "user/reposted_videos", {"username": "synth_guest"}, "id,video_tag,effect_info_list"
        ).is_success


def test_faults_of_a_page_leave_other_endpoints_alone(sandbox, client):
    sandbox.fault("empty_more")
    assert text_of(client.ask("user/info", {"username": "synth_nobody"}, "bio_url")).endswith("cannot find the user")
    assert client.ask("user/info", {"username": "synth_guest"}, "display_name").json()["data"]
