from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.asked import Asked
from include.domain.density import Sample, Samples
from include.domain.errors import AccessEnded, ProjectInvalid, SettingInvalid
from include.domain.manifest import State
from include.domain.units import Units
from include.domain.window import DAY, Window
from include.stages.plan import plan, windows_to_harvest
from include.storage.configurations import versions
from include.storage.manifests import write_unit
from include.storage.samples import write_samples
from include.tiktok.query import query_id, query_of
from tests.projects import project
from tests.stages.reading import LAYOUT, store
from tests.units import end, round_of, unit

TODAY = date(2026, 6, 1)
WHOLE = Window(date(2026, 1, 1), date(2026, 3, 31))


def manifest(text, state=State.COMPLETE, of=None, **changes):
    return unit(text, state, of, **changes)


def at(day):
    return datetime.combine(day, datetime.min.time(), UTC)


def known(manifests):
    """What a plan knows of units of the project's query."""
    return Units.of(each.line for each in manifests).of_query(query_id(query_of(project())))


def planned(*manifests, asked=None, today=TODAY, **changes):
    found = windows_to_harvest(project(**changes), asked or Asked(), known(manifests), at(today))
    return list(map(str, found))


def test_a_period_is_cut_into_windows_of_thirty_days():
    assert planned() == ["2026-01-01_2026-01-30", "2026-01-31_2026-03-01", "2026-03-02_2026-03-31"]


def test_a_leap_day_is_a_day():
    leap = planned(
        period={"start": "2024-02-01", "end": "2024-03-31"}, access={"start": "2026-01-01", "end": "2026-12-31"}
    )
    assert leap == ["2024-02-01_2024-03-01", "2024-03-02_2024-03-31"]


def test_a_project_may_ask_for_shorter_windows():
    assert planned(window_days=1, period={"start": "2026-01-01", "end": "2026-01-03"}) == [
        "2026-01-01_2026-01-01",
        "2026-01-02_2026-01-02",
        "2026-01-03_2026-01-03",
    ]


def test_covered_days_are_not_planned_again():
    covered = manifest("2026-01-01_2026-01-30"), manifest("2026-02-10_2026-02-20")
    assert planned(*covered) == ["2026-01-31_2026-02-09", "2026-02-21_2026-03-22", "2026-03-23_2026-03-31"]


def test_nothing_is_left_once_every_day_is_covered():
    assert planned(*map(manifest, planned())) == []


def test_an_open_period_grows_with_the_days():
    covered = [manifest(text) for text in planned(period={"start": "2026-05-01"}, today=date(2026, 6, 1))]
    assert [str(each.window) for each in covered] == ["2026-05-01_2026-05-29"]
    assert planned(*covered, period={"start": "2026-05-01"}, today=date(2026, 6, 1)) == []
    assert planned(*covered, period={"start": "2026-05-01"}, today=date(2026, 6, 2)) == ["2026-05-30_2026-05-30"]


def test_days_that_have_not_settled_wait():
    assert planned(period={"start": "2026-05-28", "end": "2026-06-30"}, settle_days=3) == ["2026-05-28_2026-05-29"]
    assert planned(period={"start": "2026-05-30", "end": "2026-06-30"}, settle_days=3) == []


def test_asked_dates_are_clamped_to_what_is_wanted():
    assert planned(asked=Asked(date(2025, 1, 1), date(2026, 1, 5))) == ["2026-01-01_2026-01-05"]
    assert planned(asked=Asked(start=date(2026, 3, 30))) == ["2026-03-30_2026-03-31"]
    assert planned(asked=Asked(start=date(2026, 4, 1))) == []


def test_asked_dates_skip_what_is_covered():
    asked = Asked(date(2026, 1, 25), date(2026, 2, 5))
    assert planned(manifest("2026-01-01_2026-01-30"), asked=asked) == ["2026-01-31_2026-02-05"]


def test_a_reharvest_plans_covered_days_again():
    asked = Asked(date(2026, 1, 1), date(2026, 1, 30), reharvest=True)
    assert planned(manifest("2026-01-01_2026-01-30"), asked=asked) == ["2026-01-01_2026-01-30"]


