"""Accepting a window that could not be completed: what is shown, what is refused, and what counts afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from include.domain.asked import Asked
from include.domain.check import Verdict, check
from include.domain.errors import AcceptanceRefused, WindowNotComplete, WindowTaken
from include.domain.manifest import Counts, Round, State, UnitManifest
from include.domain.slice import Slice
from include.domain.units import QueryUnits
from include.domain.window import Window
from include.stages.accept import Decision, accept, describe_window, find_window, read_window, sum_up, version_of
from include.stages.plan import windows_to_harvest
from include.stages.register import check_windows
from include.storage.leases import take
from include.storage.manifests import read_unit, write_unit
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_id, query_of
from tests.projects import PROJECT, project
from tests.stages.reading import LAYOUT, everything, now

JANUARY = Window(date(2026, 1, 1), date(2026, 1, 30))
ENDED = datetime(2026, 5, 20, 8, tzinfo=UTC)
COUNTS = Counts(pages=13, requests=14, distinct=1234, found=1230, foreign=4, fresh=1234, hits=1300, withheld=66)
CHECKS = (
    check("withheld hits", hits=1300, found=1234, withheld=66),
    check("readable answers", "1 pages had | bytes\nof another kind", verdict=Verdict.WARNING, lenient=1),
    check("neighbours", "1230 records came, where the neighbour has 20000", expected=20000.0, canary=None),
)


def ended(window=JANUARY, state=State.SUSPECT, of=None, tries=4, number=1, begun_by="a run"):
    """A window of the project whose round has ended in this state."""
    query, reason = query_of(of or project()), CHECKS[2].reason if state is not State.COMPLETE else ""
    begun = Round(
        number=number, begun_by=begun_by, slices=(Slice(number=1, start=window.start, end=window.end),), counts=COUNTS
    )
    unit = UnitManifest(
        start=window.start, end=window.end, query=query, query_id=query_id(query), now=begun, tries=tries - 1
    )
    return unit.close_round(begun.close(state, CHECKS, reason, ENDED, begun_by))


@pytest.fixture
def store(objects):
    return ProjectStore(objects, LAYOUT)


@pytest.fixture
def suspect(store):
    manifest = ended()
    write_unit(store, manifest)
    return manifest


def decision(manifest, **changes):
    return Decision(**{"window": JANUARY, "shown": version_of(manifest), "by": "Ada", "why": "a holiday"} | changes)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01 to 2026-01-30",
        "2026-01-01_2026-01-30",
        "  2026-01-01   TO 2026-01-30 ",
        "2026-01-01 - 2026-01-30",
        "20260101 – 20260130",
        "2026-01-01/2026-01-30",
    ],
)
def test_a_window_is_read_as_the_label_of_its_task_has_it(text):
    assert read_window(text) == JANUARY


@pytest.mark.parametrize(
    "text",
    ["", "January", "2026-01-01", "2026-01-01 to", "2026-01-30 to 2026-01-01", "2026-02-30 to 2026-03-01", "../x"],
)
def test_what_names_no_window_is_refused_with_an_example(text):
    with pytest.raises(AcceptanceRefused, match="such as 2026-01-01 to 2026-01-30"):
        read_window(text)


@pytest.mark.parametrize("state", [State.SUSPECT, State.INCOMPLETE])
@pytest.mark.parametrize("tries", [1, 4])
def test_a_window_that_could_not_be_completed_can_be_accepted_before_its_tries_are_used_up(
    store, objects, state, tries
):
    write_unit(store, ended(state=state, tries=tries))
    assert find_window(project(), JANUARY, objects).tries == tries


def test_the_window_of_a_retired_project_can_be_accepted(objects, suspect):
    retired = project(retired={"on": "2026-05-01", "reason": "the study is over"})
    assert find_window(retired, JANUARY, objects) == suspect


def test_an_unknown_window_is_refused_with_the_names_of_those_that_wait(store, objects, suspect):
    write_unit(store, ended(Window(date(2026, 3, 2), date(2026, 3, 31)), State.COMPLETE))
    write_unit(store, ended(Window(date(2026, 1, 31), date(2026, 3, 1)), State.INCOMPLETE))
    told = "no such window. These can be accepted: 2026-01-01 to 2026-01-30 (suspect), 2026-01-31 to 2026-03-01 (incomp"
    with pytest.raises(AcceptanceRefused) as refused:
        find_window(project(), Window(date(2026, 1, 1), date(2026, 1, 29)), objects)
    assert told in str(refused.value)


def test_the_names_of_many_windows_are_not_all_told(store, objects):
    for day in range(1, 29):
        write_unit(store, ended(Window(date(2026, 2, day), date(2026, 2, day))))
    with pytest.raises(AcceptanceRefused, match="and 18 more"):
        find_window(project(), JANUARY, objects)


def test_a_project_without_windows_has_none_to_accept(objects):
    with pytest.raises(AcceptanceRefused, match=r"there is no such window\. No window of the project can be accepted"):
        find_window(project(), JANUARY, objects)
    assert objects.paths("") == []


def test_a_complete_window_needs_no_acceptance(store, objects):
    complete = ended(state=State.COMPLETE)
    write_unit(store, complete)
    with pytest.raises(AcceptanceRefused, match="it is complete since 2026-05-20"):
        find_window(project(), JANUARY, objects)
    again = complete.with_round(ended(number=2).now)
    write_unit(store, again)
    with pytest.raises(AcceptanceRefused, match="it is complete since 2026-05-20"):
        find_window(project(), JANUARY, objects)


def test_a_round_that_has_not_ended_is_let_end_first(store, objects, suspect):
    going_on = suspect.with_round(suspect.now.reopen("manual__2").model_copy(update={"state": State.OPEN}))
    write_unit(store, going_on)
    with pytest.raises(AcceptanceRefused, match="begun by run manual__2, has not ended; let that run end"):
        find_window(project(), JANUARY, objects)


def test_a_window_of_an_earlier_query_is_not_accepted_for_that_of_today(store, objects):
    write_unit(store, ended(of=project(hashtags=["voetbal"])))
    with pytest.raises(AcceptanceRefused, match="an earlier query; the next run asks its days again"):
        find_window(project(), JANUARY, objects)


def test_a_person_is_shown_state_reason_counts_and_checks_the_gravest_first(suspect):
    shown = describe_window(suspect)
    assert "It is **suspect** after 4 tries; the last one ended on 2026-05-20 08:00 UTC." in shown
    assert "Why: 1230 records came, where the neighbour has 20000" in shown
    assert "| records found | 1,230 |" in shown
    assert "| new, changed, unchanged | 1,234, 0, 0 |" in shown
    assert "| hits that it withheld | 66 |" in shown
    checks = shown[shown.index("| Check |") :].splitlines()
    assert [line.split(" | ")[1] for line in checks[2:]] == ["**failed**", "warning", "passed"]
    assert "| expected 2e+04, canary unknown |" in checks[2]


def test_no_text_of_tiktok_breaks_the_table(suspect):
    assert "| 1 pages had \\| bytes of another kind |" in describe_window(suspect)


def test_what_tiktok_did_not_say_is_unknown(suspect):
    silent = suspect.with_round(suspect.now.with_counts(Counts(), {}))
    assert "| hits that it withheld | unknown |" in describe_window(silent)
    assert "withheld" not in sum_up(silent)


def test_an_acceptance_says_who_when_and_why_and_leaves_everything_else(store, objects, suspect, caplog):
    before = everything(objects)
    with caplog.at_level("INFO"):
        accepted = accept(project(), decision(suspect), objects, "a run", now)
    assert read_unit(store, str(JANUARY)) == accepted
    assert (accepted.accepted.by, accepted.accepted.at, accepted.accepted.why) == ("Ada", now(), "a holiday")
    assert (accepted.now, accepted.tries) == (suspect.now, suspect.tries)
    assert before.keys() == everything(objects).keys()
    assert (
        f"accepted project={PROJECT['project_id']} window 2026-01-01 to 2026-01-30 (suspect, 1,230 records found, 66 "
        "withheld by TikTok) accepted by Ada: a holiday" in caplog.text
    )


def test_the_next_plan_does_not_ask_the_days_of_an_accepted_window(store, objects, suspect):
    days, later = Asked(JANUARY.start, JANUARY.end), now() + timedelta(days=365)
    assert windows_to_harvest(project(), days, QueryUnits.of(suspect.line), later) == [JANUARY]
    accepted = accept(project(), decision(suspect), objects, "a run", now)
    assert windows_to_harvest(project(), days, QueryUnits.of(accepted.line), later) == []
    check_windows(project(), objects, [JANUARY])


def test_a_reharvest_that_completes_replaces_the_acceptance(objects, suspect):
    accepted = accept(project(), decision(suspect), objects, "a run", now)
    again = Asked(JANUARY.start, JANUARY.end, True)
    assert windows_to_harvest(project(), again, [accepted], now()) == [JANUARY]
    complete = accepted.close_round(ended(state=State.COMPLETE, number=2).now)
    assert (complete.accepted, complete.covers, complete.state) == (None, True, State.COMPLETE)


def test_a_reharvest_that_fails_leaves_the_acceptance(objects, suspect):
    accepted = accept(project(), decision(suspect), objects, "a run", now)
    assert accepted.close_round(ended(number=2).now).covers


@pytest.mark.parametrize(("number", "hours"), [(2, 0), (1, 1)])
def test_a_window_that_was_tried_again_since_it_was_shown_is_not_accepted(store, objects, suspect, number, hours):
    tried = ended(number=number).now.model_copy(update={"ended_at": ENDED + timedelta(hours=hours)})
    write_unit(store, suspect.with_round(tried))
    with pytest.raises(
        AcceptanceRefused, match=r"has changed since its checks were shown.* Trigger accept_window again"
    ):
        accept(project(), decision(suspect), objects, "a run", now)
    assert read_unit(store, str(JANUARY)).accepted is None


def test_a_window_that_was_completed_since_it_was_shown_is_not_accepted(store, objects, suspect):
    write_unit(store, suspect.close_round(ended(state=State.COMPLETE, number=2).now))
    with pytest.raises(AcceptanceRefused, match="it is complete"):
        accept(project(), decision(suspect), objects, "a run", now)


def test_a_window_is_accepted_once(objects, suspect):
    accept(project(), decision(suspect), objects, "a run", now)
    with pytest.raises(AcceptanceRefused, match="accepted on 2026-06-01 already, by Ada"):
        accept(project(), decision(suspect, by="Bob"), objects, "another run", now)


def test_an_acceptance_waits_for_a_harvest_that_is_at_work(store, objects, suspect):
    take(objects, LAYOUT.unit(str(JANUARY)), "a harvest", now())
    with pytest.raises(WindowTaken):
        accept(project(), decision(suspect), objects, "a run", now)
    assert read_unit(store, str(JANUARY)) == suspect


def test_a_refused_acceptance_leaves_nothing_where_no_window_is(objects, suspect):
    objects.delete([LAYOUT.manifest(str(JANUARY))])
    with pytest.raises(AcceptanceRefused, match="no such window"):
        accept(project(), decision(suspect), objects, "a run", now)
    assert objects.paths("") == []


def test_a_red_task_names_the_way_to_accept_its_window(suspect):
    with pytest.raises(WindowNotComplete, match="accept_window"):
        suspect.check_complete()
