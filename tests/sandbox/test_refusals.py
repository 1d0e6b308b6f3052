"""Each error of the contract, E1 to E15, comes out of a sandbox that has a reason for it."""

import re

import pytest

from tests.sandbox.client import condition, text_of

USER = {"username": "synth_rider_01"}
LIST = {"video_id": 1}


def refused(answer, status, code, message):
    assert answer.status_code == status
    body = answer.json()
    assert re.fullmatch(r"20260306\d{6}[0-9A-F]{20}", body["error"].pop("log_id"))
    assert body.pop("data", {}) == {}
    assert body in ({"error": {"code": code, key: message}} for key in ("message", "msg"))


def test_e1_an_expired_token_is_invalid(sandbox, client):
    client.search()
    sandbox.sleep(7200)
    refused(client.search(), 401, "access_token_invalid", "The access token is invalid or not found in the request.")
    client.renew()
    assert client.search().status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer clt.nonsense", "Basic abc"])
def test_e1_an_unknown_token_is_invalid(client, authorization):
    client.headers = {"Authorization": authorization}
    assert client.search().json()["error"]["code"] == "access_token_invalid"


def test_e2_an_endpoint_outside_the_scope_is_refused_with_the_status_of_a_bad_token(sandbox, client):
    sandbox.switch(refused_endpoints=("user/followers",))
    message = "The user did not authorize the scope required for completing this request."
    refused(client.ask("user/followers", USER), 401, "scope_not_authorized", message)
    assert client.ask("user/following", USER).status_code == 200


def test_e3_a_search_id_is_rejected_until_it_is_ready(sandbox, client):
    sandbox.switch(search_ready_seconds=5)
    data = client.search(max_count=10).json()["data"]
    place = {"max_count": 10, "cursor": data["cursor"], "search_id": data["search_id"]}
    message = f"Search Id {data['search_id']} is invalid or expired"
    refused(client.search(**place), 400, "invalid_params", message)
    sandbox.sleep(5)
    assert client.search(**place).status_code == 200
    sandbox.sleep(3600)
    client.renew()
    refused(client.search(**place), 400, "invalid_params", message)


def test_e3_a_search_id_belongs_to_its_query_dates_and_fields(client):
    place = {"search_id": client.search().json()["data"]["search_id"]}
    assert client.search(**place).status_code == 200
    for other in ({"end": "20260302"}, {"fields": "id"}, {"query": {"and": [condition("region_code", "BE")]}}):
        assert "is invalid or expired" in text_of(client.search(**place, **other))


def test_e3_a_search_id_can_be_refused_some_times_and_die_after_some_pages(sandbox, client):
    sandbox.switch(search_refusals=2, search_dies_after_pages=2)
    data = client.search(max_count=1).json()["data"]
    statuses = [client.search(max_count=1, cursor=1, search_id=data["search_id"]).status_code for _ in range(4)]
    assert statuses == [400, 400, 200, 400]


@pytest.mark.parametrize("place", [{"cursor": 7}, {"cursor": -1}, {"max_count": 0}, {"max_count": 101}])
def test_e4_a_cursor_that_was_never_given_is_rejected(client, place):
    refused(client.search(**place), 400, "invalid_params", "Invalid count or cursor")


def test_e4_a_cursor_of_another_page_size_is_rejected(client):
    data = client.search(max_count=10).json()["data"]
    assert text_of(client.search(cursor=7, search_id=data["search_id"])) == "Invalid count or cursor"