def test_a_started_window_of_which_only_some_days_are_asked_for_goes_on_as_a_whole():
    started = manifest("2026-01-11_2026-01-20", State.OPEN)
    asked = Asked(date(2026, 1, 15), date(2026, 1, 25))
    assert planned(started, asked=asked) == ["2026-01-11_2026-01-20", "2026-01-21_2026-01-25"]


def test_a_started_window_that_reaches_beyond_the_period_is_not_continued():
    started = manifest("2026-03-20_2026-04-05", State.OPEN)
    assert planned(started)[-1] == "2026-03-02_2026-03-31"


def test_a_started_window_is_planned_as_it_was():
    started = manifest("2026-01-11_2026-01-20", State.OPEN)
    assert planned(started)[:3] == ["2026-01-01_2026-01-10", "2026-01-11_2026-01-20", "2026-01-21_2026-02-19"]


def test_a_started_window_that_was_covered_since_is_left_alone():
    started = manifest("2026-01-11_2026-01-20", State.OPEN)
    assert planned(started, manifest("2026-01-01_2026-01-30"))[0] == "2026-01-31_2026-03-01"


def test_of_two_started_windows_that_overlap_no_day_is_planned_twice():
    started = manifest("2026-01-01_2026-01-10", State.OPEN), manifest("2026-01-05_2026-01-20", State.OPEN)
    days = [day for text in planned(*started) for day in Window.parse(text)]
    assert sorted(days) == list(WHOLE)


DAYS = st.dates(date(2025, 12, 20), date(2026, 4, 10))


@st.composite
def known_windows(draw):
    """A window that was started, ended on one of these days, or was accepted by a person."""
    start, end = sorted((draw(DAYS), draw(DAYS)))
    end = min(end, start + timedelta(days=29))
    ended = at(draw(st.dates(date(2026, 1, 1), date(2026, 5, 1))))
    made = manifest(
        str(Window(start, end)), draw(st.sampled_from(list(State))), at=ended, tries=draw(st.integers(1, 5))
    )
    return made.accept("Ada", "a holiday", ended) if draw(st.integers(0, 9)) == 0 else made


@st.composite
def asked_for(draw):
    start, end = sorted((draw(DAYS), draw(DAYS)))
    return Asked(draw(st.sampled_from([None, start])), draw(st.sampled_from([None, end])), draw(st.booleans()))


@given(
    st.lists(known_windows(), max_size=8, unique_by=lambda each: each.name),
    asked_for(),
    st.integers(1, 30),
    st.dates(date(2026, 1, 1), date(2026, 5, 1)),
)
def test_a_plan_is_what_is_wanted_minus_what_is_covered_or_waits(manifests, asked, window_days, today):
    wanted, named = asked.of(project(), today), asked.start is not None or asked.end is not None
    covered = {day for each in manifests if each.covers for day in each.window}
    waits = {
        day for each in manifests if not (each.covers or named or each.line.is_due(today)) for day in each.window
    } - covered
    windows = windows_to_harvest(project(window_days=window_days), asked, known(manifests), at(today))
    days = [day for window in windows for day in window]
    missing = set(wanted or ()) - (set() if asked.reharvest else covered | waits)
    kept = {each.window for each in manifests if not each.covers}
    continued = {day for window in kept & set(windows) for day in window if not asked.reharvest}
    assert days == sorted(set(days)), "not each day once, in order"
    assert missing <= set(days) <= missing | continued
    assert all(window.days <= window_days or window in kept for window in windows)


@given(st.lists(known_windows(), max_size=8, unique_by=lambda each: each.name), st.integers(1, 30))
def test_windows_that_were_started_are_kept_as_they_are(manifests, window_days):
    windows = windows_to_harvest(project(window_days=window_days), Asked(), known(manifests), at(TODAY))
    every = [each.window for each in manifests]
    for each in manifests:
        alone = not any(each.window & other for other in every if other is not each.window)
        if each.line.is_due(TODAY) and alone and each.window & WHOLE == each.window:
            assert each.window in windows


SUSPECT = "2026-01-11_2026-01-20"
ENDED = date(2026, 5, 20)


