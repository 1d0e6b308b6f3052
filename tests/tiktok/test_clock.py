from datetime import UTC, datetime, timedelta

import pytest

from include.tiktok import clock

TEN = datetime(2026, 6, 1, 10, tzinfo=UTC)
AT = "https://by.hand"


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
    assert clock.http_date(text) == TEN
    assert clock.http_date(text).tzinfo is UTC


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
    assert clock.http_date(text) is None


def ours(at):
    return abs(at - datetime.now(UTC)) < timedelta(seconds=5)


def test_an_answer_without_a_date_does_not_move_tiktoks_clock():
    """A 502 of something on the way may have none."""
    assert clock.received(AT, "Mon, 01 Jun 2026 10:00:00 GMT") == TEN
    assert abs(clock.received(AT, "") - TEN) < timedelta(seconds=5)
    assert abs(clock.now(AT) - TEN) < timedelta(seconds=5)


def test_until_an_answer_has_a_date_the_clock_is_ours():
    assert ours(clock.received(AT, ""))
    assert not clock.known(AT)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_date_of_another_age_is_not_believed(date):
    assert ours(clock.received(AT, date))
    assert ours(clock.now(AT))


HOUR = timedelta(hours=1)


def told(at):
    return f"{at:%a, %d %b %Y %H:%M:%S} GMT"


@pytest.mark.parametrize("off", [timedelta(days=365), -timedelta(days=1), 2 * HOUR])
def test_one_answer_with_a_wrong_date_does_not_move_a_known_clock(off):
    """A lease taken by it would have ended a year later."""
    right = datetime.now(UTC)
    clock.received(AT, told(right))
    assert ours(clock.received(AT, told(right + off)))
    assert ours(clock.now(AT))


def test_a_wrong_date_does_not_move_the_clock_of_a_worker_whose_own_is_wrong():
    tiktoks = datetime.now(UTC) - timedelta(days=90)
    clock.received(AT, told(tiktoks))
    clock.received(AT, told(tiktoks + timedelta(days=365)))
    assert abs(clock.now(AT) - tiktoks) < timedelta(seconds=5)


def test_a_wrong_first_date_is_corrected_by_the_next_answer():
    clock.received(AT, told(datetime.now(UTC) + timedelta(days=365)))
    assert ours(clock.received(AT, told(datetime.now(UTC))))


def test_a_known_clock_follows_small_steps():
    """TikTok's hosts need not agree to the second."""
    clock.received(AT, told(TEN))
    assert clock.received(AT, told(TEN + HOUR / 2)) == TEN + HOUR / 2


@pytest.mark.parametrize("sandbox", ["http://127.0.0.1:8700", "http://localhost", "http://[::1]:8700"])
def test_the_clock_of_a_sandbox_may_jump_by_days(sandbox):
    clock.received(sandbox, told(TEN))
    assert clock.received(sandbox, told(TEN + timedelta(days=9))) == TEN + timedelta(days=9)
