from datetime import date, timedelta

import pytest
import requests

from include.domain.errors import (
    AnswerUnreadable,
    ApiUnavailable,
    CredentialsRejected,
    QuotaExhausted,
    RequestRejected,
    SearchLost,
    SearchTooBroad,
)
from include.domain.page import START
from include.domain.slice import Slice
from include.tiktok.entities import VIDEOS
from include.tiktok.retries import FAULT_TRIES
from tests.tiktok.answers import AT, Session, answer, refusal

QUERY = {"and": [{"operation": "EQ", "field_name": "region_code", "field_values": ["BE"]}]}
REQUEST = VIDEOS.ask(QUERY, Slice(number=1, start=date(2026, 5, 1), end=date(2026, 5, 3)), START)
GOOD = {"videos": [{"id": 1}], "cursor": 100, "has_more": False}


class Meter:
    """Counts without a limit, and believes everything at once."""

    def __init__(self):
        self.sent, self.answered, self.refusals, self.doubts = 0, [], 0, []

    def before_request(self, _):
        self.sent += 1

    def after_answer(self, returned):
        self.answered.append(returned)

    def refused(self, at):
        self.refusals += 1
        return at

    def doubt(self, kind, _):
        self.doubts.append(kind)


def ask(*responses, request=REQUEST, **patience):
    session, meter = Session(*responses), Meter()
    try:
        return session.api().page(VIDEOS, request, ("id",), meter, **patience), session, meter
    except Exception as error:  # noqa: BLE001
        return error, session, meter


def test_a_good_answer_costs_one_request():
    (came, cost), session, meter = ask(answer(GOOD))
    assert (came.content.returned, cost, meter.sent, session.slept) == (1, 1, 1, [])
    assert session.asked == [REQUEST]
    assert meter.answered == [1]


def test_a_repetition_is_the_identical_call():
    _, session, meter = ask(refusal(500, "internal_error"), refusal(429, "rate_limit_exceeded"), answer(GOOD))
    assert session.asked == [REQUEST] * 3
    assert (meter.sent, meter.answered) == (3, [None, None, 1])


@pytest.mark.parametrize("status", [429, 400, 200])
def test_the_daily_quota_ends_the_page_at_once(status):
    error, session, meter = ask(refusal(status, "daily_quota_limit_exceeded"))
    assert isinstance(error, QuotaExhausted)
    assert (meter.sent, meter.refusals, session.slept) == (1, 1, [])
    assert "log_id=20260601100000LOG" in str(error)


def test_the_short_rate_limit_waits_as_long_as_it_says():
    (_, cost), session, meter = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": "77"}), answer(GOOD))
    assert (cost, session.slept, meter.refusals) == (2, [77], 0)


def test_a_date_until_when_to_wait_is_honoured():
    until = "Mon, 01 Jun 2026 10:01:17 GMT"
    _, session, _ = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": until}), answer(GOOD))
    assert session.slept == [77]


@pytest.mark.parametrize("asked", ["9" * 400, "Tue, 01 Jun 2027 10:00:00 GMT"])
def test_an_absurd_pause_is_believed_for_an_hour(asked):
    error, *_ = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": asked}))
    assert error.wait == timedelta(hours=1)


@pytest.mark.parametrize("asked", ["²", "-5", "soon", "Mon, 01 Jun 2026 09:00:00 GMT", ""])
def test_a_pause_that_says_nothing_is_an_ordinary_wait(asked):
    _, session, _ = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": asked}), answer(GOOD))
    assert 5 <= session.slept[0] <= 10


@pytest.mark.parametrize("seconds", [121, 3_600])
def test_a_pause_that_a_lease_may_not_outlive_gives_the_worker_back(seconds):
    error, session, meter = ask(refusal(429, "rate_limit_exceeded", **{"Retry-After": str(seconds)}))
    assert isinstance(error, QuotaExhausted)
    assert error.wait == timedelta(seconds=seconds)
    assert "log_id=20260601100000LOG" in str(error)
    assert (meter.sent, session.slept) == (1, [])


def test_a_mixed_run_of_bad_luck_is_a_moment_and_cuts_nothing():
    limits, faults = [refusal(429, "rate_limit_exceeded")] * 4, [refusal(500, "internal_error")] * 4
    error, _, meter = ask(*limits, *faults)
    assert isinstance(error, ApiUnavailable)
    assert meter.sent == 8


@pytest.mark.parametrize(
    ("responses", "error"),
    [
        ([refusal(400, "invalid_params", "Search Id 1 is invalid or expired")] * 6, SearchLost),
        ([refusal(500, "internal_error")] * 5, SearchTooBroad),
        ([answer(body=b"<html>", status=500)] * 5, SearchTooBroad),
        ([requests.ReadTimeout()] * 5, SearchTooBroad),
        ([requests.ConnectionError()] * 6, ApiUnavailable),
        ([refusal(429, "rate_limit_exceeded")] * 6, ApiUnavailable),
        ([refusal(401, "scope_not_authorized")], CredentialsRejected),
        ([refusal(400, "invalid_params", "no such field")], RequestRejected),
    ],
)
def test_a_refusal_ends_as_what_it_means(responses, error):
    came, session, meter = ask(*responses)
    assert isinstance(came, error)
    assert session.responses == []
    assert meter.sent == len(responses)


