"""Harvest: one window, page by page, until TikTok says there is no more.

The stored pages are the checkpoint: a page is stored, with the request that asked for it and the cursor it returned,
before the next request goes out. A harvest that was stopped at any moment goes on after the last stored page.
"""

import logging
from dataclasses import dataclass
from typing import Any

from include.domain.errors import HarvestStalled
from include.domain.manifest import State, WindowManifest
from include.domain.page import START, Cursor, Page
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.stages.complete import complete
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_window, write_window
from include.storage.objects import Objects
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi, video_request
from include.tiktok.query import fields_of, query_id, query_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Search:
    """What one window asks TikTok, the same on every page, and the run that asks."""

    window: Window
    query: dict[str, Any]
    fields: tuple[str, ...]
    run: str

    def asked_by(self, page: Page) -> bool:
        """Whether a stored page belongs to this search."""
        return page.request["query"] == self.query and page.fields == self.fields


@dataclass(frozen=True)
class Place:
    """How far a search came: its last stored page, and the cursor after it (None at the end)."""

    generation: int
    number: int
    cursor: Cursor | None


def harvest(
    project: ResearchProject, window: Window, api: ResearchApi, objects: Objects, run: str, *, reharvest: bool = False
) -> WindowManifest:
    """Harvest a window to its end and return its manifest.

    Pages that an earlier try of the same search has stored are not asked for again. `reharvest` makes a new search of
    a window that another run has completed.

    Raises:
        HarvestStalled: TikTok's cursor stands still.
        HarvestError: what `ResearchApi.videos` raises. All pages stored so far stay, and the next try goes on there.
    """
    layout = ProjectLayout(project.project_id)
    pages = Pages(objects, layout, window)
    search = Search(window, query_of(project), fields_of(project), run)
    _note_the_start(objects, layout, search)
    place = _place_to_go_on(pages.last(), search, reharvest)
    while place.cursor:
        page = _next_page(api, search, place)
        pages.append(page)
        log.debug("stored window=%s page=%d returned=%d", window, page.number, page.returned)
        place = _place_after(page, window)
    manifest = complete(objects, layout, _manifest(search), pages)
    log.info(
        "harvested project=%s window=%s pages=%d requests=%d returned=%d videos=%d",
        *(project.project_id, window, manifest.pages, manifest.requests, manifest.returned, manifest.distinct),
    )
    return manifest


def _note_the_start(objects: Objects, layout: ProjectLayout, search: Search) -> None:
    """Leave a manifest that says the window was started, so that the next plan continues it as it is."""
    manifest = read_window(objects, layout, search.window)
    if manifest is None or manifest.query_id != query_id(search.query):
        write_window(objects, layout, _manifest(search))


def _manifest(search: Search) -> WindowManifest:
    return WindowManifest(
        start=search.window.start,
        end=search.window.end,
        state=State.INCOMPLETE,
        query=search.query,
        query_id=query_id(search.query),
        fields=search.fields,
    )


def _place_to_go_on(last: Page | None, search: Search, reharvest: bool) -> Place:
    if last is None:
        return Place(1, 0, START)
    finished_by_another_run = reharvest and last.cursor is None and last.run != search.run
    if finished_by_another_run or not search.asked_by(last):
        return Place(last.generation + 1, 0, START)
    return _place_after(last, search.window)


def _place_after(page: Page, window: Window) -> Place:
    if page.stalled:
        raise HarvestStalled(
            f"Window {window}: TikTok's cursor stands still while it says there is more. All {page.number} pages so "
            "far are stored. Trigger a run with reharvest for these days to search them afresh."
        )
    return Place(page.generation, page.number, page.cursor)


def _next_page(api: ResearchApi, search: Search, place: Place) -> Page:
    request = video_request(search.query, search.window, place.cursor)
    answer, requests = api.videos(request, search.fields)
    return Page(
        generation=place.generation,
        number=place.number + 1,
        run=search.run,
        request=request,
        fields=search.fields,
        answer=answer.body,
        returned=answer.returned,
        cursor=answer.cursor,
        received_at=answer.received_at,
        requests=requests,
        synthetic=answer.synthetic,
    )
