import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.tiktok.retries import LONGEST, TRIES, Again, repeat
from include.tiktok.verdicts import Remedy

REMEDIES = list(TRIES)


class Call:
    """Refuses in these ways, one after the other, the last one for ever."""

    def __init__(self, *refusals):
        self.refusals = refusals
        self.made = 0

    def __call__(self):
        self.made += 1
        raise self.refusals[min(self.made, len(self.refusals)) - 1]


def again(remedy, retry_after=0.0):
    return Again(remedy, None, "refused", retry_after)


def give_up(*refusals):
    call, slept = Call(*refusals), []
    with pytest.raises(Again) as last:
        repeat(call, slept.append)
    return call.made, slept, last.value


@pytest.mark.parametrize("remedy", REMEDIES)
def test_patience_ends(remedy):
    made, slept, _ = give_up(again(remedy))
    assert made == TRIES[remedy]
    assert len(slept) == made - 1


def test_a_search_id_is_tried_again_after_the_documented_waits():
    _, slept, _ = give_up(again(Remedy.SEARCH_AGAIN))
    assert slept == [5, 10, 15, 20, 25]


@pytest.mark.parametrize("remedy", [Remedy.SECOND_LOOK, Remedy.RENEW_TOKEN, None])
def test_a_doubted_answer_is_looked_at_again_after_one_and_three_minutes(remedy):
    _, slept, _ = give_up(again(remedy))
    assert slept == [60, 120]


def test_what_tiktok_asks_for_is_honoured():
    _, slept, _ = give_up(again(Remedy.MOMENT, retry_after=100))
    assert all(wait >= 100 for wait in slept)


def test_a_wait_longer_than_our_patience_is_left_to_airflow():
    """A worker does not sleep for a day because a header says so."""
    made, slept, _ = give_up(again(Remedy.MOMENT, retry_after=86_400))
    assert (made, slept) == (1, [])


def test_waits_of_clients_are_spread():
    first = {give_up(again(Remedy.MOMENT))[1][0] for _ in range(20)}
    assert len(first) == 20


def test_one_fault_after_others_of_another_kind_is_not_the_last_of_its_kind():
    """A server fault after a burst of rate limits does not mean that the search is too broad."""
    made, _, last = give_up(*[again(Remedy.MOMENT)] * 4, again(Remedy.SMALLER_WINDOW), again(Remedy.MOMENT))
    assert last.remedy is Remedy.MOMENT
    assert made == 7


@given(st.lists(st.tuples(st.sampled_from(REMEDIES), st.floats(0, 2000)), min_size=1, max_size=40))
def test_a_page_is_bounded_in_calls_and_time_whatever_comes(refusals):
    made, slept, _ = give_up(*(again(*each) for each in refusals))
    assert made <= 8
    assert sum(slept) <= LONGEST
