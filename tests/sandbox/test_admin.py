import json

import pytest
from fastapi.testclient import TestClient

from include.sandbox.admin import VERBS
from include.sandbox.app import build
from include.sandbox.corpus import EVERYTHING
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings


def test_the_overview_says_that_this_is_a_sandbox_and_what_was_used(client):
    client.search()
    found = client.get("/_admin").json()
    assert found["sandbox"] == "synthetic data only"
    assert found["requests_used_today"] == 1
    assert found["now"] == "2026-03-06T10:00:00+00:00"


def test_the_clock_can_be_set_and_advanced(client):
    assert client.admin("clock", now="2026-03-06T23:59:00Z").json()["now"] == "2026-03-06T23:59:00+00:00"
    assert client.admin("clock", advance_seconds=120).json()["now"] == "2026-03-07T00:01:00+00:00"
    assert client.admin("clock", runs=True).json()["runs"] is True


def test_videos_users_and_counts_can_be_changed(client):
    first, second, *_ = client.search().json()["data"]["videos"]
    client.admin("delete_video", video_id=first["id"])
    client.admin("make_private", username=second["username"])
    assert not {first["id"], second["id"]} & set(client.ids())
    client.admin("restore_video", video_id=str(first["id"]))
    client.admin("make_public", username=second["username"])
    client.admin("set_counts", video_id=first["id"], view_count=7)
    [changed] = [video for page in client.pages() for video in page["videos"] if video["id"] == first["id"]]
    assert changed["view_count"] == 7


def test_switches_can_be_read_and_changed(client):
    assert client.admin("switch", silent_zero=True, requests_per_day=3).status_code == 200
    found = client.get("/_admin/settings").json()
    assert (found["silent_zero"], found["requests_per_day"]) == (True, 3)


def test_faults_can_be_added_read_and_taken_away(client):
    client.admin("fault", kind="rate_limit", nth=[1], retry_after=7)
    client.admin("script", kinds=[None, "html_502"])
    assert [fault["kind"] for fault in client.get("/_admin/faults").json()] == ["rate_limit", "html_502"]
    assert [client.search().status_code for _ in range(3)] == [429, 502, 200]
    client.admin("switch", bad_windows=[{"kind": "internal_error", "narrower_than": 1}])
    assert client.search().status_code == 500
    client.admin("no_faults")
    assert client.get("/_admin/faults").json() == []
    assert client.search().status_code == 200


def test_the_ledger_can_be_read_and_forgotten(client):
    client.search()
    entry = client.get("/_admin/ledger").json()[-1]
    assert (entry["endpoint"], entry["status"], entry["requests"]) == ("video/query", 200, 1)
    client.admin("forget_ledger")
    assert client.get("/_admin/ledger").json() == []


def test_the_truth_of_a_search_can_be_asked_for(client):
    found = client.admin("search", query=EVERYTHING, start_date="20260301", end_date="20260301").json()
    assert found["ids"] == client.ids()
    assert found["count"] == len(found["ids"]) < found["hits"]


def test_records_can_be_planted(client):
    client.admin("plant_video", record={"id": 7 << 60, "create_time": 1772366400, "username": "synth_guest"})
    assert 7 << 60 in client.ids(start="20260301", end="20260301")
    client.admin("plant_user", username="synth_new", info={"display_name": "New"})
    assert client.ask("user/info", {"username": "synth_new"}, "display_name").json()["data"] == {"display_name": "New"}


@pytest.mark.parametrize(
    ("action", "arguments", "wrong"),
    [
        ("switch", {"silent": True}, "silent"),
        ("switch", {"seed": 2}, "seed: fixed once the sandbox runs"),
        ("switch", {"rate_limit": -1}, "rate_limit"),
        ("fault", {"kind": "flood"}, "kind"),
        ("fault", {"kind": "timeout", "endpoint": "video"}, "endpoint"),
        ("delete_video", {}, "video_id"),
        ("delete_video", {"video_id": "x"}, "video_id"),
        ("clock", {"now": "noon"}, "now"),
        ("search", {"query": {}, "start_date": "20260301", "end_date": "20260301"}, "query is empty"),
        ("plant_video", {"record": {"id": 1}}, "create_time"),
        ("set_counts", {"video_id": 1, "view_count": "many"}, "view_count"),
    ],
)
def test_bad_input_gets_an_error_that_names_the_field(client, action, arguments, wrong):
    answer = client.admin(action, **arguments)
    assert answer.status_code == 400
    assert wrong in answer.json()["error"]


@pytest.mark.parametrize("content", ["[]", "{", "7"])
def test_a_body_that_is_no_object_is_refused(client, content):
    assert client.post("/_admin/clock", content=content).status_code == 400


def test_every_verb_is_a_method_of_the_sandbox(sandbox, client):
    assert all(callable(getattr(sandbox, verb)) for verb in VERBS)
    assert client.get("/_admin").json()["post"][2:] == [f"/_admin/{verb}" for verb in VERBS]


def test_the_admin_costs_nothing_and_carries_the_mark(sandbox, client):
    answer = client.get("/_admin/ledger")
    assert answer.headers["X-Icandid-Sandbox"] == "1"
    assert sandbox.used() == (0, 0)
    assert json.loads(answer.content)[0]["endpoint"] == "token"


@pytest.mark.parametrize(("caller", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403)])
def test_the_admin_answers_only_the_machine_that_runs_the_sandbox(caller, status):
    with TestClient(build(Sandbox(SandboxSettings())), client=(caller, 50000)) as client:
        assert client.get("/_admin").status_code == status
