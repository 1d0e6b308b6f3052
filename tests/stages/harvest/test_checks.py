"""Whether what came can be believed: every doubt about a count, what settles it, and what is only told."""

from datetime import date
from itertools import count
from types import SimpleNamespace

import pytest

from include.domain.check import Verdict
from include.domain.manifest import State
from include.domain.slice import Slice
from include.domain.window import Window
from include.stages.harvest import harvest
from include.stages.harvest.checks import check_limit
from include.stages.harvest.evidence import finds_again
from include.storage.manifests import write_unit
from tests.projects import project
from tests.stages.harvest.answering import Answering, spread
from tests.stages.reading import store
from tests.units import unit

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
NEXT = Window(date(2026, 1, 31), date(2026, 3, 1))
LISTS = dict.fromkeys(("accounts", "hashtags", "region_codes"))
RUNS = count()
CANARY = {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": ["canary"]}]}
BY_TEXT = {"keywords": ["klimaat"]}
BY_NAME = {"accounts": ["synth_a"]}


def made(canaries=None, **lists):
    """A project that asks for these lists and nothing else."""
    return project(**LISTS | lists, canary_queries=[CANARY] if canaries is not None else None)


def tiktok(came, canaries=0):
    """TikTok as it finds so many records for the project, and for its canary query."""
    return Answering(lambda query: spread(canaries if query.get("and") == CANARY["and"] else came, WINDOW))


def harvested(objects, came, canaries=None, **lists):
    """The window after one more round, to which TikTok gave so many records."""
    api, run = tiktok(came, canaries or 0).api(), f"scheduled__{next(RUNS)}"
    return harvest(made(canaries, **lists or BY_TEXT), WINDOW, api, objects, run, reharvest=True)


def doubt(objects, came, canaries=None, **lists):
    """Why a window cannot be believed; empty where it can."""
    return harvested(objects, came, canaries, **lists).now.reason


def neighbour(objects, found, window=NEXT, state=State.COMPLETE, **lists):
    """Another window of the project's query, which found so many."""
    write_unit(
        store(objects), unit(window, state, of=made(**lists or BY_TEXT), counts={"found": found, "distinct": found})
    )


def check(manifest, name):
    return next(each for each in manifest.now.checks if each.name == name)


def test_records_are_believed(objects):
    assert harvested(objects, 10).state is State.COMPLETE


# Nothing came


def test_nothing_by_text_is_not_believed_when_nothing_ever_came(objects):
    manifest = harvested(objects, 0)
    assert manifest.state is State.SUSPECT
    assert "TikTok has answered queries with nothing before" in manifest.now.reason
    assert "Name a canary query" in manifest.now.reason


def test_nothing_by_name_is_believed(objects):
    assert harvested(objects, 0, **BY_NAME).state is State.COMPLETE


def test_nothing_by_text_is_believed_when_the_nearest_window_has_a_handful_of_records(objects):
    neighbour(objects, 9)
    assert doubt(objects, 0) == ""


def test_a_sudden_nothing_is_not_believed(objects):
    """TikTok has answered texts with nothing for weeks: every new window would have been complete, with no record."""
    neighbour(objects, 240)
    assert "the nearest complete window has 240 records on as many days" in doubt(objects, 0)
    assert doubt(objects, 0, canaries=1) == ""


@pytest.mark.parametrize(("found", "believed"), [(99, True), (100, False)])
def test_an_account_may_fall_silent_unless_its_neighbour_has_many(objects, found, believed):
    neighbour(objects, found, **BY_NAME)
    assert (doubt(objects, 0, **BY_NAME) == "") is believed


def test_the_nearest_window_is_compared_by_its_days(objects):
    neighbour(objects, 1_000, Window(date(2026, 3, 2), date(2026, 3, 31)))
    neighbour(objects, 8, Window(date(2026, 1, 31), date(2026, 2, 9)))
    assert "has 24 records on as many days" in doubt(objects, 0)


@pytest.mark.parametrize("state", [State.SUSPECT, State.INCOMPLETE, State.OPEN])
def test_nothing_is_doubted_while_the_query_works_elsewhere_and_no_window_is_complete(objects, state):
    neighbour(objects, 240, state=state)
    assert "found something on other days; none of them are complete" in doubt(objects, 0)


def test_nothing_is_not_believed_where_an_earlier_round_found_records(objects):
    harvested(objects, 5, **BY_NAME)
    assert doubt(objects, 0, **BY_NAME).startswith("nothing came, but earlier harvests of these days found 5 records")


def test_nothing_is_not_believed_where_other_windows_hold_records_of_these_days(objects):
    complete_of(objects, Window(date(2026, 1, 25), date(2026, 2, 5)), 5, **BY_NAME)
    assert "earlier harvests of these days found 5 records" in doubt(objects, 0, **BY_NAME)


def complete_of(objects, window, found, **lists):
    """Another window whose part holds so many records of a query on the last days of January."""
    api = Answering(lambda _: spread(found, window & WINDOW)).api()
    harvest(made(**lists), window, api, objects, "manual__1")


def test_nothing_is_not_believed_where_an_earlier_query_found_records_and_this_one_never_did(objects):
    harvested(objects, 7, accounts=["synth_a", "synth_b"])
    assert "nothing came of this query, but an earlier one found 7 records" in doubt(objects, 0, **BY_NAME)


def test_nothing_is_believed_where_an_earlier_query_found_a_few_and_this_one_works_elsewhere(objects):
    harvested(objects, 7, accounts=["synth_a", "synth_b"])
    neighbour(objects, 5, **BY_NAME)
    assert doubt(objects, 0, **BY_NAME) == ""


def test_nothing_is_not_believed_where_an_earlier_query_found_many_even_if_this_one_works_elsewhere(objects):
    harvested(objects, 150, accounts=["synth_a", "synth_b"])
    neighbour(objects, 5, **BY_NAME)
    assert "an earlier one found 150 records" in doubt(objects, 0, **BY_NAME)


def test_records_of_another_query_in_another_window_count_as_well(objects):
    complete_of(objects, Window(date(2026, 1, 25), date(2026, 2, 5)), 120, accounts=["synth_a", "synth_b"])
    neighbour(objects, 5, **BY_NAME)
    assert "an earlier one found 120 records" in doubt(objects, 0, **BY_NAME)


# Less came than is known


def test_far_fewer_than_an_earlier_round_found_are_not_believed(objects):
    harvested(objects, 300)
    assert doubt(objects, 149).startswith("this round found 149 records where 300 are known. Name a canary query")


def test_the_round_that_was_believed_last_is_what_a_new_one_is_held_against(objects):
    """Records go; what an earlier round found says nothing once a smaller one was believed."""
    for found in (300, 200, 120):
        assert harvested(objects, found).state is State.COMPLETE
    assert "where 120 are known" in doubt(objects, 40)


def test_somewhat_fewer_than_before_are_deletions(objects):
    harvested(objects, 300)
    assert doubt(objects, 250) == ""


@pytest.mark.parametrize(("came", "known", "believed"), [(1, 99, False), (1, 20, False), (7, 20, True), (1, 9, True)])
def test_a_search_that_ends_early_is_seen_in_small_windows_too(objects, came, known, believed):
    harvested(objects, known, **BY_NAME)
    assert (doubt(objects, came, **BY_NAME) == "") is believed


def test_far_fewer_than_other_windows_hold_of_these_days_are_not_believed(objects):
    complete_of(objects, Window(date(2026, 1, 20), date(2026, 2, 5)), 300, **BY_NAME)
    assert "149 records where 300" in doubt(objects, 149, **BY_NAME)


def test_what_another_query_found_says_nothing_of_how_many_there_are(objects):
    complete_of(objects, Window(date(2026, 1, 20), date(2026, 2, 5)), 300, accounts=["synth_a", "synth_b"])
    assert doubt(objects, 149, **BY_NAME) == ""


@pytest.mark.parametrize(("came", "believed"), [(99, False), (101, True)])
def test_a_tenth_of_what_the_neighbour_has_is_doubted(objects, came, believed):
    """Row 2: *no more* too early in a window of which nothing else is known."""
    neighbour(objects, 1_000)
    assert (doubt(objects, came) == "") is believed


def test_a_neighbour_with_few_records_makes_no_doubt(objects):
    neighbour(objects, 99)
    assert doubt(objects, 1) == ""


# Canary queries


@pytest.mark.parametrize("came", [0, 149])
def test_a_canary_that_finds_something_settles_every_doubt_about_a_count(objects, came):
    harvested(objects, 300)
    settled = harvested(objects, came, canaries=1)
    assert settled.state is State.COMPLETE
    assert check(settled, "earlier rounds").verdict is Verdict.WARNING
    assert "where 300 are known" in check(settled, "earlier rounds").reason or came == 0


def test_a_canary_that_finds_nothing_settles_nothing(objects):
    assert "and a canary query of the project found nothing either" in doubt(objects, 0, canaries=0, **BY_NAME)
    harvested(objects, 300)
    told = doubt(objects, 149, canaries=0)
    assert "149 records where 300 are known" in told
    assert "and a canary" in told
    assert "Name a canary query" not in told


def test_canaries_are_asked_only_where_there_is_a_doubt(objects):
    session = tiktok(50, 1)
    harvest(made(1, **BY_TEXT), WINDOW, session.api(), objects, "manual__1")
    assert [asked["query"] for asked in session.asked if asked["query"] == CANARY] == []
    assert check(harvested(objects, 0, canaries=1), "canary queries").figures == {"asked": 1}


# What is told besides


def test_every_check_stands_in_the_manifest_with_its_figures(objects):
    manifest = harvested(objects, 130)
    assert [each.name for each in manifest.now.checks if each.verdict is not Verdict.PASSED] == []
    figures = {each.name: each.figures for each in manifest.now.checks}
    assert figures["slices"] == {"parked": 0, "of": 1}
    assert figures["ends of searches"] == {
        "searches": 1,
        "hits": 1,
        "a thin last page": 0,
        "one more call": 0,
        "refused": 0,
    }
    assert figures["withheld hits"] == {"hits": 130, "found": 130, "withheld": 0}
    assert figures["records without an id"] == {"records": 0}
    assert figures["foreign hits"] == {"hits": 0}
    assert figures["requests without a new record"]["bound"] == 100
    assert figures["fields"]["records"] == 130


def test_records_without_an_id_are_not_passed_over(objects):
    session = Answering(lambda _: [*spread(10, WINDOW), *({"create_time": 1767268800} for _ in range(3))])
    manifest = harvest(made(**BY_TEXT), WINDOW, session.api(), objects, "manual__1")
    assert manifest.state is State.SUSPECT
    assert "3 records came without an id" in manifest.now.reason


def test_foreign_hits_are_told_and_make_no_window_suspect(objects):
    session = Answering(lambda _: [*spread(10, WINDOW), *spread(2, WINDOW, username="nobody")])
    manifest = harvest(made(**BY_NAME), WINDOW, session.api(), objects, "manual__1")
    assert manifest.state is State.COMPLETE
    assert check(manifest, "foreign hits").verdict is Verdict.WARNING


def test_only_records_that_were_asked_for_are_held_against_what_is_known(objects):
    harvested(objects, 300, **BY_NAME)
    session = Answering(lambda _: spread(300, WINDOW, username="nobody"))
    manifest = harvest(made(**BY_NAME), WINDOW, session.api(), objects, "manual__2", reharvest=True)
    assert "nothing came, but earlier harvests of these days found 300 records" in manifest.now.reason


def test_ids_that_were_rounded_make_a_window_suspect(objects):
    """They name other videos, and the next harvest would not find them."""
    rounded = [record | {"id": record["id"] & ~1023} for record in spread(10, WINDOW)]
    manifest = harvest(made(**BY_NAME), WINDOW, Answering(lambda _: rounded).api(), objects, "manual__1")
    assert (manifest.state, check(manifest, "exact ids").verdict) == (State.SUSPECT, Verdict.FAILED)


@pytest.mark.parametrize(("hits", "failed"), [((997, 997, 997), True), ((997, 997, 800), False), ((0, 0, 0), False)])
def test_searches_of_several_lengths_with_as_many_hits_met_a_limit(hits, failed):
    """Their cursors told the limit as if it were the end."""
    lengths = zip((10, 20, 30), hits, strict=True)
    first = date(2026, 1, 1)
    done = [Slice(number=days, start=first, end=date(2026, 1, days), hits=each) for days, each in lengths]
    assert check_limit(done).failed == failed


def test_searches_of_equally_many_days_may_have_equally_many_hits():
    done = [Slice(number=day, start=date(2026, 1, day), end=date(2026, 1, day), hits=997) for day in (1, 2, 3)]
    assert not check_limit(done).failed


def test_where_only_foreign_hits_came_no_day_can_be_asked_again():
    """A window of such hits and of a silence ended in an error, at each try."""
    nothing_of_its_own = SimpleNamespace(now=SimpleNamespace(number=1), gathering=SimpleNamespace(days_of=lambda _: {}))
    assert not finds_again(nothing_of_its_own)
