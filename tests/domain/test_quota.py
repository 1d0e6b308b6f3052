from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from include.domain.quota import MARGIN, SPREAD, Rest, Spent, client_name, renewed_at, reset_is_late

MIDNIGHT = datetime(2026, 6, 2, tzinfo=UTC)
TIMES = st.sampled_from(["", "2026-06-01T10:00:00+00:00", "2026-06-01T11:00:00+00:00"])
DOUBTS = st.frozensets(st.tuples(st.sampled_from(["404 /x", "404 /x @a", "403 /x"]), TIMES))
COUNT = st.integers(0, 1000)
SPENT = st.builds(Spent, COUNT, COUNT, COUNT, TIMES, TIMES, st.sampled_from(["", *Rest]), DOUBTS)


@given(st.text(min_size=1))
def test_every_client_starts_after_the_margin_and_within_the_spread(key):
    at = renewed_at(date(2026, 6, 1), client_name(key))
    assert MIDNIGHT + MARGIN <= at <= MIDNIGHT + MARGIN + SPREAD


def test_clients_do_not_start_at_once():
    assert len({renewed_at(date(2026, 6, 1), client_name(f"client {n}")) for n in range(50)}) > 40


def test_a_client_starts_at_the_same_minute_every_day():
    first, second = (renewed_at(date(2026, 6, day), "0123456789ab") for day in (1, 2))
    assert second - first == timedelta(days=1)


def test_the_name_of_a_client_does_not_tell_its_key():
    assert client_name("awkey123") not in "awkey123"
    assert len(client_name("awkey123")) == 12


@given(SPENT, SPENT, SPENT)
def test_what_was_spent_adds_up_in_any_order(one, two, three):
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one
    assert one + Spent() == one


def test_only_an_early_refusal_without_any_answer_is_a_late_reset():
    early, late = MIDNIGHT + timedelta(minutes=30), MIDNIGHT + timedelta(hours=3)
    assert reset_is_late(early, Spent(requests=2))
    assert not reset_is_late(early, Spent(requests=2, answered=1))
    assert not reset_is_late(late, Spent())