@pytest.mark.parametrize(("tries", "wait"), [(1, 1), (2, 3), (3, 7)])
@pytest.mark.parametrize("state", [State.SUSPECT, State.INCOMPLETE])
def test_a_window_that_could_not_be_completed_is_tried_again_after_one_three_and_seven_days(state, tries, wait):
    parked = manifest(SUSPECT, state, at=at(ENDED), tries=tries)
    assert SUSPECT not in planned(parked, today=ENDED + (wait - 1) * DAY)
    assert SUSPECT in planned(parked, today=ENDED + wait * DAY)
    assert SUSPECT in planned(parked, today=ENDED + 60 * DAY)


def test_the_days_of_a_window_that_waits_are_not_asked_in_another_one():
    parked = manifest(SUSPECT, State.SUSPECT, at=at(ENDED))
    assert planned(parked, today=ENDED)[:2] == ["2026-01-01_2026-01-10", "2026-01-21_2026-02-19"]


def test_after_the_fourth_try_a_window_waits_for_a_person():
    parked = manifest(SUSPECT, State.SUSPECT, at=at(ENDED), tries=4)
    assert SUSPECT not in planned(parked, today=ENDED + 300 * DAY, access={"start": "2026-01-01", "end": "2028-01-01"})


@pytest.mark.parametrize("tries", [1, 4])
@pytest.mark.parametrize("named", [Asked(start=date(2026, 1, 15)), Asked(end=date(2026, 1, 12))])
def test_a_window_that_waits_is_tried_at_once_when_its_days_are_named(tries, named):
    parked = manifest(SUSPECT, State.SUSPECT, at=at(ENDED), tries=tries)
    assert SUSPECT in planned(parked, asked=named, today=ENDED)


def test_a_reharvest_asks_for_the_days_of_a_window_that_waits_too():
    parked = manifest(SUSPECT, State.SUSPECT, at=at(ENDED), tries=4)
    asked = Asked(date(2026, 1, 11), date(2026, 1, 20), reharvest=True)
    assert planned(parked, asked=asked, today=ENDED) == [SUSPECT]


def test_a_window_that_a_person_accepted_is_not_planned_again():
    parked = manifest(SUSPECT, State.SUSPECT, at=at(ENDED))
    assert SUSPECT not in planned(parked.accept("Ada", "a holiday", at(ENDED)), today=ENDED + 30 * DAY)


def test_a_complete_window_whose_reharvest_has_not_ended_stays_covered():
    """Row 16: a reharvest that waited for quota made three complete windows incomplete."""
    again = manifest(SUSPECT).with_round(round_of(Window.parse(SUSPECT), number=2))
    suspect = again.close_round(end(again.now, State.SUSPECT, at(ENDED)))
    for each in (again, suspect):
        assert SUSPECT not in planned(each, today=ENDED + 30 * DAY)


def test_the_plan_tells_of_every_window_that_it_leaves_alone(objects, caplog):
    days = [f"2026-01-0{day}_2026-01-0{day}" for day in (1, 2, 3)]
    write_unit(store(objects), manifest(days[0], State.SUSPECT, at=at(TODAY)))
    write_unit(store(objects), manifest(days[1], State.INCOMPLETE, at=at(ENDED), tries=4))
    write_unit(store(objects), manifest(days[2]).with_round(round_of(Window.parse(days[2]), number=2)))
    _, cost = plan(project(), Asked(), objects, at(TODAY))
    assert cost.waiting == (
        f"window {days[0]} is suspect and tried again on 2026-06-02",
        f"window {days[1]} waits for a person after 4 tries: a reason",
        f"window {days[2]}: its new round is not finished; harvest it again with reharvest to go on",
    )
    assert all(line in caplog.text for line in cost.waiting)
    assert all(line in str(cost) for line in cost.waiting)


def test_a_store_in_the_layout_of_an_earlier_version_is_not_planned_beside(objects):
    objects.write(f"{LAYOUT.earlier_layout}2026-01-01_2026-01-30/manifest.json", b"{}")
    with pytest.raises(SettingInvalid, match="was written by a version from before 2026-12"):
        plan(project(), Asked(), objects, at(TODAY))


