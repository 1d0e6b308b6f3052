"""Plan: what a run has to harvest is what is wanted minus what is covered."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain

from include.domain.asked import Asked
from include.domain.deadlines import warnings
from include.domain.density import Density, cut_by_density, densities
from include.domain.project import ResearchProject
from include.domain.unit_line import State
from include.domain.units import QueryUnits, Units
from include.domain.window import Window
from include.stages.estimate import Estimate, estimate
from include.storage.configurations import keep
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.storage.rollup import read_rollup
from include.storage.samples import read_samples
from include.tiktok.query import fields_of, query_id, query_of

log = logging.getLogger(__name__)

#: By whom a configuration was changed that came without the form.
FOUND = "found in its Variable by a run"

#: Windows of one run. Airflow maps a task over 1,024 at most (core.max_map_length), and long before that scheduler and
#: grid become slow (Airflow issues 45991, 63975, 29959).
AT_ONCE = 200


def plan(project: ResearchProject, asked: Asked, objects: Objects, at: datetime) -> tuple[list[Window], Estimate]:
    """The windows this run has to harvest, in the project's order, and what is left to harvest will cost.

    There are none when nothing is left. More than AT_ONCE are left for the next run; the cost counts and names them. A
    configuration that somebody changed since the last run is kept as a version of its own.

    Raises:
        AccessEnded: today lies outside the approved access dates.
        ProjectInvalid: the project's query or its fields cannot be used.
        SettingInvalid: the store holds data in an earlier layout.
    """
    today, store = at.date(), ProjectStore.of(objects, project.project_id)
    project.check_access(today)
    store.check_layout()
    query = query_of(project)
    fields_of(project)
    keep(objects, store.layout, project, at, by=FOUND)
    for warning in warnings(project, today):
        log.warning("project=%s %s", project.project_id, warning)
    months = read_rollup(store).months
    known = Units.sum(months.values()).of_query(query_id(query))
    density = read_densities(store, months, query_id(query), asked.of(project, today))
    windows = windows_to_harvest(project, asked, known, at, density)
    windows = windows[:: 1 if project.order == "oldest_first" else -1]
    waiting = tuple(_waiting(known, windows))
    for line in waiting:
        log.warning("project=%s %s", project.project_id, line)
    cost = estimate(windows[:AT_ONCE], density, project.daily_requests, today, windows[AT_ONCE:], waiting)
    log.info("planned project=%s today=%s reharvest=%s: %s", project.project_id, today, asked.reharvest, cost)
    if not windows:
        log.info("nothing is left to harvest project=%s: %s", project.project_id, _why(project, asked, today))
    return windows[:AT_ONCE], cost


def read_densities(
    store: ProjectStore, months: Mapping[str, Units], query_id: str, wanted: Window | None
) -> list[Density]:
    """How many hits a day a query has, as far as is known: from the units of the project, added up by `months`.

    As long as more of the wanted days are left than are covered, the sampled days count, too.
    """
    known = Units.sum(months.values()).of_query(query_id)
    left = sum(days.days for days in wanted.without(known.covered)) if wanted else 0
    return densities(months, query_id, read_samples(store).of_query(query_id) if left > known.covered_days else ())


def windows_to_harvest(
    project: ResearchProject, asked: Asked, known: QueryUnits, at: datetime, density: Sequence[Density] = ()
) -> list[Window]:
    """The subtraction itself: the wanted days, without the covered ones, cut into windows.

    Where the density of the query is known, no window is expected to outlive a day's quota.

    A window that was started and is not complete is planned as it is, so that its stored pages count, even when only
    some of its days are asked for. One that could not be completed is planned again only when it is due, or when its
    days are named.
    """
    wanted = asked.of(project, at.date())
    if wanted is None:
        return []
    if asked.reharvest:
        return cut_windows(project, [wanted], density)
    named = asked.start is not None or asked.end is not None
    uncovered = [each for each in known.unsettled if not each.covers]
    due = [each.window for each in uncovered if named or each.is_due(at.date())]
    later = [each.window for each in uncovered if each.window not in due]
    started = _started(due, known.covered, wanted, project.wanted(at.date()) or wanted)
    left = wanted.without([*known.covered, *started, *later])
    return sorted([*started, *cut_windows(project, left, density)])


def cut_windows(project: ResearchProject, left: Iterable[Window], density: Sequence[Density]) -> list[Window]:
    """The days that are left as windows, oldest first: of `window_days` at most, and of fewer where days are dense."""
    cut = (cut_by_density(days, project.window_days, project.daily_requests, density) for days in left)
    return list(chain.from_iterable(cut))


def _started(due: Iterable[Window], covered: Iterable[Window], asked: Window, whole: Window) -> list[Window]:
    """Windows to be continued: with days that are asked for, inside the whole, not covered since, and none twice."""
    started: list[Window] = []
    for window in sorted(due):
        continued = window & asked and window & whole == window
        if continued and window.without([*covered, *started]) == [window]:
            started.append(window)
    return started


def _waiting(known: QueryUnits, planned: Iterable[Window]) -> Iterator[str]:
    """What people should know of windows that this run leaves alone."""
    planned = set(planned)
    for each in known.unsettled:
        if each.window in planned:
            continue
        if each.waits_for_person:
            yield f"window {each.name} waits for a person after {each.tries} tries: {each.reason}"
        elif each.again_on:
            yield f"window {each.name} is {each.now} and tried again on {each.again_on}"
        elif each.stands and each.now is State.OPEN:
            yield f"window {each.name}: its new round is not finished; harvest it again with reharvest to go on"


def _why(project: ResearchProject, asked: Asked, today: date) -> str:
    if asked.of(project, today):
        return "every day is covered, or waits for a window that is tried again later"
    start, end = project.period.start, project.period.end or "open"
    days = f"asked for {asked.start or 'its start'} to {asked.end or 'its end'} of the period {start} to {end}"
    return f"no such day is settled yet ({project.settle_days} days old) or in the period; {days}"
