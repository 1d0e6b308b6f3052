from datetime import UTC, datetime, timedelta

import pytest
import requests

from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock, http_date
from include.tiktok.token import Credentials
from tests.tiktok import answers
from tests.tiktok.answers import AT, Session, answer

TIKTOK, SANDBOX = "https://by.hand", "http://127.0.0.1:8700"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 01 Jun 2026 10:00:00 GMT",
        "Monday, 01-Jun-26 10:00:00 GMT",
        "Mon Jun  1 10:00:00 2026",
        "Mon, 01 Jun 2026 10:00:00 -0000",
        "Mon, 01 Jun 2026 12:00:00 +0200",
    ],
)
def test_every_form_of_an_http_date_is_a_moment_in_utc(text):
    assert http_date(text) == AT
    assert http_date(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "120",
        "Mon, 01 Jun 2026 10:00:00 +99999999999999999999",
        "Mon, 01 Jun 99999 10:00:00 GMT",
        "Fri, 31 Dec 9999 23:00:00 -2300",
        "Mon, 99 Jun 2026 10:00:00 GMT",
        "\x00",
    ],
)
def test_what_is_no_http_date_is_none(text):
    assert http_date(text) is None


def clock(*offsets, at=TIKTOK):
    """A clock whose own time is AT, after answers that were so far from it."""
    made = Clock(lambda: AT)
    for offset in offsets:
        made.hear(at, answers.http_date(AT + offset))
    return made


def test_until_an_answer_has_a_date_the_clock_is_our_own():
    made = clock()
    assert (made.hear(TIKTOK, ""), made.now(), made.known) == (AT, AT, False)


def test_the_clock_goes_on_by_itself():
    times = iter([AT, AT, AT + HOUR])
    made = Clock(lambda: next(times))
    made.hear(TIKTOK, answers.http_date(AT - timedelta(seconds=7)))
    assert made.now() == AT - timedelta(seconds=7)
    assert made.now() == AT + HOUR - timedelta(seconds=7)


def test_an_answer_without_a_date_does_not_move_tiktoks_clock():
    """A 502 of something on the way may have none."""
    made = clock(HOUR / 2)
    assert made.hear(TIKTOK, "") == made.now() == AT + HOUR / 2


def test_a_known_clock_follows_small_steps():
    """TikTok's hosts need not agree to the second."""
    assert clock(HOUR / 2, HOUR, HOUR * 2).now() == AT + 2 * HOUR


@pytest.mark.parametrize("off", [3 * HOUR, -3 * HOUR, DAY, -DAY])
@pytest.mark.parametrize("before", [[], [timedelta(minutes=1)]])
def test_a_great_step_needs_a_second_witness(before, off):
    made = clock(*before, off)
    assert made.now() == AT + sum(before, timedelta())
    assert made.hear(TIKTOK, answers.http_date(AT + off)) == made.now() == AT + off


def test_two_answers_that_contradict_each_other_are_no_witnesses():
    assert clock(3 * HOUR, -3 * HOUR).now() == AT


def test_one_answer_with_a_wrong_date_does_not_move_a_known_clock():
    """A lease taken by it would have ended a day later."""
    made = clock(timedelta(), 9 * HOUR, timedelta(), 9 * HOUR)
    assert made.now() == AT


@pytest.mark.parametrize("off", [365 * DAY, -365 * DAY, DAY + HOUR])
def test_tiktok_is_never_believed_to_be_more_than_a_day_from_our_own_clock(off):
    assert clock(*[off] * 5).now() == AT


@pytest.mark.parametrize("at", [SANDBOX, "http://localhost", "http://[::1]:8700"])
def test_the_clock_of_a_sandbox_may_be_months_away_once_two_answers_say_so(at):
    assert clock(-170 * DAY, at=at).now() == AT
    assert clock(-170 * DAY, -170 * DAY, at=at).now() == AT - 170 * DAY
    assert clock(-170 * DAY, -170 * DAY, 9 * DAY, 9 * DAY, at=at).now() == AT + 9 * DAY


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_date_of_another_age_is_not_believed_even_of_a_sandbox(date):
    made = clock()
    assert {made.hear(SANDBOX, date) for _ in range(3)} == {AT}


def dated(*offsets):
    """What the token endpoint answers at these distances from our own clock."""
    body = b'{"access_token": "clt.x", "expires_in": 7200}'
    return [answer(body=body, Date=answers.http_date(AT + offset)) for offset in offsets]


@pytest.mark.parametrize(
    ("offsets", "ahead", "asked"),
    [
        ([timedelta(minutes=3)], timedelta(minutes=3), 1),
        ([3 * HOUR, 3 * HOUR], 3 * HOUR, 2),
        ([365 * DAY, timedelta(0)], timedelta(0), 2),
        ([365 * DAY, 365 * DAY], timedelta(0), 2),
        ([3 * HOUR, -3 * HOUR], timedelta(0), 2),
    ],
)
def test_a_first_date_that_is_a_year_off_costs_one_more_answer_and_nothing_else(offsets, ahead, asked):
    """Issue 12, row 13: red, after no request at all."""
    session = Session(tokens=dated(*offsets, *[timedelta()] * 3))
    api = session.api()
    assert api.now() == api.now() == AT + ahead
    assert len(offsets) + 3 - len(session.tokens) == asked


def test_a_clock_that_is_known_asks_nobody():
    session = Session(tokens=dated(timedelta(), timedelta()))
    api = session.api()
    api.now()
    api.now()
    assert len(session.tokens) == 1


def test_the_time_of_a_refusal_of_the_token_endpoint_is_a_time_too():
    session = Session(tokens=[answer(body=b"<html>", status=503, Date=answers.http_date(AT + HOUR / 2))])
    assert session.api().now() == AT + HOUR / 2
    assert session.slept == []


def test_the_clock_of_a_sandbox_months_away_is_known_from_the_first_look(tiktok):
    with requests.Session() as session:
        credentials = Credentials(tiktok.url, tiktok.client_key, tiktok.client_secret, [].append)
        api = ResearchApi(session, credentials, tiktok.sleep)
        assert abs(api.now() - tiktok.clock.now()) < timedelta(seconds=5)
        assert datetime.now(UTC) - api.now() > DAY