def windows(planned):
    """The windows of a plan, whatever else it says."""
    return planned[0] if isinstance(planned, tuple) else planned


def test_the_plan_reads_what_the_storage_holds(objects):
    write_unit(store(objects), manifest("2026-01-01_2026-01-30"))
    write_unit(store(objects), manifest("2026-01-31_2026-03-01", State.OPEN))
    left = windows(plan(project(), Asked(), objects, at(TODAY)))
    assert list(map(str, left)) == ["2026-01-31_2026-03-01", "2026-03-02_2026-03-31"]


YEARS = {"period": {"start": "2022-01-01", "end": "2025-12-31"}, "window_days": 1}


def test_a_run_plans_two_hundred_windows_and_says_how_many_are_left(objects):
    """More of them strain Airflow's scheduler and grid (issues 45991, 63975, 29959)."""
    left, cost = plan(project(**YEARS), Asked(), objects, at(TODAY))
    assert [left[0].start, left[-1].end] == [date(2022, 1, 1), date(2022, 7, 19)]
    assert (len(left), cost.windows, cost.days, len(cost.later)) == (200, 1461, 1461, 1261)
    assert str(cost).startswith(
        "200 of 1,461 windows; 1,261 are left, the next run begins by itself; in all 1,461 days"
    )


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
@pytest.mark.parametrize(
    "asked",
    [Asked(), Asked(date(2022, 1, 1), date(2023, 12, 31)), Asked(date(2022, 1, 1), date(2023, 6, 30), reharvest=True)],
)
def test_run_after_run_each_day_is_planned_once(objects, asked, order):
    years, planned = project(**YEARS, order=order), []
    days = list(asked.of(years, TODAY))
    while asked:
        some, cost = plan(years, asked, objects, at(TODAY))
        for window in some:
            write_unit(store(objects), manifest(str(window)))
        planned += some
        asked = asked.go_on(cost.later) if cost.later else None
    assert sorted(window.start for window in planned) == days
    assert all(one < other for one, other in pairwise(planned)) == (order == "oldest_first")


def test_a_window_that_could_not_be_completed_is_not_tried_again_by_the_next_run(objects):
    asked, tried = Asked(date(2022, 1, 1), date(2022, 12, 31)), []
    while asked:
        some, cost = plan(project(**YEARS), asked, objects, at(TODAY))
        for window in some:
            write_unit(store(objects), manifest(str(window), State.SUSPECT, at=at(TODAY)))
        tried += some
        asked = asked.go_on(cost.later) if cost.later else None
    assert len(tried) == len(set(tried)) == 365


DENSE = Samples().add(
    query_id(query_of(project())),
    [Sample(day=date(2026, 1, 1), hits=25_000), Sample(day=date(2026, 3, 1), hits=10)],
)


def test_a_dense_project_gets_shorter_windows_as_soon_as_its_density_is_known(objects):
    write_samples(store(objects), DENSE)
    left, cost = plan(project(), Asked(), objects, at(TODAY))
    assert [left[0].days, left[-2].days] == [2, 30]
    assert cost.samples == 2
    assert str(cost).endswith(", by 2 sampled days")


def test_a_started_window_keeps_its_cut_however_dense_it_is(objects):
    write_samples(store(objects), DENSE)
    write_unit(store(objects), manifest("2026-01-11_2026-01-30", State.OPEN))
    left, _ = plan(project(), Asked(), objects, at(TODAY))
    assert [str(each) for each in left[4:7]] == [
        "2026-01-09_2026-01-10",
        "2026-01-11_2026-01-30",
        "2026-01-31_2026-03-01",
    ]


def test_samples_do_not_count_once_more_days_are_covered_than_are_left(objects):
    write_samples(store(objects), DENSE)
    for text in ("2026-01-11_2026-02-09", "2026-02-10_2026-03-11"):
        write_unit(store(objects), manifest(text, counts={"distinct": 3000}))
    left, cost = plan(project(), Asked(), objects, at(TODAY))
    assert list(map(str, left)) == ["2026-01-01_2026-01-10", "2026-03-12_2026-03-31"]
    assert (cost.samples, cost.requests.likely) == (0, 30)


