from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.domain.errors import ApiResting, QuotaExhausted, StorageUnavailable
from include.domain.quota import DOUBT, LONGEST_OUTAGE, LOOKS, OUTAGE, RECORDS_A_DAY, Spent, renewed_at
from include.storage.ledger import Ledger, spent
from include.storage.objects import open_storage

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
CLIENT = "0123456789ab"


def ledger(objects, daily_requests=1000):
    return Ledger(objects, CLIENT, daily_requests)


def sent(objects, at=AT):
    return spent(objects, CLIENT, at.date()).requests


def test_a_request_is_counted_before_it_goes_out(objects):
    """A process that dies while the request is under way has counted it."""
    ledger(objects).before_request(AT)
    assert spent(objects, CLIENT, AT.date()) == Spent(1, 100)


def test_records_are_corrected_by_what_came(objects):
    mine = ledger(objects)
    mine.before_request(AT)
    mine.after_answer(27)
    mine.close()
    assert spent(objects, CLIENT, AT.date()).records == 27


@pytest.mark.parametrize("asked_before", [True, False])
def test_an_outage_that_one_task_met_is_waited_for_by_all(objects, asked_before):
    mine, other = ledger(objects), ledger(objects)
    if asked_before:
        mine.before_request(AT)
        mine.after_answer(None)
    assert mine.down(AT) == AT + OUTAGE
    mine.close()
    with pytest.raises(ApiResting) as resting:
        other.before_request(AT + timedelta(minutes=10))
    assert resting.value.wait == OUTAGE - timedelta(minutes=10)
    assert sent(objects) == asked_before
    other.before_request(AT + OUTAGE)
    assert sent(objects) == 1 + asked_before


def test_each_rest_of_an_outage_that_goes_on_is_twice_as_long_up_to_four_hours(objects):
    at, rests = AT.replace(hour=6), []
    for _ in range(4):
        until = ledger(objects).down(at)
        rests.append(until - at)
        at = until
    assert rests == [OUTAGE, 2 * OUTAGE, 4 * OUTAGE, LONGEST_OUTAGE]


def test_a_good_answer_ends_the_count_of_rests(objects):
    at = AT.replace(hour=6)
    ledger(objects).down(at)
    mine = ledger(objects)
    mine.before_request(at + OUTAGE)
    mine.after_answer(100)
    assert mine.down(at + 2 * OUTAGE) == at + 3 * OUTAGE


def test_tasks_at_the_same_time_never_lose_each_others_counts(objects):
    def work(_):
        mine = ledger(objects)
        for _ in range(10):
            mine.before_request(AT)
            mine.after_answer(100)
        mine.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert spent(objects, CLIENT, AT.date()).requests == 80
    assert spent(objects, CLIENT, AT.date()).records == 8_000


def test_tasks_at_the_same_time_never_break_the_reserve_together(tmp_path):
    """Each counts its request before it looks at what the others have counted."""
    objects = open_storage(f"file://{tmp_path}/storage")

    def work(_):
        mine, went = ledger(objects, daily_requests=40), 0
        try:
            for _ in range(40):
                mine.before_request(AT)
                went += 1
        except QuotaExhausted:
            return went

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) <= 40


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(st.integers(0, 3), max_size=60), reserve=st.integers(1, 40))
def test_no_order_of_turns_breaks_the_reserve(tmp_path_factory, turns, reserve):
    objects = open_storage(f"file://{tmp_path_factory.mktemp('ledger')}")
    tasks = [ledger(objects, reserve) for _ in range(4)]
    went = 0
    for turn in turns:
        try:
            tasks[turn].before_request(AT)
            went += 1
        except QuotaExhausted:
            assert went == reserve
    assert went == min(len(turns), reserve) == sent(objects)


def test_the_reserve_stops_a_task_before_its_request(objects):
    mine = ledger(objects, daily_requests=3)
    for _ in range(3):
        mine.before_request(AT)
    with pytest.raises(QuotaExhausted, match="3 of 3 requests of today are used") as caught:
        mine.before_request(AT)
    assert sent(objects) == 3
    assert AT + timedelta(hours=14, minutes=15) <= caught.value.resets_at <= AT + timedelta(hours=14, minutes=45)


def test_records_have_a_budget_too(objects):
    first = ledger(objects)
    first.before_request(AT)
    first.after_answer(RECORDS_A_DAY - 99)
    first.close()
    with pytest.raises(QuotaExhausted, match="records of today"):
        ledger(objects).before_request(AT)


def test_a_new_day_starts_at_zero(objects):
    mine = ledger(objects, daily_requests=1)
    mine.before_request(AT)
    mine.before_request(AT + timedelta(days=1))
    assert sent(objects, AT + timedelta(days=1)) == 1


