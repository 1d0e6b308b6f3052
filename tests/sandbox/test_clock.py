from datetime import UTC, datetime, timedelta, timezone

from include.sandbox.clock import Clock, http_date

NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


def test_a_still_clock_moves_only_when_told():
    clock = Clock(NOON, runs=False)
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(hours=12))
    assert clock.now() == datetime(2026, 3, 7, tzinfo=UTC)


def test_a_running_clock_goes_on_from_where_it_was_set():
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.set(NOON)
    assert NOON <= clock.now() < clock.now() + timedelta(seconds=5)
    clock.freeze()
    assert clock.now() == clock.now()


def test_times_are_utc_whatever_they_were_set_with():
    clock = Clock(NOON.astimezone(timezone(timedelta(hours=2))), runs=False)
    assert clock.now().isoformat() == "2026-03-06T12:00:00+00:00"
    clock.set(NOON.replace(tzinfo=None))
    assert clock.now() == NOON


def test_a_date_header_is_written_as_http_wants_it():
    assert http_date(NOON) == "Fri, 06 Mar 2026 12:00:00 GMT"
