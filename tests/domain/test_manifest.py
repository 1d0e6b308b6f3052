"""The manifest of a unit: which round counts, when it is tried again, and what a person may do."""

from datetime import date, datetime, timedelta

import pytest

from include.domain.check import Verdict, check
from include.domain.errors import WindowNotComplete
from include.domain.manifest import State, UnitManifest
from include.domain.slice import Aim, Slice, SliceState
from include.domain.unit_line import TRY_AGAIN_AFTER
from include.domain.window import DAY, Window
from tests.units import ENDED, end, round_of, unit

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
TODAY = ENDED.date()
NOT_COMPLETE = [State.SUSPECT, State.INCOMPLETE]


def ends(manifest, state, at=ENDED, **changes):
    """The manifest after one more round that ended so."""
    return manifest.close_round(round_of(WINDOW, state, at, number=manifest.now.number + 1, **changes))


# A round and its slices


def slices(*states, hits=5):
    whole = Slice(number=1, start=WINDOW.start, end=WINDOW.end, hits=hits)
    return tuple(whole.model_copy(update={"number": each, "state": state}) for each, state in enumerate(states, 1))


def test_what_a_slice_was_split_into_is_asked_in_its_place():
    begun = round_of(WINDOW, slices=slices(SliceState.OPEN, SliceState.OPEN))
    first, second = begun.slices
    parts = [first.model_copy(update={"number": number, "after": 1}) for number in (3, 4)]
    after = begun.replace(first.split("HTTP 500"), *parts)
    assert [each.number for each in after.slices] == [1, 3, 4, 2]
    assert [each.number for each in after.open_slices] == [3, 4, 2]
    assert (after.next_number, after.slice(3), after.slice(2)) == (5, parts[0], second)


def test_a_round_that_is_opened_again_asks_only_what_was_parked():
    states = (SliceState.SPLIT, SliceState.DONE, SliceState.PARKED, SliceState.DONE, SliceState.PARKED)
    ended = round_of(WINDOW, State.INCOMPLETE, slices=slices(*states), jumps=False)
    again = ended.reopen("manual__2")
    assert [each.number for each in again.open_slices] == [6, 7]
    assert [each.state for each in again.slices[:5]] == [
        SliceState.SPLIT,
        SliceState.DONE,
        SliceState.SPLIT,
        SliceState.DONE,
        SliceState.SPLIT,
    ]
    assert (again.state, again.ended_at, again.reason, again.checks) == (State.OPEN, None, "", ())
    assert (again.number, again.begun_by, again.ended_by, again.tried_from) == (1, "manual__2", "", 6)
    assert not again.jumps, "what TikTok refuses, it refuses to the next run, too"


@pytest.mark.parametrize("hits", [0, None])
def test_a_round_that_is_opened_again_asks_again_what_had_found_nothing(hits):
    """TikTok answers with nothing for hours at times; a whole day of silence is not believed in the same round."""
    ended = round_of(WINDOW, State.INCOMPLETE, slices=slices(SliceState.PARKED, SliceState.DONE, hits=hits))
    assert [each.number for each in ended.reopen("manual__2").open_slices] == [3, 4]


PARKED_AND_DONE = (SliceState.DONE, SliceState.PARKED)


@pytest.mark.parametrize(
    ("states", "failed", "can"),
    [
        (PARKED_AND_DONE, ["slices"], True),
        (PARKED_AND_DONE, ["verification", "second looks", "requests without a new record"], True),
        ((SliceState.DONE,), ["ends of searches"], True),
        (PARKED_AND_DONE, ["slices", "neighbours"], False),
        ((SliceState.DONE,), ["neighbours"], False),
        ((SliceState.DONE,), [], False),
    ],
)
def test_a_round_can_be_completed_where_nothing_but_single_slices_stands_against_it(states, failed, can):
    checks = (check("withheld hits"), *(check(name, "a reason") for name in failed))
    assert round_of(WINDOW, State.SUSPECT, checks=checks, slices=slices(*states)).can_be_completed is can


