"""Plan: what a run has to harvest is what is wanted minus what is covered."""

import logging
from collections.abc import Iterable
from datetime import date

from include.domain.asked import Asked
from include.domain.errors import AccessEnded
from include.domain.manifest import WindowManifest
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_windows
from include.storage.objects import Objects
from include.tiktok.query import fields_of, query_id, query_of

log = logging.getLogger(__name__)


def plan(project: ResearchProject, asked: Asked, objects: Objects, today: date) -> list[Window]:
    """The windows this run has to harvest, oldest first; empty when nothing is left.

    Raises:
        AccessEnded: today lies outside the approved access dates.
        ProjectInvalid: the project's query or its fields cannot be used.
    """
    _check_access(project, today)
    query = query_of(project)
    fields_of(project)
    manifests = read_windows(objects, ProjectLayout(project.project_id))
    windows = windows_to_harvest(project, asked, _of_query(manifests, query_id(query)), today)
    log.info(
        "planned project=%s today=%s windows=%d days=%d reharvest=%s",
        *(project.project_id, today, len(windows), sum(window.days for window in windows), asked.reharvest),
    )
    return windows


def windows_to_harvest(
    project: ResearchProject, asked: Asked, manifests: Iterable[WindowManifest], today: date
) -> list[Window]:
    """The subtraction itself: the wanted days, without the covered ones, cut into windows.

    A window that was started and is not complete is planned as it is, so that its stored pages count.
    """
    wanted = asked.of(project, today)
    if wanted is None:
        return []
    if asked.reharvest:
        return wanted.cut(project.window_days)
    manifests = list(manifests)
    covered = [manifest.window for manifest in manifests if manifest.complete]
    started = _started(manifests, covered, wanted)
    left = wanted.without([*covered, *started])
    return sorted([*started, *(window for days in left for window in days.cut(project.window_days))])


def _started(manifests: list[WindowManifest], covered: list[Window], wanted: Window) -> list[Window]:
    """Windows to be continued: inside the wanted days, not covered since, and none of them twice."""
    started: list[Window] = []
    for window in sorted(manifest.window for manifest in manifests if not manifest.complete):
        if window & wanted == window and window.without([*covered, *started]) == [window]:
            started.append(window)
    return started


def _of_query(manifests: Iterable[WindowManifest], wanted: str) -> list[WindowManifest]:
    """Coverage of another query does not count for this one."""
    return [manifest for manifest in manifests if manifest.query_id == wanted]


def _check_access(project: ResearchProject, today: date) -> None:
    if not project.access.includes(today):
        raise AccessEnded(
            f"Research project {project.project_id}: access is approved from {project.access.start} "
            f"to {project.access.end}, today is {today}. Nothing is harvested outside these dates; "
            "correct access when TikTok approved others, or retire the project."
        )
