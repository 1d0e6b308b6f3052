"""Passes: one time through all days of a window. A pass may take several tries and runs; its pages carry its number."""

from collections.abc import Iterable

from include.domain.manifest import PieceState, State, WindowManifest
from include.domain.page import Page
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_window
from include.storage.objects import Objects
from include.storage.pages import pages_of_window
from include.tiktok.answer import records_in
from include.tiktok.client import VIDEOS
from include.tiktok.query import fields_of, query_id, query_of
from include.tiktok.schemas import number


def this_pass(
    project: ResearchProject, window: Window, objects: Objects, layout: ProjectLayout, run: str, reharvest: bool
) -> WindowManifest:
    """The manifest of the pass that this try works on: the one that has not ended, or a new one.

    A new pass begins for a new query, and where another run finds a window suspect, or complete and is to reharvest it.
    """
    before = read_window(objects, layout, window)
    if before is None or before.query_id != query_id(query_of(project)):
        return _first_of_query(project, window, before, run, pages_of_window(objects, layout, window))
    again = reharvest or before.state is State.SUSPECT
    if before.state is not State.INCOMPLETE:
        return _next(before, run, fields_of(project)) if again and before.begun_by != run else before
    if before.fields != fields_of(project) and not _has_pages(before, pages_of_window(objects, layout, window)):
        return before.model_copy(update={"fields": fields_of(project)})
    return before


def _first_of_query(
    project: ResearchProject, window: Window, before: WindowManifest | None, run: str, pages: Iterable[Page]
) -> WindowManifest:
    """The first pass of a query; a manifest that somebody deleted is made again, and its pages go on."""
    query = query_of(project)
    last, ids = 0, set[int]()
    for page in pages:
        last = max(last, page.pass_number)
        if page.query_id == query_id(query):
            ids |= {id_ for record in records_in(page.answer, VIDEOS) if (id_ := number(record.get("id"))) is not None}
    return WindowManifest(
        start=window.start,
        end=window.end,
        state=State.INCOMPLETE,
        query=query,
        query_id=query_id(query),
        fields=fields_of(project),
        pass_number=last + 1 if before or not last else last,
        begun_by=run,
        believed=len(ids),
    )


def _next(before: WindowManifest, run: str, fields: tuple[str, ...]) -> WindowManifest:
    """The next pass keeps the cuts: what TikTok could not serve as a whole it is asked for in pieces at once."""
    update = {
        "state": State.INCOMPLETE,
        "reason": "",
        "stuck_at": "",
        "pass_number": before.pass_number + 1,
        "begun_by": run,
        "came": 0,
        "without_id": 0,
        "fields": fields,
        "pieces": tuple(PieceState(piece=each.piece) for each in before.pieces),
    }
    return before.model_copy(update=update)


def _has_pages(manifest: WindowManifest, pages: Iterable[Page]) -> bool:
    return any(page.pass_number == manifest.pass_number for page in pages)