def test_an_answer_dated_yesterday_does_not_make_a_task_forget_today(objects):
    """A cache or a gateway may date it so; the task goes on as on a first request of today."""
    mine = ledger(objects)
    for at in (AT, AT, AT - timedelta(days=1), AT):
        mine.before_request(at)
        mine.after_answer(100)
    mine.close()
    assert spent(objects, CLIENT, AT.date()) == Spent(3, 300, 3)
    assert sent(objects, AT - timedelta(days=1)) == 1


def test_a_task_that_wakes_without_quota_leaves_no_entry(objects):
    """Every task reads all entries of the day."""
    ledger(objects, daily_requests=1).before_request(AT)
    for _ in range(9):
        late = ledger(objects, daily_requests=1)
        with pytest.raises(QuotaExhausted):
            late.before_request(AT)
        late.close()
    assert len(objects.paths("quota/")) == 1


def test_a_task_without_quota_keeps_the_entry_of_what_it_asked(objects):
    mine = ledger(objects, daily_requests=1)
    mine.before_request(AT)
    with pytest.raises(QuotaExhausted):
        mine.before_request(AT)
    assert sent(objects) == 1


def spend(objects, requests=0, records=0):
    """What other tasks have spent before."""
    other = ledger(objects)
    other.before_request(AT)
    other.account.spent = Spent(requests, records, requests)
    other.close()


@pytest.mark.parametrize("used", [{"requests": 900}, {"requests": 910}, {"requests": 100, "records": 90_000}])
def test_what_tiktok_says_near_our_own_count_stops_every_task_until_the_reset(objects, used):
    spend(objects, **used)
    mine = ledger(objects)
    mine.before_request(AT)
    assert mine.refused(AT) == renewed_at(AT.date(), CLIENT)
    with pytest.raises(QuotaExhausted, match="TikTok has said today"):
        ledger(objects).before_request(AT + timedelta(hours=13))


def refuse(objects, at):
    mine = ledger(objects)
    mine.before_request(at)
    mine.after_answer(None)
    mine.close()
    return mine.refused(at)


@pytest.mark.parametrize("used", [{"requests": 50}, {"requests": 890, "records": 89_000}])
def test_a_refusal_far_below_our_own_count_is_asked_once_more_after_an_hour(objects, used):
    spend(objects, **used)
    assert refuse(objects, AT) == AT + DOUBT
    with pytest.raises(QuotaExhausted, match="far below our own count"):
        ledger(objects).before_request(AT + DOUBT / 2)
    assert refuse(objects, AT + DOUBT) == renewed_at(AT.date(), CLIENT)
    with pytest.raises(QuotaExhausted, match="TikTok has said today"):
        ledger(objects).before_request(AT + 2 * DOUBT)


def test_refusals_of_tasks_at_the_same_time_are_one(objects):
    tasks = [ledger(objects) for _ in range(3)]
    for task in tasks:
        task.before_request(AT)
    assert {task.refused(AT + timedelta(seconds=n)) for n, task in enumerate(tasks)} == {AT + DOUBT}


def test_the_second_refusal_of_a_day_is_believed_although_something_was_answered_between(objects):
    refuse(objects, AT)
    answer(objects, AT + DOUBT)
    assert refuse(objects, AT + 3 * DOUBT) == renewed_at(AT.date(), CLIENT)


def test_a_refusal_late_in_the_day_waits_for_the_reset_at_most(objects):
    late = AT.replace(hour=23, minute=50)
    assert refuse(objects, late) == renewed_at(AT.date(), CLIENT)
    ledger(objects).before_request(renewed_at(AT.date(), CLIENT))


def answer(objects, at):
    mine = ledger(objects)
    mine.before_request(at)
    mine.after_answer(100)
    mine.close()


def test_a_doubt_is_believed_after_an_hour_in_which_nothing_was_answered(objects):
    assert ledger(objects).doubt("404 /x @a", AT) == AT + DOUBT
    assert ledger(objects).doubt("404 /x @b", AT + DOUBT / 2) == AT + DOUBT
    assert ledger(objects).doubt("404 /x @b", AT + DOUBT) is None


def test_another_kind_of_answer_is_doubted_anew(objects):
    ledger(objects).doubt("404 /x @a", AT)
    assert ledger(objects).doubt("403 /x @a", AT + DOUBT) == AT + 2 * DOUBT


def test_a_good_answer_clears_a_doubt_but_not_that_of_the_very_same_request(objects):
    for kind in ("404 /x @a", "404 /token"):
        ledger(objects).doubt(kind, AT)
    answer(objects, AT + DOUBT)
    later = AT + 2 * DOUBT
    assert ledger(objects).doubt("404 /x @a", later) is None
    assert ledger(objects).doubt("404 /x @b", later) == later + DOUBT
    assert ledger(objects).doubt("404 /token", later) == later + DOUBT


