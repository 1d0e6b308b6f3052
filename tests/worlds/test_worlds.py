"""A few worlds on each run of the tests, and every world in which something once went wrong."""

import pytest

from tests.worlds.world import run_world

#: Enough to meet most faults; `make worlds N=2000` runs more.
FEW = (*range(1, 17), *range(10_001, 10_005))


@pytest.mark.parametrize("seed", FEW)
def test_nothing_goes_wrong_in_a_world(seed):
    assert [str(each) for each in run_world(seed).violations] == []


def test_a_seed_makes_the_same_world_twice():
    first, second = run_world(7), run_world(7)
    assert first.digest == second.digest
    assert first.steps == second.steps > 100


def test_two_seeds_make_two_worlds():
    assert run_world(7).digest != run_world(8).digest


SYMPTOMS = {
    "a canary of today answers for the silence of two days ago": 8,
    "a stray of another slice's day makes a search contradict itself": 62,
    "a search cut in a day that the lost one had begun, where end_date is left out": 79,
    "a fresh search says nothing where records are known": 97,
    "a look at one day that cannot see it, where end_date is left out": 131,
    "end_date left out in one slice and not in another": 135,
    "more to verify than the bound allows": 136,
    "a fresh search says nothing after a lost one": 165,
    "scheduled posts behind an end that was refused": 59,
    "a silent day that its looks confirmed contradicts itself": 190,
    "a verification parked in every try": 191,
    "a reopened look follows no search": 197,
    "a unit that met its bound is parked for ever": 253,
    "a repeated page after a jump passes for the next": 337,
    "a cut search whose last day is not searched": 355,
    "classes of length that say nothing stay in a reopened round": 467,
    "a unit is tried again at once after a kill at its end": 535,
    "a call behind an end with a search id that is not ready": 658,
    "the narrowest look ends refused": 889,
    "a verification says nothing where hundreds are known": 955,
    "nothings of a bad day stay in a reopened round": 976,
    "a verification says nothing, and scheduled posts are lost": 1079,
    "a verification whose search id died over midnight": 1189,
    "an end that was refused, and a look at its day alone": 1351,
    "searches that circle, where end_date is left out": 1448,
    "a whole window says nothing, and its last day something": 1467,
    "a refused end of a bad day fails a fair one": 10_084,
    "scheduled posts behind a refused end, in two windows": 10_656,
    "a canary that is no text answers for texts": 10_996,
    "an end at a limit of hits, where scheduled posts hide how far the search came": 7246,
    "a limit of hits in a day of its own, beside a silent day": 20_042,
    "a limit of hits just before the beginning of a small day": 30_596,
    "a last look into a silence that began after the search": 20_793,
    "a search that came again says nothing of a last day that is known": 21_062,
    "a verification that starts afresh every day": 21_095,
    "an end refused in the narrowest question there is": 20_269,
    "a limit of hits that cuts a look where it cuts its search": 40_120,
    "a fresh search that counts end_date in goes on from one that did not": 30_158,
    "a silence of yesterday, and a canary of today": 40_556,
    "a task taken for dead puts its page over its successor's": 10_003,
}


@pytest.mark.parametrize("seed", SYMPTOMS.values(), ids=SYMPTOMS.keys())
def test_a_world_in_which_something_went_wrong(seed):
    assert [str(each) for each in run_world(seed).violations] == []
