from threading import Barrier, Lock

import pytest

from include.storage.concurrency import AT_ONCE, IN_A_ROW, run_many


def test_results_come_in_the_order_of_the_items():
    assert list(run_many(lambda number: number * 2, range(1000))) == list(range(0, 2000, 2))


def test_a_few_items_are_all_worked_on_at_once():
    barrier = Barrier(AT_ONCE, timeout=30)
    assert len(list(run_many(lambda _: barrier.wait(), range(AT_ONCE)))) == AT_ONCE


def test_no_more_items_are_taken_than_can_be_held():
    taken = iter(range(100_000))
    results = run_many(lambda number: number, taken)
    assert next(results) == 0
    assert next(taken) <= 2 * AT_ONCE * IN_A_ROW
    results.close()


def test_what_an_item_raises_surfaces_once_those_that_had_begun_have_ended():
    ended, lock = set(), Lock()

    def work(number):
        if number == 3:
            raise ValueError(number)
        with lock:
            ended.add(number)

    with pytest.raises(ValueError, match="3"):
        list(run_many(work, range(AT_ONCE)))
    assert ended == set(range(AT_ONCE)) - {3}


def test_what_makes_the_items_may_raise():
    def items():
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(run_many(str, items()))