def test_a_round_that_ended_says_how_when_and_why():
    checks = [check("withheld hits"), check("neighbours", "too few came")]
    ended = round_of(WINDOW).close(State.SUSPECT, checks, "too few came", ENDED, "manual__2")
    assert (ended.state, ended.ended_at, ended.reason) == (State.SUSPECT, ENDED, "too few came")
    assert (ended.begun_by, ended.ended_by) == ("manual__1", "manual__2")
    assert ended.checks == tuple(checks)


# Which round counts


def test_a_unit_that_has_not_ended_covers_nothing():
    begun = unit(WINDOW, State.OPEN)
    assert (begun.state, begun.covers, begun.result) == (State.OPEN, False, begun.now)


def test_a_complete_round_stands():
    done = unit(WINDOW)
    assert (done.state, done.covers, done.stands, done.tries) == (State.COMPLETE, True, done.now, 0)


@pytest.mark.parametrize("state", [State.OPEN, *NOT_COMPLETE])
def test_a_complete_round_stands_until_a_newer_one_is_complete(state):
    """Row 16: a reharvest that waits for quota does not unmake what was there."""
    done = unit(WINDOW)
    newer = round_of(WINDOW, state, number=2)
    again = done.with_round(newer) if state is State.OPEN else done.close_round(newer)
    assert (again.state, again.covers, again.result) == (State.COMPLETE, True, done.now)
    assert again.now is newer
    last = ends(again, State.COMPLETE)
    assert (last.result, last.stands) == (last.now, last.now)


@pytest.mark.parametrize("state", NOT_COMPLETE)
def test_a_round_that_could_not_be_completed_speaks_for_the_unit_but_covers_nothing(state):
    ended = unit(WINDOW, state)
    assert (ended.state, ended.covers, ended.stands, ended.result) == (state, False, None, ended.now)


# When it is tried again


@pytest.mark.parametrize("state", NOT_COMPLETE)
def test_a_unit_is_tried_again_after_one_three_and_seven_days_and_then_waits_for_a_person(state):
    """Row 9: a window that stays suspect is not bought again by every run."""
    manifest = unit(WINDOW, State.OPEN)
    for tries, days in enumerate(TRY_AGAIN_AFTER, 1):
        manifest = ends(manifest, state)
        assert (manifest.tries, manifest.again_on) == (tries, TODAY + timedelta(days=days))
        assert [manifest.line.is_due(TODAY + timedelta(days=later)) for later in (0, days - 1, days, days + 30)] == [
            False,
            False,
            True,
            True,
        ]
    manifest = ends(manifest, state)
    assert (manifest.again_on, manifest.waits_for_person) == (None, True)
    assert not manifest.line.is_due(TODAY + timedelta(days=3_000))


def test_a_unit_that_was_begun_goes_on_at_once():
    assert unit(WINDOW, State.OPEN).line.is_due(TODAY)
    assert unit(WINDOW, State.OPEN).again_on is None


def test_a_round_that_was_opened_again_goes_on_at_once():
    parked = unit(WINDOW, State.INCOMPLETE)
    assert not parked.line.is_due(TODAY)
    assert parked.with_round(parked.now.reopen("manual__2")).line.is_due(TODAY)


@pytest.mark.parametrize("tries", [1, 2, 3, 4, 9])
def test_a_unit_that_is_complete_is_never_due(tries):
    manifest = ends(unit(WINDOW, State.SUSPECT, tries=tries), State.COMPLETE)
    assert (manifest.tries, manifest.again_on, manifest.waits_for_person) == (0, None, False)
    assert not manifest.line.is_due(TODAY + 30 * DAY)


def test_tries_are_those_in_a_row():
    manifest = ends(ends(unit(WINDOW, State.SUSPECT, tries=3), State.COMPLETE), State.SUSPECT)
    assert (manifest.tries, manifest.covers, manifest.line.is_due(TODAY + 30 * DAY)) == (1, True, False)


