"""Search: one query over some days, page by page, until TikTok says there is no more.

The stored pages are the checkpoint: a page is stored, with the request that asked for it and the cursor it returned,
before the next request goes out. A search that was stopped at any moment goes on after its last stored page; one whose
id TikTok has lost goes on, as a fresh search, with the days it has not passed yet.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.domain.errors import SearchLost
from include.domain.page import START, Cursor, Page
from include.domain.quota import Meter
from include.domain.window import Window
from include.stages.remainder import remainder
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi, days_of, video_request
from include.tiktok.retries import FAULT_TRIES, SEARCH_TRIES

log = logging.getLogger(__name__)

PAGES_AT_MOST = 100_000
"""Pages of one search, far beyond what 30 days can hold: a hundred days of quota."""

EMPTY_AT_MOST = 20
"""Pages in a row without a record: removed videos thin pages out, but not two thousand records on end."""

FRESH_SEARCHES = 1
"""How often one try starts a lost search again over the same days; after that, less must be asked for at a time."""

WORKED_TRIES = 3
"""Calls with the id of a search that has given pages already: it was ready long ago."""

CUT_TRIES = 3
"""Calls for a piece that TikTok fails on: the window that it was cut from has had more patience already."""

OLD = timedelta(hours=1)
"""A search that rested this long is tried once; if TikTok has lost it, a fresh one costs less than patience."""


@dataclass(frozen=True)
class Search:
    """What is asked, the same on every page, for which project's query, in which run, and how patiently."""

    days: Window
    query: Mapping[str, Any]
    fields: tuple[str, ...]
    query_id: str
    pass_number: int
    run: str
    fault_tries: int = FAULT_TRIES

    def asked_by(self, page: Page) -> bool:
        """Whether a stored page belongs to this search: to this pass, which asks the same on every page."""
        same = page.request["query"] == self.query and page.fields == self.fields
        return same and page.pass_number == self.pass_number


@dataclass(frozen=True)
class Place:
    """How far a search of `days` came: its last stored page, and the cursor after it (None at the end)."""

    days: Window
    generation: int
    number: int
    cursor: Cursor | None
    stored_at: datetime | None = None
    suspicion: str = ""


def search(asked: Search, pages: Pages, api: ResearchApi, meter: Meter, before_page: Callable[[], None]) -> str:
    """Bring a search to its end; returns the suspicion that its last pages raise, or nothing.

    Pages that are stored are not asked for again; a search that ended in suspicion is made anew by another run.
    `before_page` is called before each page is asked for, and may stop the search.

    Raises:
        SearchLost: TikTok has lost the search again, and no day was passed since it was started afresh.
        HarvestError: what `ResearchApi.videos` raises.
    """
    place, lost, empty = _place_to_go_on(pages.last(), asked), 0, 0
    while place.cursor and not place.suspicion:
        before_page()
        try:
            page = _next_page(api, asked, place, meter)
        except SearchLost:
            rest = remainder(pages.of(place.generation), place.days)
            lost = lost + 1 if rest == place.days else 0
            if lost > FRESH_SEARCHES:
                raise
            log.warning("search lost days=%s page=%d: starting it afresh for %s", place.days, place.number, rest)
            place = Place(rest, place.generation + 1, 0, START)
            continue
        pages.append(page)
        log.debug("stored days=%s page=%d returned=%d", place.days, page.number, page.returned)
        place, empty = _place_after(page), 0 if page.returned else empty + 1
        if empty >= EMPTY_AT_MOST and place.cursor:
            return f"TikTok says there is more, but {empty} pages in a row held nothing"
    return place.suspicion


def _place_to_go_on(last: Page | None, asked: Search) -> Place:
    if last is None:
        return Place(asked.days, 1, 0, START)
    place = _place_after(last)
    if not asked.asked_by(last) or (place.suspicion and last.run != asked.run):
        return Place(asked.days, last.generation + 1, 0, START)
    return place


def _place_after(page: Page) -> Place:
    suspicion = ""
    if page.stalled:
        suspicion = f"TikTok's cursor stands still at page {page.number} while it says there is more"
    elif page.cursor and page.number >= PAGES_AT_MOST:
        suspicion = f"the search did not end after {page.number} pages"
    return Place(days_of(page.request), page.generation, page.number, page.cursor, page.received_at, suspicion)


def _next_page(api: ResearchApi, asked: Search, place: Place, meter: Meter) -> Page:
    request = video_request(asked.query, place.days, place.cursor)
    search_tries = _search_tries(place, api.now())
    answer, requests = api.videos(
        request, asked.fields, meter, search_tries=search_tries, fault_tries=asked.fault_tries
    )
    return Page(
        generation=place.generation,
        number=place.number + 1,
        run=asked.run,
        query_id=asked.query_id,
        request=request,
        fields=asked.fields,
        answer=answer.body,
        returned=answer.returned,
        cursor=answer.cursor,
        received_at=answer.received_at,
        requests=requests,
        synthetic=answer.synthetic,
        pass_number=asked.pass_number,
    )


def _search_tries(place: Place, now: datetime) -> int:
    if place.stored_at and now - place.stored_at > OLD:
        return 1
    return WORKED_TRIES if place.number > 1 else SEARCH_TRIES
