from datetime import UTC, datetime, timedelta

import pytest
import requests

from include.domain.errors import (
    ApiUnavailable,
    CredentialsRejected,
    QuotaExhausted,
    RequestRejected,
    SearchLost,
    SearchTooBroad,
    SettingInvalid,
)
from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.tiktok.client import ResearchApi, video_request
from include.tiktok.token import Credentials
from tests.tiktok.answers import DATE, Session, answer

MAY = Window(datetime(2026, 5, 1).date(), datetime(2026, 5, 3).date())  # noqa: DTZ001
REQUEST = video_request(EVERYTHING, MAY, None)
GOOD = {"videos": [{"id": 1}], "cursor": 100, "has_more": False}


class Meter:
    """Counts without a limit."""

    def __init__(self):
        self.sent, self.answered, self.refusals = 0, [], 0

    def before_request(self, _):
        self.sent += 1

    def after_answer(self, returned):
        self.answered.append(returned)

    def refused(self, at):
        self.refusals += 1
        return at


def ask(*responses, **patience):
    session, meter, slept = Session(*responses), Meter(), []
    api = ResearchApi(session, Credentials("https://by.hand", "key", "secret", print), slept.append)
    try:
        return api.videos(REQUEST, ("id",), meter, **patience), session, meter, slept
    except Exception as error:  # noqa: BLE001
        return error, session, meter, slept


def refusal(status, code, message="", **headers):
    error = {"code": code, "message": message, "log_id": "20260601100000LOG"}
    return answer({}, status=status, error=error, **headers)


def test_a_good_answer_costs_one_request():
    (came, cost), session, meter, slept = ask(answer(GOOD))
    assert (came.returned, cost, meter.sent, slept) == (1, 1, 1, [])
    assert session.asked == [REQUEST]


def test_a_repetition_is_the_identical_call():
    _, session, meter, _ = ask(refusal(500, "internal_error"), refusal(429, "rate_limit_exceeded"), answer(GOOD))
    assert session.asked == [REQUEST] * 3
    assert meter.sent == 3


@pytest.mark.parametrize("status", [429, 400, 200])
def test_the_daily_quota_ends_the_page_at_once(status):
    error, _, meter, slept = ask(refusal(status, "daily_quota_limit_exceeded"))
    assert isinstance(error, QuotaExhausted)
    assert (meter.sent, meter.refusals, slept) == (1, 1, [])
    assert "log_id=20260601100000LOG" in str(error)


def test_the_short_rate_limit_waits_as_long_as_it_says():
    (_, cost), _, meter, slept = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": "77"}), answer(GOOD))
    assert (cost, slept, meter.refusals) == (2, [77], 0)


def test_a_date_until_when_to_wait_is_honoured():
    until = "Mon, 01 Jun 2026 10:01:17 GMT"
    _, _, _, slept = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": until}), answer(GOOD))
    assert slept == [77]


@pytest.mark.parametrize("said", ["9" * 400, "Tue, 01 Jun 2027 10:00:00 GMT"])
def test_no_pause_is_longer_than_a_day_of_quota(said):
    error, *_ = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": said}))
    assert error.wait == timedelta(days=1)


@pytest.mark.parametrize("said", ["²", "-5", "soon", "Mon, 01 Jun 2026 09:00:00 GMT", ""])
def test_a_pause_that_says_nothing_is_an_ordinary_wait(said):
    _, _, _, slept = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": said}), answer(GOOD))
    assert 5 <= slept[0] <= 10


def test_a_pause_that_a_lease_may_not_outlive_gives_the_worker_back():
    error, _, _, slept = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": "121"}))
    assert isinstance(error, QuotaExhausted)
    assert "log_id=20260601100000LOG" in str(error)
    assert slept == []


def test_a_long_pause_that_tiktok_asks_for_gives_the_worker_back():
    error, _, meter, slept = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": "86400"}))
    assert isinstance(error, QuotaExhausted)
    assert error.wait == timedelta(days=1)
    assert (meter.sent, slept) == (1, [])


def test_a_mixed_run_of_bad_luck_is_a_moment_and_cuts_nothing():
    limits, faults = [refusal(429, "rate_limit_exceeded")] * 4, [refusal(500, "internal_error")] * 4
    error, _, meter, _ = ask(*limits, *faults)
    assert isinstance(error, ApiUnavailable)
    assert meter.sent == 8


