"""What a run says of itself: its windows, their records, and each warning once."""

from datetime import date, timedelta

import pytest

from include.domain.check import Verdict, check
from include.domain.manifest import Counts, State
from include.domain.window import Window
from include.stages.run_counts import count_run
from include.storage.manifests import write_unit
from include.storage.project_store import ProjectStore
from tests.projects import project
from tests.stages.reading import LAYOUT
from tests.stages.test_accept import ENDED, JANUARY, ended

TURN = Window(date(2026, 1, 31), date(2026, 3, 1))
MARCH = Window(date(2026, 3, 2), date(2026, 3, 31))
DRIFT = check("fields", "new field x on 87 of 100 records", verdict=Verdict.WARNING)


@pytest.fixture
def keep(objects):
    """Keeps the manifest of a window, whose latest round has these counts and checks."""

    def keep(window, counts, *checks, state=State.COMPLETE, begun_by="this run", stop=False):
        manifest = ended(window, state, begun_by=begun_by)
        now = manifest.now.model_copy(update={"checks": checks}).with_counts(counts, {})
        if stop:
            now = now.model_copy(update={"state": State.OPEN, "ended_at": None})
        write_unit(ProjectStore(objects, LAYOUT), manifest.with_round(now))

    return keep


@pytest.fixture
def count(objects):
    return lambda *windows, since=None: count_run(project(), windows, objects, "this run", since)


def test_a_run_says_in_one_line_what_it_harvested(keep, count, caplog):
    keep(JANUARY, Counts(fresh=1500, unchanged=12, hits=2000, withheld=488, foreign=2), DRIFT)
    keep(TURN, Counts(fresh=77, hits=187, withheld=110))
    keep(MARCH, Counts(), DRIFT)
    with caplog.at_level("INFO"):
        counts = count(JANUARY, TURN, MARCH)
    assert str(counts) == (
        "harvested 3 windows: 1,577 new, 0 changed, 12 unchanged records; TikTok withheld 598 of 2,187 hits; "
        "2 foreign hits; warnings: new field x on 87 of 100 records"
    )
    assert counts.summary() == {
        "windows": 3,
        "complete": 3,
        "new": 1577,
        "changed": 0,
        "unchanged": 12,
        "foreign": 2,
        "hits": 2187,
        "withheld": 598,
        "warnings": ["new field x on 87 of 100 records"],
    }
    assert str(counts) in caplog.text


def test_what_is_nothing_is_not_told(keep, count):
    keep(JANUARY, Counts(fresh=1))
    assert str(count(JANUARY)) == "harvested 1 window: 1 new, 0 changed, 0 unchanged records"


def test_windows_that_are_not_complete_are_told_of(keep, count):
    keep(JANUARY, Counts(fresh=5, foreign=1), check("slices", "no answer"), state=State.INCOMPLETE)
    keep(TURN, Counts(fresh=5), stop=True)
    keep(MARCH, Counts(fresh=5))
    assert str(count(JANUARY, TURN, MARCH)) == (
        "harvested 3 windows, 2 of them not complete: 15 new, 0 changed, 0 unchanged records; 1 foreign hit"
    )


def test_rounds_of_other_runs_are_not_counted(keep, count):
    keep(JANUARY, Counts(fresh=5), begun_by="an earlier run")
    keep(TURN, Counts(fresh=7))
    keep(MARCH, Counts(fresh=9))
    assert count(JANUARY, TURN).new == 7
    assert str(count(JANUARY)) == str(count()) == "no window was harvested"


@pytest.mark.parametrize(("before", "windows"), [(timedelta(hours=1), 1), (-timedelta(hours=1), 0)])
def test_a_round_that_an_earlier_run_began_and_this_one_ended_is_counted(keep, count, before, windows):
    keep(JANUARY, Counts(fresh=5), begun_by="an earlier run")
    assert count(JANUARY, since=ENDED - before).windows == windows


def test_a_window_that_was_never_begun_is_not_counted(count):
    assert count(JANUARY).windows == 0
