"""Search: one slice, page by page, until the end is proven.

The stored pages are the checkpoint: a page is stored, with the request that asked for it, before the next request goes
out. A search that was stopped at any moment goes on after its last stored page.
"""

import logging
from datetime import datetime, timedelta

from include.domain.errors import JumpRefused, SearchLost, SearchStuck
from include.domain.page import Page
from include.domain.slice import Aim, Slice
from include.stages.harvest.progress import Progress
from include.stages.harvest.unit import Unit
from include.tiktok.answer import Content
from include.tiktok.retries import FAULT_TRIES, SEARCH_TRIES

log = logging.getLogger(__name__)

#: Calls with the id of a search that has given pages already: it was ready long ago.
WORKED_TRIES = 3

#: Calls behind the end that TikTok told: it may refuse them for good.
BEHIND_TRIES = 2

#: Calls for a slice that TikTok fails on: the one that it was split from has had more patience already.
SPLIT_TRIES = 3

#: A search that rested this long is tried once; if TikTok has lost it, a fresh one costs less than patience.
OLD = timedelta(hours=1)

#: Seconds before the same call is made again because its answer brought nothing new.
PAUSES = (0, 5, 15, 30)


def search(unit: Unit, asked: Slice) -> Progress:
    """Bring the search of a slice to its end. Pages that are stored are not asked for again.

    Raises:
        SearchStuck: it brings nothing new, however often it is asked.
        JumpRefused: TikTok does not let this fresh search go on where the one before it was.
        HarvestError: what `ResearchApi.page` raises.
    """
    progress = unit.progress(asked)
    while progress.cursor or not progress.joined:
        if not progress.joined:
            raise JumpRefused(f"the page at {asked.jump} shows nothing of the search before it")
        if progress.is_stuck and progress.cursor:
            raise SearchStuck(
                f"{progress.repeats} answers in a row to the call at {progress.cursor.index} were not new"
            )
        _pause(unit, progress)
        unit.check_access()
        try:
            page, content = _next_page(unit, asked, progress)
        except SearchLost as error:
            if progress.follows_an_end and (asked.retry or not is_old(progress, unit.api.now())):
                progress.refuse_one_more_call()
                break
            if _jumps(asked, progress):
                raise JumpRefused(str(error)) from error
            raise
        unit.keep_page(page, content)
    return progress


def is_old(progress: Progress, now: datetime) -> bool:
    """Whether a search has rested so long that TikTok may have lost it for that."""
    return progress.stored_at is not None and now - progress.stored_at > OLD


def _jumps(asked: Slice, progress: Progress) -> bool:
    """Whether the next call of the search is its jump."""
    return bool(asked.jump) and progress.number == 1


def _pause(unit: Unit, progress: Progress) -> None:
    if progress.repeats:
        seconds = PAUSES[min(progress.repeats, len(PAUSES) - 1)]
        log.info("the answer to call %d was not new: asking again in %d s", progress.number, seconds)
        unit.api.sleep(seconds)


def _next_page(unit: Unit, asked: Slice, progress: Progress) -> tuple[Page, Content]:
    cursor, now = progress.cursor, unit.manifest.now
    if cursor is None:
        raise ValueError("a search that has ended has no next page")
    request = unit.entity.ask(unit.manifest.query, asked, cursor)
    split = asked.after or asked.aim is not Aim.COLLECT
    answer, requests = unit.api.page(
        unit.entity,
        request,
        now.fields,
        unit.meter,
        search_tries=_search_tries(asked, progress, unit.api.now()),
        fault_tries=SPLIT_TRIES if split else FAULT_TRIES,
    )
    page = Page(
        round=now.number,
        slice=asked.number,
        number=progress.number + 1,
        run=unit.run,
        query_id=unit.manifest.query_id,
        request=request,
        fields=now.fields,
        answer=answer.body,
        received_at=answer.received_at,
        requests=requests,
        synthetic=answer.synthetic,
    )
    return page, answer.content


def _search_tries(asked: Slice, progress: Progress, now: datetime) -> int:
    """How often a refused search id is tried: a fresh one may not be ready for some seconds."""
    if is_old(progress, now):
        return 1
    if progress.number > 1:
        return BEHIND_TRIES if progress.follows_an_end else WORKED_TRIES
    return WORKED_TRIES if asked.jump and progress.number == 1 else SEARCH_TRIES