@pytest.mark.parametrize(
    ("responses", "error"),
    [
        ([refusal(400, "invalid_params", "Search Id 1 is invalid or expired")] * 6, SearchLost),
        ([refusal(500, "internal_error")] * 5, SearchTooBroad),
        ([requests.ReadTimeout()] * 5, SearchTooBroad),
        ([requests.ConnectionError()] * 6, ApiUnavailable),
        ([refusal(429, "rate_limit_exceeded")] * 6, ApiUnavailable),
        ([answer(body=b'{"data":{"videos":[{"id":76128')] * 6, ApiUnavailable),
        ([refusal(401, "scope_not_authorized")], CredentialsRejected),
        ([refusal(400, "invalid_params", "no such field")], RequestRejected),
        ([refusal(401, "access_token_invalid")] * 7, CredentialsRejected),
    ],
)
def test_a_refusal_ends_as_what_it_means(responses, error):
    came, session, meter, _ = ask(*responses)
    assert isinstance(came, error)
    assert session.responses == []
    assert meter.sent == len(responses)


@pytest.mark.parametrize("fault", [refusal(500, "internal_error"), requests.ReadTimeout()])
def test_a_stage_can_have_less_patience_with_a_search_that_fails(fault):
    error, _, meter, _ = ask(*[fault] * 3, fault_tries=3)
    assert isinstance(error, SearchTooBroad)
    assert meter.sent == 3


def test_less_patience_with_faults_is_not_less_with_anything_else():
    limits = [refusal(429, "rate_limit_exceeded")] * 5
    (_, cost), *_ = ask(*limits, refusal(500, "internal_error"), answer(GOOD), fault_tries=2)
    assert cost == 7


def test_a_persons_error_quotes_tiktok_and_its_log_id():
    error, *_ = ask(refusal(400, "invalid_params", "no such field"))
    assert "no such field" in str(error)
    assert "log_id=20260601100000LOG" in str(error)


LOCATION = "https://user:word@elsewhere.example/stolen?token=clt.secret"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_host_that_redirects_is_for_a_person_who_reads_where_to(status):
    error, session, meter, _ = ask(answer(body=b"<html>", status=status, Location=LOCATION))
    assert isinstance(error, SettingInvalid)
    assert str(error).startswith(
        f"The host of the connection, by.hand, redirects: HTTP {status} to elsewhere.example (log_id=None)."
    )
    assert (meter.sent, session.responses) == (1, [])


@pytest.mark.parametrize("location", ["", "/v3/", "https://[", "//"])
def test_a_redirect_to_nowhere_is_for_a_person_too(location):
    error, *_ = ask(answer(body=b"", status=302, Location=location))
    assert "HTTP 302 to another path" in str(error)


def test_an_unknown_answer_is_tried_as_a_moment_then_for_a_person():
    error, _, meter, _ = ask(*[refusal(418, "teapot", "short and stout")] * 3)
    assert isinstance(error, RequestRejected)
    assert meter.sent == 3


def test_every_call_that_is_made_again_stands_in_the_log(caplog):
    with caplog.at_level("INFO"):
        ask(refusal(418, "teapot", "short and stout"), requests.ConnectionError(), answer(GOOD))
    assert [record.message.partition(" s, ")[2] for record in caplog.records] == [
        "after call 1: HTTP 418 teapot short and stout",
        "after call 2: ConnectionError",
    ]


def test_a_request_is_counted_even_if_nothing_comes_back():
    _, _, meter, _ = ask(requests.ConnectionError(), answer(GOOD))
    assert meter.sent == 2


def test_a_refusal_before_the_request_sends_nothing():
    class Full(Meter):
        def before_request(self, at):
            raise QuotaExhausted(at, at, "the reserve")

    session = Session()
    api = ResearchApi(session, Credentials("https://by.hand", "key", "secret", print), print)
    with pytest.raises(QuotaExhausted):
        api.videos(REQUEST, ("id",), Full())
    assert session.asked == []


def test_the_clock_is_tiktoks():
    _, session, _, _ = ask(answer(GOOD))
    api = ResearchApi(session, Credentials("https://by.hand", "key", "secret", print), print)
    assert abs((api.now() - datetime(2026, 6, 1, 10, tzinfo=UTC)).total_seconds()) < 60
    assert DATE.startswith("Mon, 01 Jun 2026 10:00")
