"""The remainder: which days a lost search has not reached, so that a fresh one pays for no more than those.

TikTok answers in descending order of id, and an id grows with the time of creation to within a minute (observed,
docs/tiktok-research-api.md). Where the stored pages do not bear that out, all days are searched again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from include.domain.page import Page
from include.domain.window import DAY, Window
from include.tiktok.answer import records_in
from include.tiktok.client import VIDEOS
from include.tiktok.schemas import number

SKEW = timedelta(minutes=2)
"""How much later than its neighbours in the order of ids a video may have been created; twice what was observed."""


def remainder(pages: Iterable[Page], days: Window) -> Window:
    """The days that a fresh search has to ask for, when these `pages` of a search of `days` are stored.

    The day of the last record that came is asked for again, and one day more while no record of the last day shows
    that TikTok counts `end_date` in.
    """
    lowest: int | None = None
    seen: set[int] = set()  # TikTok may repeat the edge of the page before
    reached = days.end
    end_is_in = False
    for page in pages:
        created = _creations(page, seen)
        if created is None:
            return days
        if not created:
            continue
        ids = list(created) if lowest is None else [lowest, *created]
        if any(later >= earlier for earlier, later in pairwise(ids)):
            return days
        lowest = min(created)
        seen |= created.keys()
        reached = (created[lowest] + SKEW).date()
        end_is_in = end_is_in or any(at.date() == days.end for at in created.values())
    end = reached if end_is_in else reached + DAY
    return Window(days.start, end) if days.start <= end < days.end else days


def _creations(page: Page, seen: set[int]) -> dict[int, datetime] | None:
    """When each record not seen before was created, in TikTok's order; None where an id contradicts its time."""
    created: dict[int, datetime] = {}
    for record in records_in(page.answer, VIDEOS):
        id_ = number(record.get("id"))
        if id_ is None or id_ in seen:
            continue
        seconds = number(record.get("create_time")) or id_ >> 32
        if abs(seconds - (id_ >> 32)) > SKEW.total_seconds():
            return None
        created[id_] = datetime.fromtimestamp(seconds, UTC)
    return created
