"""Plan: what a run has to harvest is what is wanted minus what is covered."""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from include.domain.asked import Asked
from include.domain.deadlines import warnings
from include.domain.project import ResearchProject
from include.domain.unit_line import State
from include.domain.units import QueryUnits
from include.domain.window import Window
from include.stages.estimate import Estimate, estimate
from include.storage.configurations import keep
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.storage.rollup import read_rollup
from include.tiktok.query import fields_of, query_id, query_of

log = logging.getLogger(__name__)

#: By whom a configuration was changed that came without the form.
FOUND = "found in its Variable by a run"

#: Windows of one run: Airflow maps a task over 1,024 at most (core.max_map_length).
AT_ONCE = 1_000


def plan(project: ResearchProject, asked: Asked, objects: Objects, at: datetime) -> tuple[list[Window], Estimate]:
    """The windows this run has to harvest, in the project's order, and what they will cost; none when nothing is left.

    More than AT_ONCE are left for another run, and the cost names their days. A configuration that somebody changed
    since the last run is kept as a version of its own.

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
    known = read_rollup(store).units.of_query(query_id(query))
    windows = windows_to_harvest(project, asked, known, at)[:: 1 if project.order == "oldest_first" else -1]
    waiting = tuple(_waiting(known, windows))
    for line in waiting:
        log.warning("project=%s %s", project.project_id, line)
    cost = estimate(windows[:AT_ONCE], known, project.daily_requests, windows[AT_ONCE:], waiting)
    log.info("planned project=%s today=%s reharvest=%s: %s", project.project_id, today, asked.reharvest, cost)
    if not windows:
        log.info("nothing is left to harvest project=%s: %s", project.project_id, _why(project, asked, today))
    return windows[:AT_ONCE], cost


def windows_to_harvest(project: ResearchProject, asked: Asked, known: QueryUnits, at: datetime) -> list[Window]:
    """The subtraction itself: the wanted days, without the covered ones, cut into windows.

    A window that was started and is not complete is planned as it is, so that its stored pages count, even when only
    some of its days are asked for. One that could not be completed is planned again only when it is due, or when its
    days are named.
    """
    wanted = asked.of(project, at.date())
    if wanted is None:
        return []
    if asked.reharvest:
        return wanted.cut(project.window_days)
    named = asked.start is not None or asked.end is not None
    uncovered = [each for each in known.unsettled if not each.covers]
    due = [each.window for each in uncovered if named or each.is_due(at.date())]
    later = [each.window for each in uncovered if each.window not in due]
    started = _started(due, known.covered, wanted, project.wanted(at.date()) or wanted)
    left = wanted.without([*known.covered, *started, *later])
    return sorted([*started, *(window for days in left for window in days.cut(project.window_days))])


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
