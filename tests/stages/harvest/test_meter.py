"""The meter of a unit: it counts before a request goes out, keeps the lease, and ends fruitless spending."""

from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import BudgetSpent, WindowTaken
from include.stages.harvest.meter import AT_LEAST, UnitMeter
from include.storage.leases import LENGTH, take
from include.storage.ledger import Ledger, spent

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
UNIT = "projects/one/videos/units/2026-01-01_2026-01-30/"


@pytest.fixture
def meter(objects):
    return UnitMeter(Ledger(objects, "a client", 1_000))


def ask(meter, times=1, new=0):
    """So many requests, each of which brings a page with so many new records."""
    for _ in range(times):
        meter.before_request(AT)
        meter.after_answer(100)
        meter.note_page(new)


def test_a_request_is_counted_before_it_goes_out(objects, meter):
    meter.before_request(AT)
    assert spent(objects, "a client", AT.date()).requests == 1


@pytest.mark.parametrize(("daily", "bound"), [(1_000, 100), (500, 50), (100, AT_LEAST), (1, AT_LEAST)])
def test_a_unit_may_spend_a_tenth_of_the_project_s_day_in_vain(objects, daily, bound):
    meter = UnitMeter(Ledger(objects, "a client", daily))
    assert meter.bound == bound


def test_a_unit_without_a_new_record_is_stopped_before_the_request_beyond_its_bound(objects, meter):
    ask(meter, 100)
    with pytest.raises(BudgetSpent, match="100 requests brought no new record, and no more than 100 may"):
        meter.before_request(AT)
    meter.ledger.close()
    assert spent(objects, "a client", AT.date()).requests == 100


def test_a_new_record_sets_the_count_back(meter):
    ask(meter, 60)
    ask(meter, new=1)
    assert (meter.fruitless, meter.worst, meter.news) == (0, 61, 1)
    ask(meter, 40)
    assert (meter.fruitless, meter.worst) == (40, 61)


def test_a_unit_that_wastes_much_more_than_it_gains_is_stopped(meter):
    with pytest.raises(BudgetSpent, match="requests brought no new record, and only"):
        for _ in range(100):
            ask(meter, 20)
            ask(meter, new=100)
    assert meter.wasted <= meter.bound + meter.fruitful


def test_a_unit_that_only_gains_is_never_stopped(meter):
    ask(meter, 900, new=100)
    assert (meter.wasted, meter.fruitful, meter.fruitless) == (0, 900, 0)


@pytest.mark.parametrize("split", range(6))
def test_a_kill_changes_nothing_of_what_a_unit_has_spent(objects, split):
    """Pages that an earlier try has stored tell what they cost: else a kill would buy a new budget."""
    pages = [(1, 5), (3, 0), (1, 0), (2, 7), (4, 0), (1, 0)]
    whole = UnitMeter(Ledger(objects, "a client", 1_000))
    for requests, new in pages:
        for _ in range(requests):
            whole.before_request(AT)
        whole.note_page(new)
    again = UnitMeter(Ledger(objects, "a client", 1_000))
    for requests, new in pages[:split]:
        again.note_page(new, requests)
    assert again.news == 0, "nothing is new to this try"
    for requests, new in pages[split:]:
        for _ in range(requests):
            again.before_request(AT)
        again.note_page(new)
    kept = ("fruitless", "worst", "wasted", "fruitful")
    assert [getattr(again, name) for name in kept] == [getattr(whole, name) for name in kept]


def test_what_was_spent_before_a_round_was_opened_again_counts_no_more(meter):
    """Else a window that had used up its budget could never be tried again."""
    meter.note_page(0, 0)
    meter.note_page(5, 0)
    assert (meter.fruitless, meter.worst, meter.wasted, meter.fruitful, meter.news) == (0, 0, 0, 0, 0)


def test_the_lease_is_kept_while_requests_go_out(objects, meter):
    meter.lease = take(objects, UNIT, "one", AT)
    for minutes in range(60):
        meter.before_request(AT + timedelta(minutes=minutes))
    with pytest.raises(WindowTaken):
        take(objects, UNIT, "other", AT + timedelta(minutes=60))


def test_a_task_whose_lease_is_gone_asks_nothing(objects, meter):
    meter.lease = take(objects, UNIT, "one", AT)
    take(objects, UNIT, "other", AT + LENGTH)
    with pytest.raises(WindowTaken):
        meter.before_request(AT + LENGTH)
    assert spent(objects, "a client", AT.date()).requests == 0
