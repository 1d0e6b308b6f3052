from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from include.sandbox.api import handle
from include.sandbox.faults import BadWindow, Fault, Injector
from include.sandbox.inprocess import build_call
from tests.sandbox.client import condition, day, text_of
from tests.sandbox.conftest import MOMENT


def hits(injector, count, endpoint="video/query"):
    return [number for number in range(1, count + 1) if injector.next(endpoint, MOMENT)]


def test_a_fault_hits_the_nth_requests():
    assert hits(Injector(1, [Fault(kind="timeout", nth=3)]), 9) == [3]
    assert hits(Injector(1, [Fault(kind="timeout", nth=[2, 5])]), 9) == [2, 5]


def test_a_fault_without_a_choice_hits_every_request_or_the_first_few():
    assert hits(Injector(1, [Fault(kind="timeout")]), 4) == [1, 2, 3, 4]
    assert hits(Injector(1, [Fault(kind="timeout", times=2)]), 4) == [1, 2]


def test_a_fault_by_chance_is_the_same_for_the_same_seed():
    fault = Fault(kind="timeout", probability=0.2)
    first, again, other = (hits(Injector(seed, [fault]), 500) for seed in (1, 1, 2))
    assert first == again != other
    assert 60 < len(first) < 140


def test_a_fault_can_be_kept_to_one_endpoint_and_spares_the_token():
    injector = Injector(1, [Fault(kind="timeout", endpoint="user/info")])
    assert not hits(injector, 3)
    assert hits(injector, 1, "user/info")
    assert not hits(Injector(1, [Fault(kind="timeout")]), 1, "token")
    assert hits(Injector(1, [Fault(kind="timeout", endpoint="token")]), 1, "token")


def test_a_fault_can_be_kept_to_some_hours():
    fault = Fault(kind="timeout", nth=2, since=MOMENT + timedelta(hours=1), until=datetime(2026, 3, 6, 13))  # noqa: DTZ001
    injector = Injector(1, [fault])
    hours = [0, 0, 1, 2, 2, 3, 4]
    assert [bool(injector.next("video/query", MOMENT + timedelta(hours=n))) for n in hours] == [
        *[False] * 3,
        True,
        *[False] * 3,
    ]


def test_a_fault_of_a_page_hits_searches_only():
    injector = Injector(1, [Fault(kind="early_end", nth=1)])
    assert not hits(injector, 3, "user/info")
    assert hits(injector, 3) == [1]
    with pytest.raises(ValidationError, match="fault of video/query"):
        Fault(kind="early_end", endpoint="user/info")


def test_a_token_outage_lasts_as_long_as_it_is_told_to(sandbox, client):
    sandbox.fault("dropped", endpoint="token", until=MOMENT + timedelta(hours=3))
    sandbox.fault("html_503", endpoint="token", until=MOMENT + timedelta(hours=6))
    replies = []
    for _ in range(3):
        form = f"client_key={sandbox.client_key}&client_secret={sandbox.client_secret}&grant_type=client_credentials"
        call = build_call("/v2/oauth/token/", {}, {"Content-Type": "application/x-www-form-urlencoded"}, form)
        replies.append(handle(sandbox, call))
        sandbox.sleep(3 * 3600)
    assert [(reply.status, reply.drop) for reply in replies] == [(200, 0), (503, None), (200, None)]


def test_a_script_says_what_the_next_requests_meet(sandbox, client):
    client.search()
    sandbox.script(["rate_limit", None, "html_504"])
    assert [client.search().status_code for _ in range(4)] == [429, 200, 504, 200]


def test_the_token_endpoint_can_fail_too(sandbox, client):
    sandbox.fault("html_503", endpoint="token")
    assert client.token().status_code == 503


def test_a_fault_can_carry_retry_after(sandbox, client):
    sandbox.fault("rate_limit", times=1, retry_after=7)
    assert client.search().headers["Retry-After"] == "7"
    assert "Retry-After" not in client.search().headers


def test_search_ids_and_cursors_can_be_rejected_on_demand(sandbox, client):
    data = client.search(max_count=5).json()["data"]
    place = {"max_count": 5, "cursor": data["cursor"], "search_id": data["search_id"]}
    sandbox.script(["search_rejected", "cursor_rejected"])
    messages = [text_of(client.search(**place)) for _ in range(3)]
    assert messages == [f"Search Id {data['search_id']} is invalid or expired", "Invalid count or cursor", ""]


def test_a_slow_answer_waits_and_is_an_answer(sandbox, client):
    sandbox.fault("slow", seconds=0.01)
    assert client.search().status_code == 200


def test_a_bad_window_fails_until_it_is_narrower(sandbox, client):
    window = BadWindow(kind="timeout", start=day("2026-03-10"), end=day("2026-03-12"), narrower_than=4)
    sandbox.switch(bad_windows=(window,))
    assert client.search(start="20260301", end="20260309").status_code == 200
    assert client.search(start="20260301", end="20260310").status_code == 504
    assert client.search(start="20260310", end="20260313").status_code == 504
    assert client.search(start="20260310", end="20260312").status_code == 200


@pytest.mark.parametrize(
    ("flag", "field", "values"),
    [
        ("one_region", "region_code", ["BE", "NL"]),
        ("one_length", "video_length", ["SHORT", "MID"]),
    ],
)
def test_a_bad_window_can_want_one_region_or_one_length(sandbox, client, flag, field, values):
    sandbox.switch(bad_windows=(BadWindow(kind="internal_error", **{flag: True}),))
    assert client.search().status_code == 500
    assert client.search({"and": [condition(field, *values)]}).status_code == 500
    assert client.search({"and": [condition(field, *values), condition(field, values[0])]}).status_code == 200


def test_a_bad_window_can_want_several_things(sandbox, client):
    sandbox.switch(bad_windows=(BadWindow(narrower_than=2, one_region=True),))
    one_region = {"and": [condition("region_code", "BE", operation="EQ")]}
    statuses = [client.search(one_region, end=end).status_code for end in ("20260302", "20260301")]
    assert statuses == [504, 200]
    assert client.search().status_code == 504


def test_faults_are_switched_off_together(sandbox, client):
    sandbox.fault("timeout")
    sandbox.switch(bad_windows=(BadWindow(),))
    sandbox.no_faults()
    assert client.search().status_code == 200
