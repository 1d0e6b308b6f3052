from datetime import UTC, datetime

from include.sandbox.tokens import CLIENT_KEY

USER = {"username": "synth_rider_01"}


def test_every_answer_but_a_token_costs_one_request(sandbox, client):
    client.search()
    client.search(cursor=7)
    client.token()
    sandbox.fault("html_504", times=1)
    client.search()
    assert sandbox.used()[0] == 3
    assert [(entry.endpoint, entry.requests) for entry in sandbox.ledger] == [
        ("token", 0),
        ("video/query", 1),
        ("video/query", 1),
        ("token", 0),
        ("video/query", 1),
    ]


def test_refusals_can_be_free(sandbox, client):
    sandbox.switch(errors_cost_requests=False)
    client.search(cursor=7)
    assert sandbox.used() == (0, 0)


def test_records_are_counted_as_they_are_returned(sandbox, client):
    videos = client.search(max_count=10).json()["data"]["videos"]
    assert sandbox.used() == (1, len(videos))
    assert sandbox.ledger[-1].records == len(videos)


def test_used_up_records_stop_the_day_like_used_up_requests(sandbox, client):
    sandbox.switch(records_per_day=5)
    assert [client.search(max_count=10).status_code for _ in range(2)] == [200, 429]


def test_the_follow_graph_has_a_pool_of_its_own(sandbox, client):
    sandbox.switch(requests_per_day=1, graph_requests_per_day=2)
    asked = [client.search(), client.ask("user/followers", USER), client.ask("user/following", USER)]
    assert [answer.status_code for answer in asked] == [200, 200, 200]
    assert [client.search().status_code, client.ask("user/followers", USER).status_code] == [429, 429]
    assert sandbox.used(endpoint="user/following")[0] == 3


def test_clients_do_not_share_a_quota(sandbox, client):
    sandbox.switch(requests_per_day=1, clients={"other": "secret"})
    client.search()
    client.renew(key="other", secret="secret")
    assert client.search().status_code == 200
    assert sandbox.used(CLIENT_KEY) == sandbox.used("other") != (0, 0)


def test_the_reset_can_come_late(sandbox, client):
    sandbox.switch(requests_per_day=1, reset_delay_seconds=600)
    client.search()
    for minute, status in ((0, 429), (9, 429), (10, 200)):
        sandbox.clock.set(datetime(2026, 3, 7, 0, minute, tzinfo=UTC))
        client.renew()
        assert client.search().status_code == status


def test_the_default_limits_are_those_of_the_documentation(sandbox):
    settings = sandbox.settings
    assert (settings.requests_per_day, settings.records_per_day) == (1000, 100_000)
    assert (settings.graph_requests_per_day, settings.graph_records_per_day) == (20_000, 2_000_000)


def test_the_ledger_tells_what_was_asked_and_which_fault_answered(sandbox, client):
    client.search(max_count=7)
    entry = sandbox.ledger[-1]
    assert (entry.client, entry.status, entry.code, entry.fault) == (CLIENT_KEY, 200, "ok", None)
    assert entry.asked == {"start_date": "20260301", "end_date": "20260301", "max_count": 7}
    assert entry.time == sandbox.clock.now()
    sandbox.fault("timeout")
    client.search()
    assert (sandbox.ledger[-1].status, sandbox.ledger[-1].fault) == (504, "timeout")