def test_e5_a_window_has_at_most_thirty_days_between_its_dates(client):
    assert client.search(start="20260101", end="20260131").status_code == 200
    message = "The request parameters are invalid: end_date must be within 30 days of start_date"
    refused(client.search(start="20260101", end="20260201"), 400, "invalid_params", message)


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "20260302"},
        {"start": "2026-03-01"},
        {"start": "20260230"},
        {"start": None},
        {"fields": "id,favourites_count"},
        {"fields": ""},
        {"max_count": "many"},
    ],
)
def test_e5_bad_dates_fields_and_counts_are_invalid(client, asked):
    answer = client.search(**asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")


def test_e5_the_old_spelling_of_favorites_can_be_accepted(sandbox, client):
    sandbox.switch(accept_favourites=True, missing_keys=False)
    videos = client.search(fields="id,favourites_count").json()["data"]["videos"]
    assert all(set(video) == {"id", "favourites_count"} for video in videos)


def test_e6_an_unknown_user_cannot_be_found(client):
    message = "`username: synth_nobody` is invalid: cannot find the user"
    for _ in range(4):
        answer = client.ask("user/info", {"username": "synth_nobody"}, "display_name")
        assert "data" not in answer.json()
        refused(answer, 400, "invalid_params", message)


def test_e7_a_user_can_be_refused(sandbox, client):
    sandbox.refuse_user(USER["username"])
    message = "API cannot return this user's information"
    refused(client.ask("user/info", USER, "display_name"), 400, "invalid_params", message)


def test_a_private_user_is_told_to_be_private(sandbox, client):
    sandbox.make_private(USER["username"])
    assert text_of(client.ask("user/followers", USER)).endswith("is private")


@pytest.mark.parametrize("status", [403, 400])
def test_e8_likes_may_not_be_public(sandbox, client, status):
    sandbox.switch(likes_refused_status=status)
    sandbox.plant_user("synth_rider_01", likes_public=False)
    message = "This user's liked videos information cannot be returned"
    refused(client.ask("user/liked_videos", USER, "id"), status, "invalid_params", message)


def test_e9_comments_may_not_be_disclosed(sandbox, client):
    video_id = client.ids()[0]
    sandbox.close_comments(video_id)
    message = "The comments of this video are not allowed to be disclosed"
    answer = client.ask("video/comment/list", {"video_id": video_id}, "id")
    refused(answer, 400, "invalid_params", message)


def test_e10_the_daily_quota_is_used_up_until_midnight(sandbox, client):
    sandbox.switch(requests_per_day=2)
    assert [client.search().status_code for _ in range(3)] == [200, 200, 429]
    message = "The API daily quota limit exceeded. Please try again later"
    for _ in range(4):
        assert client.search().json() == {
            "data": {},
            "error": {"code": "daily_quota_limit_exceeded", "message": message},
        }
    sandbox.sleep(14 * 3600)
    client.renew()
    assert client.search().status_code == 200


def test_e11_the_short_limit_passes_in_a_moment(sandbox, client):
    sandbox.switch(rate_limit=2, rate_limit_seconds=10)
    assert [client.search().status_code for _ in range(3)] == [200, 200, 429]
    message = "The API rate limit was exceeded. Please try again later."
    refused(client.search(), 429, "rate_limit_exceeded", message)
    assert "Retry-After" not in client.search().headers
    sandbox.switch(rate_limit_retry_after=7)
    assert client.search().headers["Retry-After"] == "7"
    sandbox.sleep(10)
    assert client.search().status_code == 200


WORDINGS = [
    ("internal_error", 500, "Something is wrong. Please try again later."),
    ("internal_error_went", 500, "Something went wrong. Please try again later."),
    ("internal_error_server", 500, "Server Internal Error"),
    ("bad_request_wrong", 400, "Something is wrong. Please try again later."),
    ("bad_request_went", 400, "Something went wrong. Please try again later."),
]


@pytest.mark.parametrize(("kind", "status", "message"), WORDINGS)
def test_e12_a_server_fault_has_several_statuses_and_wordings(sandbox, client, kind, status, message):
    sandbox.fault(kind)
    refused(client.search(), status, "internal_error", message)


def test_e12_a_server_fault_can_be_an_empty_object(sandbox, client):
    sandbox.fault("empty_object")
    answer = client.search()
    assert (answer.status_code, answer.json()) == (500, {})


def test_e13_a_timeout_as_json(sandbox, client):
    sandbox.fault("timeout")
    refused(client.search(), 504, "timeout", "Request timed out.")


@pytest.mark.parametrize(("status", "title"), [(504, "504 Gateway Time-out"), (502, "502 Bad Gateway")])
def test_e14_a_gateway_answers_in_html(sandbox, client, status, title):
    sandbox.fault(f"html_{status}")
    answer = client.search()
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    assert answer.text == page


def test_e15_an_answer_can_be_cut_short(sandbox, client):
    sandbox.fault("truncated")
    answer = client.search()
    assert answer.status_code == 200
    assert answer.text.startswith('{"')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()


def test_e15_an_answer_can_be_empty_or_hold_an_error_under_http_200(sandbox, client):
    sandbox.script(["empty_body", "error_in_200"])
    assert client.search().content == b""
    refused(client.search(), 200, "internal_error", "Something is wrong. Please try again later.")


def test_an_error_comes_with_empty_data_or_without_data(client):
    bodies = [client.search(cursor=7).json() for _ in range(2)]
    assert sorted("data" in body for body in bodies) == [False, True]


def errors(client, count=60):
    return [client.search(cursor=7).json()["error"] for _ in range(count)]


def test_the_text_of_an_error_stands_under_either_key(sandbox, client):
    keys = [key for error in errors(client) for key in error if key not in ("code", "log_id")]
    assert 10 < keys.count("msg") < 30
    assert keys.count("msg") + keys.count("message") == 60
    sandbox.switch(vary_shapes=False)
    assert all(list(error) == ["code", "message", "log_id"] for error in errors(client, 10))


def test_an_error_can_lack_its_code_its_text_or_its_log_id(sandbox, client):
    sandbox.switch(sparse_errors=1)
    found = errors(client, 120)
    for names in ({"code"}, {"message", "msg"}, {"log_id"}):
        there = [error[name] for error in found for name in error if name in names]
        assert len(there) < 120
        assert None in there
        assert "" in there
    assert all(sum(bool(text) for text in error.values()) == 2 for error in found)


def test_an_error_that_only_its_code_can_tell_keeps_it(sandbox, client):
    sandbox.switch(sparse_errors=1)
    sandbox.fault("scope_refused")
    assert {error["code"] for error in errors(client)} == {"scope_not_authorized"}
    assert {entry.code for entry in sandbox.ledger[1:]} == {"scope_not_authorized"}


def test_a_wrong_path_is_not_found(client):
    assert client.ask("video/queries", {}).status_code == 404
    assert client.get("/v2/research/video/query/").status_code == 404


def test_a_body_that_is_no_json_object_is_an_invalid_request(client):
    for content in ("[]", "{", '"query"'):
        answer = client.post("/v2/research/video/query/?fields=id", headers=client.headers, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_a_missing_permission_has_another_code(sandbox, client):
    sandbox.switch(refused_endpoints=("video/query",), scope_error="scope_permission_missed")
    assert client.search().json()["error"]["code"] == "scope_permission_missed"
