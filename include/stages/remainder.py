"""The remainder: which days a lost search has not reached, so that a fresh one pays for no more than those.

TikTok answers in descending order of id, and an id grows with the time of creation to within a minute (observed,
docs/tiktok-research-api.md). Where the stored pages do not bear that out, all days are searched again.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from include.domain.page import Page
from include.domain.window import DAY, Window
from include.tiktok.answer import records_in
from include.tiktok.client import VIDEOS


def remainder(pages: Iterable[Page], days: Window) -> Window:
    """The days that a fresh search has to ask for, when these `pages` of a search of `days` are stored.

    The newest day of the last page that held a record is asked for again, and one day more while no record of the
    last day shows that TikTok counts `end_date` in.
    """
    lowest: int | None = None
    seen: set[int] = set()  # TikTok may repeat the edge of the page before
    reached = days.end
    end_is_in = False
    for page in pages:
        found = (each for each in records_in(page.answer, VIDEOS) if isinstance(each.get("id"), int))
        records = {each["id"]: each for each in found if each["id"] not in seen}
        if not records:
            continue
        if lowest is not None and max(records) > lowest:
            return days
        lowest = min(records)
        seen |= records.keys()
        created = [_day(each) for each in records.values()]
        reached, end_is_in = max(created), end_is_in or max(created) == days.end
    end = reached if end_is_in else reached + DAY
    return Window(days.start, end) if days.start <= end < days.end else days


def _day(record: dict) -> date:
    return datetime.fromtimestamp(record.get("create_time") or record["id"] >> 32, UTC).date()
