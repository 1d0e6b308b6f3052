"""What is known of many units, added up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.manifest import State
from include.domain.units import QueryUnits, Units, parts_digest
from include.domain.window import DAY, Window
from tests.projects import project
from tests.units import ENDED, round_of, unit

FIRST = Window(date(2026, 1, 1), date(2026, 1, 30))
SECOND = Window(date(2026, 1, 31), date(2026, 3, 1))
OTHER = project(hashtags=["another"])


def add_up(*manifests):
    return Units.of(each.line for each in manifests)


def of_today(*manifests):
    """The units of the first one's query."""
    return add_up(*manifests).of_query(manifests[0].query_id)


def test_neighbouring_covered_windows_are_one_run_of_days():
    known = of_today(unit(FIRST, counts={"hits": 70}), unit(SECOND, counts={"distinct": 5}))
    assert known == QueryUnits(units=2, covered=(Window(FIRST.start, SECOND.end),), covered_days=60, hits=75)


def test_a_unit_about_which_something_is_left_to_be_done_stands_for_itself():
    suspect, begun = unit(FIRST, State.SUSPECT), unit(SECOND, State.OPEN)
    known = of_today(suspect, begun)
    assert known.unsettled == (suspect.line, begun.line)
    assert (known.covered, known.covered_days, known.hits) == ((), 0, 0)


def test_a_complete_unit_that_is_harvested_again_covers_and_is_not_settled():
    again = unit(FIRST).with_round(round_of(FIRST, number=2))
    known = of_today(again)
    assert (known.covered, known.unsettled) == ((FIRST,), (again.line,))


def test_an_accepted_unit_covers_and_is_settled():
    known = of_today(unit(FIRST, State.SUSPECT).accept("Ada", "a holiday", ENDED))
    assert (known.covered, known.unsettled) == ((FIRST,), ())


def test_queries_are_counted_apart_and_the_sums_together():
    units = add_up(unit(FIRST, counts={"requests": 2}), unit(SECOND, of=OTHER, counts={"requests": 3}))
    assert sorted(each.units for each in units.queries.values()) == [1, 1]
    assert (units.count, units.requests) == (2, 5)
    assert units.of_query("unknown") == QueryUnits()


def test_the_digest_of_a_month_is_that_of_its_parts():
    one = unit(FIRST, months={"2026-01": 3}, part_sha256="a")
    two = unit(SECOND, months={"2026-01": 1, "2026-02": 2}, part_sha256="b")
    without = unit(SECOND.cut(1)[0], State.OPEN)
    assert add_up(one, two, without).parts == {
        "2026-01": parts_digest({one.name: "a", two.name: "b"}),
        "2026-02": parts_digest({two.name: "b"}),
    }


NAMES = st.text("abc", min_size=1, max_size=3)


@given(st.dictionaries(NAMES, st.sampled_from("xyz"), max_size=8), st.dictionaries(NAMES, st.sampled_from("xyz")))
def test_sets_of_parts_look_alike_only_when_they_are(one, other):
    assert (parts_digest(one) == parts_digest(other)) == (one == other)
    assert parts_digest(one) == parts_digest(dict(reversed(one.items())))


@st.composite
def some_units(draw):
    """Units of days in order, in any state, with parts in one month or two."""
    found = []
    for number in sorted(draw(st.sets(st.integers(0, 60), max_size=12))):
        day = FIRST.start + timedelta(days=number)
        months = {f"{each:%Y-%m}": 1 for each in (day, day + draw(st.sampled_from([0, 31])) * DAY)}
        state, query = draw(st.sampled_from(State)), draw(st.sampled_from([None, OTHER]))
        sha256 = draw(st.sampled_from([None, "a", "b"]))
        found.append(unit(Window(day, day), state, query, months=months, part_sha256=sha256).line)
    return found


@given(some_units(), st.lists(st.integers(0, 12), max_size=4))
def test_units_add_up_to_the_same_however_they_are_grouped(lines, cuts):
    bounds = [0, *sorted(cuts), len(lines)]
    groups = [lines[first:last] for first, last in pairwise(bounds)]
    assert Units.sum(map(Units.of, groups)) == Units.of(lines)


@given(some_units())
def test_units_are_read_back_as_they_were_written(lines):
    units = Units.of(lines)
    assert Units.model_validate_json(units.model_dump_json(exclude_defaults=True)) == units


@pytest.mark.parametrize("window", [FIRST, SECOND])
def test_what_a_line_says_of_a_unit_is_what_its_manifest_says(window):
    manifest = unit(window, State.INCOMPLETE, tries=2)
    line = manifest.line
    assert (line.name, line.window, line.state, line.covers) == (str(window), window, manifest.state, manifest.covers)
    assert (line.again_on, line.waits_for_person) == (manifest.again_on, manifest.waits_for_person)
