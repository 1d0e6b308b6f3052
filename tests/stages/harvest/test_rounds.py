"""Which round a try works on: every way to go on, and every way to begin anew."""

import pytest

from include.domain.check import check
from include.domain.manifest import State
from include.domain.slice import SliceState
from include.domain.window import Window
from include.stages.harvest.rounds import current_round
from include.tiktok.query import fields_of, query_id, query_of
from tests.pages import page
from tests.projects import project
from tests.units import ENDED, round_of, unit

WINDOW = Window.parse("2026-01-01_2026-01-30")
RUN, EARLIER = "manual__2", "manual__1"
OURS = query_id(query_of(project()))
OTHER = project(hashtags=["another"])


def current(before, last_page=None, run=RUN, *, reharvest=False):
    return current_round(project(), WINDOW, before, last_page, run, reharvest=reharvest)


def parked(state=State.INCOMPLETE, *checks):
    """A round one of whose slices was parked."""
    whole = round_of(WINDOW).slices[0]
    slices = (whole.split("500"), whole.model_copy(update={"number": 2}).park("500"))
    now = round_of(WINDOW, state, slices=slices, checks=(check("slices", "500"), *checks))
    return unit(WINDOW, State.OPEN).close_round(now)


def is_new(manifest, number):
    """Whether its round begins anew, with one search of the whole window."""
    now, (whole,) = manifest.now, manifest.now.slices
    return (now.number, now.begun_by, now.state, now.fields, whole.number, whole.days) == (
        *(number, RUN, State.OPEN, fields_of(project()), 1, WINDOW),
    )


@pytest.mark.parametrize("reharvest", [False, True])
def test_a_window_that_was_never_asked_for_begins_with_its_first_round(reharvest):
    begun = current(None, reharvest=reharvest)
    assert is_new(begun, 1)
    assert (begun.window, begun.query, begun.query_id) == (WINDOW, query_of(project()), OURS)
    assert (begun.stands, begun.accepted, begun.tries) == (None, None, 0)


@pytest.mark.parametrize("reharvest", [False, True])
@pytest.mark.parametrize("run", [RUN, EARLIER])
def test_a_round_that_has_not_ended_goes_on_whoever_began_it(run, reharvest):
    begun = unit(WINDOW, State.OPEN)
    assert current(begun, run=run, reharvest=reharvest) == begun


@pytest.mark.parametrize("reharvest", [False, True])
@pytest.mark.parametrize("state", [State.COMPLETE, State.SUSPECT, State.INCOMPLETE])
def test_the_next_try_of_the_run_that_ended_a_round_asks_nothing(state, reharvest):
    ended = unit(WINDOW, state)
    assert current(ended, run=EARLIER, reharvest=reharvest) == ended


def test_another_run_asks_nothing_of_a_complete_window():
    done = unit(WINDOW)
    assert current(done) == done


def test_a_reharvest_begins_a_new_round_while_the_complete_one_stands():
    done = unit(WINDOW)
    again = current(done, reharvest=True)
    assert is_new(again, 2)
    assert (again.stands, again.state) == (done.now, State.COMPLETE)


@pytest.mark.parametrize("reharvest", [False, True])
def test_a_round_that_could_not_be_believed_is_made_anew_by_another_run(reharvest):
    suspect = unit(WINDOW, State.SUSPECT, tries=2)
    again = current(suspect, reharvest=reharvest)
    assert is_new(again, 2)
    assert again.tries == 2


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.SUSPECT])
def test_another_run_asks_again_only_for_what_was_parked(state):
    again = current(parked(state))
    assert (again.now.number, again.now.begun_by, again.state) == (1, RUN, State.OPEN)
    assert [each.number for each in again.now.open_slices] == [3]
    assert [each.state for each in again.now.slices[:2]] == [SliceState.SPLIT] * 2


def test_a_round_that_something_else_makes_unbelievable_is_made_anew_though_a_part_of_it_was_parked():
    assert is_new(current(parked(State.INCOMPLETE, check("neighbours", "too few"))), 2)


def test_the_next_try_of_a_run_that_ended_what_another_one_began_asks_nothing():
    """Else a task that is cleared would search a suspect window again at once."""
    begun = unit(WINDOW, State.OPEN)
    ended = begun.close_round(begun.now.close(State.SUSPECT, (), "a reason", ENDED, "manual__7"))
    assert current(ended, run="manual__7") == ended
    assert current(ended, run=EARLIER) == ended
    assert is_new(current(ended), 2)


def test_a_reharvest_asks_for_everything_of_a_window_of_which_something_was_parked():
    assert is_new(current(parked(), reharvest=True), 2)


# Another query, and manifests that somebody deleted


def test_another_query_begins_anew_behind_the_rounds_of_the_earlier_one():
    earlier = unit(WINDOW, of=OTHER).with_round(round_of(WINDOW, State.COMPLETE, number=3))
    begun = current(earlier)
    assert is_new(begun, 4)
    assert (begun.query_id, begun.stands, begun.covers) == (OURS, None, False)


@pytest.mark.parametrize(("last", "number"), [(1, 4), (5, 6)])
def test_another_query_never_numbers_its_pages_as_earlier_ones_are_numbered(last, number):
    earlier = unit(WINDOW, of=OTHER).with_round(round_of(WINDOW, State.COMPLETE, number=3))
    assert is_new(current(earlier, page(round=last, query_id=OURS)), number)


def test_the_search_of_a_deleted_manifest_goes_on_with_the_fields_it_began_with():
    begun = current(None, page(round=2, slice=1, number=7, query_id=OURS, fields=("id", "username")))
    assert (begun.now.number, begun.now.fields) == (2, ("id", "username"))
    assert [each.number for each in begun.now.open_slices] == [1]


@pytest.mark.parametrize("changes", [{"slice": 2, "query_id": OURS}, {"slice": 1, "query_id": "0123456789ab"}])
def test_a_deleted_manifest_of_a_search_that_was_split_or_of_another_query_is_begun_anew(changes):
    assert is_new(current(None, page(round=2, **changes)), 3)
