"""Plan: what a run has to harvest is what is wanted minus what is covered."""

import logging
from collections.abc import Iterable
from datetime import date, datetime

from include.domain.asked import Asked
from include.domain.deadlines import warnings
from include.domain.manifest import WindowManifest
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.stages.estimate import Estimate, estimate
from include.storage.configurations import keep
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_windows
from include.storage.objects import Objects
from include.tiktok.query import fields_of, query_id, query_of

log = logging.getLogger(__name__)

FOUND = "found in its Variable by a run"
"""By whom a configuration was changed that came without the form."""

AT_ONCE = 1_000
"""Windows of one run: Airflow maps a task over 1,024 at most (core.max_map_length)."""


def plan(project: ResearchProject, asked: Asked, objects: Objects, at: datetime) -> tuple[list[Window], Estimate]:
    """The windows this run has to harvest, in the project's order, and what they will cost; none when nothing is left.

    More than AT_ONCE are left for another run, and the cost names their days.
    A configuration that somebody changed since the last run is kept as a version of its own.

    Raises:
        AccessEnded: today lies outside the approved access dates.
        ProjectInvalid: the project's query or its fields cannot be used.
    """
    today, layout = at.date(), ProjectLayout(project.project_id)
    project.check_access(today)
    query = query_of(project)
    fields_of(project)
    keep(objects, layout, project, at, by=FOUND)
    for warning in warnings(project, today):
        log.warning("project=%s %s", project.project_id, warning)
    manifests = _of_query(read_windows(objects, layout), query_id(query))
    windows = windows_to_harvest(project, asked, manifests, today)[:: 1 if project.order == "oldest_first" else -1]
    cost = estimate(windows[:AT_ONCE], manifests, project.daily_requests, later=windows[AT_ONCE:])
    log.info("planned project=%s today=%s reharvest=%s: %s", project.project_id, today, asked.reharvest, cost)
    if not windows:
        log.info("nothing is left to harvest project=%s: %s", project.project_id, _why(project, asked, today))
    return windows[:AT_ONCE], cost


def windows_to_harvest(
    project: ResearchProject, asked: Asked, manifests: Iterable[WindowManifest], today: date
) -> list[Window]:
    """The subtraction itself: the wanted days, without the covered ones, cut into windows.

    A window that was started and is not complete is planned as it is, so that its stored pages count, even when only
    some of its days are asked for.
    """
    wanted = asked.of(project, today)
    if wanted is None:
        return []
    if asked.reharvest:
        return wanted.cut(project.window_days)
    manifests = list(manifests)
    covered = [manifest.window for manifest in manifests if manifest.complete]
    started = _started(manifests, covered, wanted, project.wanted(today) or wanted)
    left = wanted.without([*covered, *started])
    return sorted([*started, *(window for days in left for window in days.cut(project.window_days))])


def _started(manifests: list[WindowManifest], covered: list[Window], asked: Window, whole: Window) -> list[Window]:
    """Windows to be continued: with days that are asked for, inside the whole, not covered since, and none twice."""
    started: list[Window] = []
    for window in sorted(manifest.window for manifest in manifests if not manifest.complete):
        continued = window & asked and window & whole == window
        if continued and window.without([*covered, *started]) == [window]:
            started.append(window)
    return started


def _why(project: ResearchProject, asked: Asked, today: date) -> str:
    if asked.of(project, today):
        return "every day is covered"
    start, end = project.period.start, project.period.end or "open"
    days = f"asked for {asked.start or 'its start'} to {asked.end or 'its end'} of the period {start} to {end}"
    return f"no such day is settled yet ({project.settle_days} days old) or in the period; {days}"


def _of_query(manifests: Iterable[WindowManifest], wanted: str) -> list[WindowManifest]:
    """Coverage of another query does not count for this one."""
    return [manifest for manifest in manifests if manifest.query_id == wanted]