def test_all_tasks_rest_while_an_answer_is_doubted(objects):
    ledger(objects).doubt("404 /x @a", AT)
    with pytest.raises(ApiResting, match="believed only when it comes again") as resting:
        ledger(objects).before_request(AT + timedelta(minutes=59))
    assert resting.value.resets_at == AT + DOUBT
    ledger(objects).before_request(AT + DOUBT)


@pytest.mark.parametrize(("before", "rest"), [(LOOKS / 2, False), (LOOKS * 2, True)])
def test_nobody_else_rests_when_others_were_answered_while_one_looked(objects, before, rest):
    answer(objects, AT - before)
    assert ledger(objects).doubt("404 /x @a", AT) == AT + DOUBT
    with pytest.raises(ApiResting) if rest else nullcontext():
        ledger(objects).before_request(AT + timedelta(minutes=1))


@pytest.mark.parametrize("how", ["doubt", "down", "refused"])
def test_a_rest_lasts_over_midnight(objects, how):
    late = AT.replace(hour=23, minute=30)
    mine = ledger(objects)
    mine.before_request(late)
    until = {"doubt": lambda: mine.doubt("404 /x", late), "down": lambda: mine.down(late)}.get(
        how, lambda: mine.refused(late)
    )()
    with pytest.raises((ApiResting, QuotaExhausted)):
        ledger(objects).before_request(until - timedelta(seconds=3))
    ledger(objects).before_request(until)


def test_a_doubt_is_believed_over_midnight(objects):
    late = AT.replace(hour=23, minute=30)
    ledger(objects).doubt("404 /x @a", late)
    assert ledger(objects).doubt("404 /x @b", late + DOUBT) is None


def test_deleting_the_notes_of_a_day_ends_a_rest(objects):
    """A person who knows that TikTok is back need not wait."""
    answer(objects, AT)
    mine = ledger(objects)
    mine.down(AT)
    mine.close()
    objects.delete([path for path in objects.paths("quota/") if "/note-" in path])
    ledger(objects).before_request(AT)
    assert sent(objects) == 2


def test_a_refusal_early_in_the_day_means_a_late_reset(objects):
    early = AT.replace(hour=0, minute=20)
    mine = ledger(objects)
    mine.before_request(early)
    mine.after_answer(None)
    assert mine.refused(early) == early + timedelta(minutes=20)
    ledger(objects).before_request(early + timedelta(minutes=20))


def test_a_refusal_early_in_the_day_after_an_answer_is_meant(objects):
    early = AT.replace(hour=0, minute=20)
    mine = ledger(objects)
    mine.before_request(early)
    mine.after_answer(100)
    mine.before_request(early)
    mine.after_answer(None)
    assert mine.refused(early) == early + DOUBT


def test_a_late_reset_is_waited_for_by_every_task(objects):
    early = AT.replace(hour=0, minute=20)
    mine = ledger(objects)
    mine.before_request(early)
    mine.after_answer(None)
    mine.refused(early)
    with pytest.raises(QuotaExhausted, match="has not renewed the quota yet") as caught:
        ledger(objects).before_request(early + timedelta(minutes=1))
    assert caught.value.resets_at == early + timedelta(minutes=20)
    assert sent(objects, early) == 1


def test_a_refusal_after_midnight_of_a_request_before_it_costs_no_day(objects):
    before, after = AT.replace(hour=23, minute=59, second=59), AT.replace(hour=0) + timedelta(days=1, seconds=2)
    mine = ledger(objects)
    mine.before_request(before - timedelta(seconds=9))
    mine.after_answer(100)
    mine.before_request(before)
    mine.after_answer(None)
    assert mine.refused(after) <= after + timedelta(minutes=45)
    ledger(objects).before_request(after + timedelta(minutes=45))


def test_twenty_tasks_do_not_break_the_reserve_between_them(objects):
    tasks, went = [ledger(objects, daily_requests=30) for _ in range(20)], 0
    for turn in range(50):
        with suppress(QuotaExhausted):
            tasks[turn % 20].before_request(AT)
            went += 1
    assert went == 30


def test_a_count_that_cannot_be_stored_stops_the_request(objects, monkeypatch):
    def refuse(*_):
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(type(objects), "write", refuse)
    with pytest.raises(StorageUnavailable):
        ledger(objects).before_request(AT)


def test_clients_do_not_share_a_day(objects):
    ledger(objects).before_request(AT)
    assert spent(objects, "ba9876543210", AT.date()) == Spent()
