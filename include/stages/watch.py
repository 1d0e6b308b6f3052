"""Watch: people are told of each deadline once when it is thirty, fourteen and three days away."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from include.domain.deadlines import deadlines
from include.domain.errors import NoticeNotSent
from include.domain.project import ResearchProject
from include.storage.layout import ProjectLayout
from include.storage.notices import note_sent, was_sent
from include.storage.objects import Objects

log = logging.getLogger(__name__)

Tell = Callable[[ResearchProject, str], bool]
"""Sends a text to those who care for a project; False when nobody can be told, because nothing is configured."""


@dataclass(frozen=True)
class Watched:
    """How many projects were looked at, how many notifications were sent, how many could not be."""

    projects: int = 0
    sent: int = 0
    nobody: int = 0
    failed: int = 0


def watch(projects: Iterable[ResearchProject], objects: Objects, tell: Tell, at: datetime) -> Watched:
    """Tell of every threshold that has been reached and not been told of.

    Which ones were told of lies beside the data: a day without a run loses nothing, a second run repeats nothing, and
    a deadline that moves is a new one. Where several thresholds have passed unseen, the nearest one is told.
    """
    outcomes = [_told(project, objects, tell, at) for project in projects]
    every = [outcome for each in outcomes for outcome in each]
    watched = Watched(len(outcomes), *(every.count(kind) for kind in ("sent", "nobody", "failed")))
    log.info(
        "watched projects=%d sent=%d nobody=%d failed=%d",
        *(watched.projects, watched.sent, watched.nobody, watched.failed),
    )
    return watched


def check_sent(watched: Watched) -> None:
    """A notification that did not leave must be tried again.

    Raises:
        NoticeNotSent: says how many.
    """
    if watched.failed:
        raise NoticeNotSent(
            f"{watched.failed} notifications could not be sent; the log says why. What was sent is not repeated."
        )


def _told(project: ResearchProject, objects: Objects, tell: Tell, at: datetime) -> list[str]:
    layout, outcomes = ProjectLayout(project.project_id), []
    for deadline in deadlines(project, at.date()):
        days = deadline.threshold(at.date())
        if days is None or was_sent(objects, layout, deadline.key, days):
            continue
        text = deadline.told(at.date())
        log.warning("%s", text)
        outcomes.append(_sent(project, text, tell))
        if outcomes[-1] == "sent":
            note_sent(objects, layout, deadline.key, days, at)
    return outcomes


def _sent(project: ResearchProject, text: str, tell: Tell) -> str:
    try:
        return "sent" if tell(project, text) else "nobody"
    except NoticeNotSent as error:
        log.warning("%s", error)
        return "failed"
