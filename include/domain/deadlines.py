"""What a research project must not miss: the end of its access, and the days by which TikTok wants to see drafts."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from include.domain.project import Publication, ResearchProject

NOTICE = (30, 14, 3)
"""How many days before a deadline people are told of it."""

STALE = 30
"""Days after which nobody is told any more that a deadline has passed."""

DRAFT_BEFORE = timedelta(days=7)
"""TikTok's terms ask for a draft at least this long before publication (iCANDID help page, requesting TikTok data)."""


@dataclass(frozen=True)
class Deadline:
    """The last `day` of something: what it is, what to do until then, and what is left to do once it has passed."""

    key: str
    day: date
    what: str
    remedy: str
    too_late: str

    def told(self, today: date) -> str:
        """What people read: how long it is until the deadline, and what to do."""
        left = (self.day - today).days
        if left < 0:
            return f"{self.what} was {self.day}, {_days(-left)} ago. {self.too_late}"
        return f"{self.what} is {self.day}, {f'in {_days(left)}' if left else 'today'}. {self.remedy}"

    def threshold(self, today: date) -> int | None:
        """The nearest of the thresholds (30, 14, 3 days before) that has been reached; None before the first.

        It says how near the deadline is, not what happened today: a day on which nobody looked loses nothing.
        """
        left = (self.day - today).days
        return min((days for days in NOTICE if -STALE <= left <= days), default=None)


def submit_by(publication: Publication) -> date:
    """The last day on which the draft of a publication can go to TikTok."""
    return publication.date - DRAFT_BEFORE


def deadlines(project: ResearchProject, today: date) -> Iterator[Deadline]:
    """The last day of the access, then the submit-by date of each publication that has not appeared yet.

    A retired project has no access to lose, and may have papers to come.
    """
    if not project.retired:
        yield _access(project)
    yield from (_draft(project, each) for each in project.publications if each.date >= today)


def warnings(project: ResearchProject, today: date) -> list[str]:
    """Each deadline that is at most thirty days away, in words for a log; none when all are further away."""
    return [each.told(today) for each in deadlines(project, today) if each.threshold(today)]


def _access(project: ResearchProject) -> Deadline:
    return Deadline(
        f"access-{project.access.end}",
        project.access.end,
        f"The last day of TikTok access of research project {project.project_id}",
        "Nothing is harvested after it. Ask TikTok for an extension, or retire the project then.",
        "Nothing is harvested any more. Correct access when TikTok approved other dates, or retire the project.",
    )


def _draft(project: ResearchProject, publication: Publication) -> Deadline:
    day, appears = submit_by(publication), f"It appears on {publication.date} in {publication.venue}"
    return Deadline(
        f"draft-{hashlib.sha256(publication.title.encode()).hexdigest()[:12]}-{day}",
        day,
        f"The last day to send TikTok the draft of {publication.title!r} (research project {project.project_id})",
        f"{appears}; TikTok asks for the draft {DRAFT_BEFORE.days} days before. The DAG disclose_dataset makes the "
        "disclosure report that goes with it.",
        f"{appears}: send the draft at once, or postpone the publication.",
    )


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
