"""Requests are reserved several at a time, and never more than the client's day has."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.roundtrips import Recorded
from include.domain.errors import ApiResting, QuotaExhausted, StorageUnavailable
from include.domain.quota import MOST_RESERVED, Spent, requests_to_reserve
from include.storage.ledger import TRUSTED, Ledger, spent
from include.storage.objects import open_storage

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
CLIENT = "0123456789ab"


def ledger(objects, daily_requests=1000):
    return Ledger(objects, CLIENT, daily_requests)


def ask(mine, times=1, at=AT):
    """So many requests, each of which brings a page."""
    for _ in range(times):
        mine.before_request(at)
        mine.after_answer(100)


def sent(objects):
    return spent(objects, CLIENT, AT.date()).requests


@pytest.mark.parametrize("tasks", [0, 1, 40])
def test_the_first_request_of_a_task_costs_two_calls_however_many_tasks_there_were(objects, tasks):
    for _ in range(tasks):
        other = ledger(objects)
        ask(other, 2)
        other.close()
        other.down(AT - timedelta(days=1))
    recorded = Recorded(objects)
    ledger(recorded).before_request(AT)
    assert [name for name, _ in recorded.calls] == ["write", "paths"]


def test_ten_requests_cost_two_calls_while_the_day_has_plenty(objects):
    recorded = Recorded(objects)
    mine = ledger(recorded)
    ask(mine)
    recorded.calls.clear()
    ask(mine, 10)
    assert [name for name, _ in recorded.calls] == ["write", "paths"]
    ask(mine)
    assert len(recorded.calls) == 4


@pytest.mark.parametrize(("left", "reserved"), [(1000, 10), (200, 10), (199, 9), (40, 2), (39, 1), (1, 1), (0, 1)])
def test_less_is_reserved_at_once_the_less_is_left(left, reserved):
    assert requests_to_reserve(left) == reserved


def test_a_kill_with_a_reservation_open_counts_nine_requests_too_many_at_most(objects):
    ask(ledger(objects), 2)
    assert sent(objects) == 2 + MOST_RESERVED - 1


def test_what_was_reserved_and_not_needed_is_given_back(objects):
    mine = ledger(objects)
    ask(mine, 2)
    mine.close()
    assert spent(objects, CLIENT, AT.date()) == Spent(2, 200, 2)
    assert len(objects.paths("quota/")) == 1


def test_a_kill_between_the_last_entry_and_the_removal_of_those_before_counts_nothing_twice(objects, monkeypatch):
    mine = ledger(objects)
    ask(mine, 25)
    with monkeypatch.context() as patch:
        patch.setattr(type(objects), "delete_together", lambda *_: None)
        mine.close()
    assert len(objects.paths("quota/")) > 1
    assert sent(objects) == 25


def test_tasks_of_a_small_project_share_all_of_its_requests(objects):
    """None of them reserves what another could ask."""
    tasks = [ledger(objects, 20) for _ in range(3)]
    for turn in range(20):
        ask(tasks[turn % 3])
    with pytest.raises(QuotaExhausted, match="20 of 20 requests"):
        ask(tasks[0])
    assert sent(objects) == 20


def test_tasks_at_the_same_time_never_break_the_reserve_with_what_they_reserved(tmp_path):
    objects = open_storage(f"file://{tmp_path}/storage")

    def work(_):
        mine = ledger(objects, 300)
        with suppress(QuotaExhausted):
            ask(mine, 300)
        mine.close()
        return mine.account.spent.requests

    with ThreadPoolExecutor(6) as pool:
        went = sum(pool.map(work, range(6)))
    assert went == sent(objects) <= 300


def test_a_reservation_that_does_not_fit_any_more_becomes_a_single_request(objects):
    mine, other = ledger(objects, 1000), ledger(objects, 1000)
    ask(mine)
    ask(other)
    other.account.spent = Spent(996)
    other.close()
    ask(mine)
    assert mine.account.reserved == 0
    assert sent(objects) == 998


def test_a_task_that_is_answered_well_sees_the_rest_of_another_within_a_minute(objects):
    mine = ledger(objects)
    ask(mine, 2)
    ledger(objects).down(AT)
    ask(mine, at=AT + TRUSTED / 2)
    with pytest.raises(ApiResting):
        ask(mine, at=AT + TRUSTED)


def test_a_task_that_is_not_answered_well_looks_at_the_others_before_it_asks_again(objects):
    mine = ledger(objects)
    ask(mine)
    mine.before_request(AT)
    mine.after_answer(None)
    ledger(objects).down(AT)
    with pytest.raises(ApiResting):
        mine.before_request(AT)


def test_a_clock_that_steps_back_is_no_reason_to_trust_an_old_look(objects):
    mine = ledger(objects)
    ask(mine, 2)
    ledger(objects).down(AT)
    with pytest.raises(ApiResting):
        ask(mine, at=AT - timedelta(seconds=1))


def test_a_reservation_that_could_not_be_stored_lets_no_request_out(objects, monkeypatch):
    mine = ledger(objects)
    ask(mine)

    def refuse(*_):
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(objects), "write", refuse)
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                mine.before_request(AT)
    mine.close()
    assert sent(objects) == 1


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    turns=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["ask"] * 8 + ["fail", "end", "kill"])), max_size=250),
    reserve=st.integers(1, 200),
)
def test_no_order_of_requests_ends_and_kills_breaks_the_reserve(tmp_path_factory, turns, reserve):
    """What is counted is never less than what went out, and exactly that but for the reservations of killed tasks."""
    objects = open_storage(f"file://{tmp_path_factory.mktemp('ledger')}")
    tasks, went, kills = [ledger(objects, reserve) for _ in range(4)], 0, 0
    for number, what in turns:
        try:
            if what in ("ask", "fail"):
                tasks[number].before_request(AT)
                went += 1
                tasks[number].after_answer(100 if what == "ask" else None)
                continue
        except QuotaExhausted:
            continue
        if what == "end":
            tasks[number].close()
        kills += what == "kill"
        tasks[number] = ledger(objects, reserve)
        assert went <= sent(objects)
    assert went <= reserve
    for task in tasks:
        task.close()
    assert went <= sent(objects) <= went + kills * (MOST_RESERVED - 1)