# What a person said


def accepted(manifest):
    return manifest.accept("Ada", "a holiday", ENDED)


@pytest.mark.parametrize("tries", [1, 4])
@pytest.mark.parametrize("state", NOT_COMPLETE)
def test_a_unit_that_a_person_accepts_covers_its_days_and_is_not_tried_again(state, tries):
    taken = accepted(unit(WINDOW, state, tries=tries))
    assert (taken.covers, taken.state, taken.stands) == (True, state, None)
    assert (taken.again_on, taken.waits_for_person, taken.line.is_due(TODAY + 30 * DAY)) == (None, False, False)
    assert (taken.accepted.by, taken.accepted.why, taken.accepted.at, taken.accepted.round) == (
        "Ada",
        "a holiday",
        ENDED,
        1,
    )
    taken.check_complete()


def test_a_complete_round_takes_the_place_of_what_a_person_accepted():
    done = ends(accepted(unit(WINDOW, State.SUSPECT)), State.COMPLETE)
    assert (done.accepted, done.result) == (None, done.now)


def test_what_a_person_accepted_counts_though_a_newer_round_could_not_be_completed():
    again = ends(accepted(unit(WINDOW, State.SUSPECT)), State.SUSPECT)
    assert again.covers
    with pytest.raises(WindowNotComplete, match="Its days still count, as Ada accepted an earlier round"):
        again.check_complete()


# What people are told


def told(manifest):
    with pytest.raises(WindowNotComplete) as error:
        manifest.check_complete()
    return str(error.value)


def test_a_complete_unit_needs_no_word():
    unit(WINDOW).check_complete()


def test_a_unit_that_is_tried_again_says_when():
    assert told(unit(WINDOW, State.SUSPECT, counts={"pages": 3})) == (
        "Window 2026-01-01_2026-01-30 is suspect: a reason. Its 3 pages are kept and merged. It is tried again by the "
        "first run on 2026-05-02 or later. Its days do not count as covered until then."
    )


def test_a_unit_that_waits_for_a_person_says_what_to_do():
    text = told(unit(WINDOW, State.INCOMPLETE, tries=4))
    assert "It has been tried 4 times and waits for you: harvest its dates again, or accept it" in text
    assert "accept_window" in text


def test_a_unit_with_a_complete_round_says_that_it_still_counts():
    assert "The round of 2026-05-01, which was complete, still counts." in told(ends(unit(WINDOW), State.SUSPECT))


def test_what_airflow_shows_are_counts_and_warnings():
    warning = check("foreign hits", "2 hits are of other days", verdict=Verdict.WARNING)
    begun = unit(WINDOW, State.OPEN, counts={"pages": 2, "fresh": 5, "changed": 1})
    checks = (warning, check("hits"), check("neighbours", "too few"))
    summary = begun.close_round(end(begun.now, State.SUSPECT, checks=checks)).summary()
    assert summary["warnings"] == ["2 hits are of other days"]
    assert (summary["window"], summary["state"], summary["reason"]) == (str(WINDOW), "suspect", "too few")
    assert (summary["pages"], summary["fresh"], summary["changed"], summary["withheld"]) == (2, 5, 1, None)
    assert "warnings" not in begun.summary()


def test_a_manifest_is_read_back_as_it_was_written():
    look = Slice(number=2, start=WINDOW.start, end=WINDOW.end, aim=Aim.LOOK, narrowing={"create_date": ("20260101",)})
    begun = unit(WINDOW, months={"2026-01": 3}, part_sha256="ab" * 32, synthetic=True, first_created=ENDED)
    kept = accepted(ends(begun.with_round(begun.now.add(look)), State.SUSPECT))
    assert UnitManifest.model_validate_json(kept.model_dump_json()) == kept
    assert isinstance(kept.now.ended_at, datetime)