def test_samples_of_another_query_do_not_count(objects):
    write_samples(store(objects), Samples(queries={"another": DENSE.of_query(query_id(query_of(project())))}))
    assert plan(project(), Asked(), objects, at(TODAY))[1].requests is None


def test_samples_that_cannot_be_read_stop_no_plan(objects, caplog):
    objects.write(LAYOUT.estimate, b'{"queries": 7}')
    assert plan(project(), Asked(), objects, at(TODAY))[1].requests is None
    assert "cannot be read" in caplog.text


def test_the_newest_windows_are_planned_first_where_the_project_wants_them(objects):
    left, cost = plan(project(**YEARS, order="newest_first"), Asked(), objects, at(TODAY))
    assert [left[0].end, left[-1].start] == [date(2025, 12, 31), date(2025, 6, 15)]
    assert (min(cost.later).start, max(cost.later).end) == (date(2022, 1, 1), date(2025, 6, 14))


def test_coverage_of_another_query_does_not_count(objects):
    write_unit(store(objects), manifest("2026-01-01_2026-01-30", of=project(hashtags=["another"])))
    assert windows(plan(project(), Asked(), objects, at(TODAY)))[0] == Window(date(2026, 1, 1), date(2026, 1, 30))


def test_another_title_is_the_same_query(objects):
    write_unit(store(objects), manifest("2026-01-01_2026-01-30"))
    assert windows(plan(project(title="Another"), Asked(), objects, at(TODAY)))[0].start == date(2026, 1, 31)


@pytest.mark.parametrize("today", [date(2025, 12, 31), date(2028, 1, 1)])
def test_nothing_is_planned_outside_the_approved_access(objects, today):
    with pytest.raises(AccessEnded, match=f"approved from 2026-01-01 to 2027-12-31, today is {today}"):
        plan(project(), Asked(), objects, at(today))


@pytest.mark.parametrize("today", [date(2026, 4, 4), date(2027, 12, 31)])
def test_the_last_day_of_access_still_counts(objects, today):
    assert windows(plan(project(), Asked(), objects, at(today)))


def test_a_query_that_tiktok_would_refuse_is_told_before_anything_is_planned(objects):
    with pytest.raises(ProjectInvalid, match="'ZZ' is not a region of TikTok"):
        plan(project(region_codes=["ZZ"]), Asked(), objects, at(TODAY))
    with pytest.raises(ProjectInvalid, match="fields: add id"):
        plan(project(fields=["username"]), Asked(), objects, at(TODAY))


def test_planning_writes_nothing_but_the_configuration(objects):
    plan(project(), Asked(), objects, at(TODAY))
    assert objects.paths("") == objects.paths(LAYOUT.configurations)


def test_a_plan_tomorrow_starts_where_todays_ended(objects):
    open_period = project(period={"start": "2026-05-01"})
    today = windows(plan(open_period, Asked(), objects, at(TODAY)))
    for window in today:
        write_unit(store(objects), manifest(str(window)))
    (tomorrow,) = windows(plan(open_period, Asked(), objects, at(TODAY + DAY)))
    assert tomorrow.start == today[-1].end + DAY


def test_a_configuration_changed_by_hand_is_kept_as_a_version(objects):
    for number, title in enumerate(("Cycling", "Cycling", "Walking")):
        plan(project(title=title), Asked(), objects, at(TODAY + number * DAY))
    kept = [(version.by, version.configuration["title"]) for version in versions(objects, LAYOUT)]
    assert kept == [("found in its Variable by a run", "Cycling"), ("found in its Variable by a run", "Walking")]


def test_the_plan_says_that_the_access_ends_soon(objects, caplog):
    ending = project(access={"start": "2026-01-01", "end": str(TODAY + 10 * DAY)})
    plan(ending, Asked(), objects, at(TODAY))
    assert "The last day of TikTok access" in caplog.text


def test_a_run_for_days_outside_the_period_says_so(objects, caplog):
    caplog.set_level("INFO")
    assert windows(plan(project(), Asked(start=date(2027, 1, 1)), objects, at(TODAY))) == []
    assert "no such day is settled yet (3 days old) or in the period" in caplog.text