def test_a_curable_refusal_whose_text_stands_under_msg_is_no_persons():
    """Issue 12, row 15."""
    error = {"code": "invalid_params", "msg": "Search Id 1 is invalid or expired", "log_id": None}
    (_, cost), *_ = ask(answer({}, status=400, error=error), answer(GOOD))
    assert cost == 2


@pytest.mark.parametrize("fault", [refusal(500, "internal_error"), requests.ReadTimeout()])
def test_a_stage_can_have_less_patience_with_a_search_that_fails(fault):
    error, _, meter = ask(*[fault] * 3, fault_tries=3)
    assert isinstance(error, SearchTooBroad)
    assert meter.sent == 3


def test_less_patience_with_faults_is_not_less_with_anything_else():
    limits = [refusal(429, "rate_limit_exceeded")] * 5
    (_, cost), *_ = ask(*limits, refusal(500, "internal_error"), answer(GOOD), fault_tries=2)
    assert cost == 7


def cut(length):
    return answer(body=b'{"data":{"videos":[{"username":"somebody'[:length])


def test_an_answer_that_is_cut_off_is_asked_for_again():
    (_, cost), session, _ = ask(cut(20), cut(30), answer(GOOD))
    assert (cost, session.kept) == (3, [])


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_stays_unreadable_is_narrowed_and_kept(status):
    """Issue 12, row 4: 36 requests wasted, no body kept, and a message that said nothing."""
    bodies = [answer(body=b'{"data":{"videos":[{"username":"somebody'[: 20 + n], status=status) for n in range(9)]
    error, session, meter = ask(*bodies)
    assert isinstance(error, AnswerUnreadable)
    assert (meter.sent, session.kept) == (FAULT_TRIES, [b'{"data":{"videos":[{"use'])
    assert f"HTTP {status} 24 bytes that cannot be read: Unterminated string" in str(error)
    assert "use" not in str(error).replace("because", "")


def test_the_very_same_unreadable_answer_twice_is_not_asked_for_again():
    error, session, meter = ask(cut(30), cut(30))
    assert isinstance(error, AnswerUnreadable)
    assert (meter.sent, len(session.kept)) == (2, 1)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data": {}}', b'{"data": {}, "error": {"code": "ok"}}'])
def test_an_answer_that_holds_nothing_may_heal_although_it_is_the_same_each_time(body):
    (_, cost), *_ = ask(*[answer(body=body)] * 4, answer(GOOD))
    assert cost == 5
    error, *_ = ask(*[answer(body=body)] * 5)
    assert isinstance(error, AnswerUnreadable)


def test_a_page_without_an_error_is_stored_whatever_its_status():
    """Issue 12, row 10: 70 requests wasted, or nothing kept."""
    (came, cost), *_ = ask(answer(GOOD | {"has_more": "false"}, error=None, status=500))
    assert (came.content.more, cost) == (False, 1)


def test_a_persons_error_quotes_tiktok_and_its_log_id():
    error, *_ = ask(refusal(400, "invalid_params", "no such field"))
    assert "no such field" in str(error)
    assert "log_id=20260601100000LOG" in str(error)
    assert "Correct the research project's query" in str(error)


def test_every_call_that_is_made_again_stands_in_the_log(caplog):
    with caplog.at_level("INFO"):
        ask(refusal(418, "teapot", "short and stout"), requests.ConnectionError(), answer(GOOD))
    assert [record.message.partition(" s, ")[2] for record in caplog.records] == [
        "after call 1: HTTP 418 teapot short and stout",
        "after call 2: ConnectionError",
    ]


def test_an_unknown_answer_is_kept_also_when_it_passes():
    _, session, _ = ask(refusal(418, "teapot"), answer(GOOD))
    assert [b"teapot" in body for body in session.kept] == [True]


def test_a_request_is_counted_even_if_nothing_comes_back():
    _, _, meter = ask(requests.ConnectionError(), answer(GOOD))
    assert meter.sent == 2


def test_a_refusal_before_the_request_sends_nothing():
    class Full(Meter):
        def before_request(self, at):
            raise QuotaExhausted(at, at, "the reserve")

    session = Session()
    with pytest.raises(QuotaExhausted):
        session.api().page(VIDEOS, REQUEST, ("id",), Full())
    assert session.asked == []


def test_the_first_request_is_counted_on_tiktoks_day():
    """The token endpoint has told the time before."""

    class Told(Meter):
        def before_request(self, at):
            self.at = at

    session, meter = Session(answer(GOOD)), Told()
    api = session.api()
    session.at += timedelta(minutes=40)
    api.clock.wall = lambda: AT
    api.page(VIDEOS, REQUEST, ("id",), meter)
    assert meter.at == AT + timedelta(minutes=40)
