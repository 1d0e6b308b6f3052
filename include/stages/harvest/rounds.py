"""Rounds: one time through all days of a unit, in one try or several, whose pages carry its number.

A new round begins for a new query, where a person wants the days again, and where an earlier one could not be believed.
The last complete round stands until a newer one is complete.
"""

from include.domain.manifest import Round, State, UnitManifest
from include.domain.page import Page
from include.domain.project import ResearchProject
from include.domain.slice import Slice
from include.domain.window import Window
from include.tiktok.query import fields_of, query_id, query_of


def current_round(
    project: ResearchProject,
    window: Window,
    before: UnitManifest | None,
    last_page: Page | None,
    run: str,
    *,
    reharvest: bool,
) -> UnitManifest:
    """The manifest with the round that this try works on: the one that goes on, or a new one.

    `last_page` is the newest stored page, looked at only where there is no manifest of this query.
    """
    query = query_of(project)
    if before is None or before.query_id != query_id(query):
        return UnitManifest(
            start=window.start,
            end=window.end,
            query=query,
            query_id=query_id(query),
            now=_first_round(project, window, before, last_page, run),
        )
    now = before.now
    if now.state is State.OPEN:
        return before
    if run in (now.begun_by, now.ended_by) or (now.state is State.COMPLETE and not reharvest):
        return before
    if now.can_be_completed and not reharvest:
        return before.with_round(now.reopen(run))
    return before.with_round(_new_round(project, window, now.number + 1, run))


def _first_round(
    project: ResearchProject, window: Window, before: UnitManifest | None, last_page: Page | None, run: str
) -> Round:
    """The first round of a query. Where somebody deleted the manifest of a search that was not split, it goes on."""
    if last_page is None:
        return _new_round(project, window, (before.now.number if before else 0) + 1, run)
    goes_on = before is None and last_page.slice == 1 and last_page.query_id == query_id(query_of(project))
    number = last_page.round if goes_on else max(last_page.round, before.now.number if before else 0) + 1
    fresh = _new_round(project, window, number, run)
    return fresh.with_fields(last_page.fields) if goes_on else fresh


def _new_round(project: ResearchProject, window: Window, number: int, run: str) -> Round:
    whole = Slice(number=1, start=window.start, end=window.end)
    return Round(number=number, begun_by=run, fields=fields_of(project), slices=(whole,))
