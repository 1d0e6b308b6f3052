"""Work: one unit from its first request to its manifest."""

import logging
from collections.abc import Callable

from include.domain.errors import ApiUnavailable, BudgetSpent, JumpRefused, Narrower, SearchLost, SearchResting
from include.domain.manifest import Round, State, UnitManifest
from include.domain.project import ResearchProject
from include.domain.slice import Aim, Slice, SliceState
from include.domain.window import Window
from include.stages.harvest.checks import judge
from include.stages.harvest.drift import remember_fields
from include.stages.harvest.evidence import WITNESS_OF, answers_at_all, silent_alone
from include.stages.harvest.opening import open_unit
from include.stages.harvest.progress import Progress
from include.stages.harvest.search import is_old, search
from include.stages.harvest.slices import Splitter
from include.stages.harvest.unit import Unit
from include.storage.manifests import write_unit
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.tiktok.client import ResearchApi

log = logging.getLogger(__name__)

#: Searches in a row without one answer, after which one is tried that is as narrow as can be: is TikTok down?
MISSES = 3


def harvest(
    project: ResearchProject,
    window: Window,
    api: ResearchApi,
    objects: Objects,
    run: str,
    *,
    reharvest: bool = False,
    is_over: Callable[[str], bool] = lambda _run: False,
) -> UnitManifest:
    """Harvest a window and return its manifest: complete, or parked as suspect or incomplete with the reason.

    Pages that an earlier try has stored are not asked for again. `reharvest` begins a new round of a window that
    another run has completed. `is_over` tells of a run whether it has ended, so that no dead task is waited for.

    Raises:
        HarvestError: what `ResearchApi.page` raises, WindowTaken and AccessEnded. All pages stored so far stay, and
            the next try goes on there.
    """
    store = ProjectStore.of(objects, project.project_id)
    with open_unit(project, window, api, store, run, reharvest=reharvest, is_over=is_over) as unit:
        if unit.now.state is State.OPEN:
            _search_all(unit)
            _ask_silence_again(unit)
            _close(unit)
    done = unit.manifest
    log.info(
        "harvested project=%s %s=%s state=%s pages=%d requests=%d returned=%d found=%d",
        *(project.project_id, store.layout.entity, done.name, done.now.state, done.now.counts.pages),
        *(done.now.counts.requests, done.now.counts.returned, done.now.counts.found),
    )
    return done


def _search_all(unit: Unit) -> None:
    """Search every slice of the round, splitting what fails, and looking again where an end leaves a doubt.

    Splits at which nothing at all was answered are forgotten: TikTok is down, and narrower searches would not help.
    """
    sure, misses = unit.now, 0
    while left := unit.now.open_slices:
        asked, answers = left[0], unit.meter.answers
        try:
            _finish(unit, asked, search(unit, asked))
        except BudgetSpent as error:
            _park_all(unit, str(error))
            return
        except Narrower as error:
            misses = misses + 1 if unit.meter.answers == answers else 1
            if misses >= MISSES and not answers_at_all(unit, asked):
                unit.note(sure)
                raise ApiUnavailable(f"not even a search as narrow as can be; the last: {error}") from error
            _split(unit, asked, error)
        if unit.meter.answers > answers:
            sure, misses = unit.now, 0


def _ask_silence_again(unit: Unit) -> None:
    """Ask again what TikTok answered with nothing long ago, while it answered nothing else.

    Where a unit rested over midnight, only an answer of today has a witness of today.
    """
    now = unit.api.now()
    if old := {each.number for each, at in silent_alone(unit) if now - at > WITNESS_OF}:
        unit.note(unit.now.ask_again(old, "asked again, because nothing else was answered at the time"))
        _search_all(unit)


def _finish(unit: Unit, asked: Slice, came: Progress) -> None:
    """Note that a slice is done; that it ended follows from its pages, so only further questions are stored at once."""
    now, splitter = unit.now, _splitter(unit)
    days = came.days if asked.narrowing else unit.gathering.days_of(now.number)
    done = asked.finish(came.hits, came.proof)
    about = unit.progress(now.slice(asked.after)) if asked.aim is Aim.LOOK else None
    more = splitter.look_again(done, came, days, about)
    if asked.aim is Aim.LOOK and came.news:
        ended = _ended_before(now, asked)
        more += splitter.correct_end(asked, ended, unit.progress(ended))
    if more:
        log.info("slice %s ended, and leaves a doubt: asking %d more", asked.name, len(more))
        unit.note(now.replace(done, *more))
    else:
        unit.manifest = unit.manifest.with_round(now.replace(done))


def _ended_before(now: Round, look: Slice) -> Slice:
    """The search whose end a look is about; the look may have been split off from another look."""
    ended = now.slice(look.after)
    while ended.state is not SliceState.DONE and ended.after:
        ended = now.slice(ended.after)
    return ended


def _splitter(unit: Unit) -> Splitter:
    return Splitter(
        unit.entity, unit.manifest.query, unit.now.next_number, jumps=unit.now.jumps, bound=unit.meter.bound
    )


def _split(unit: Unit, asked: Slice, error: Narrower) -> None:
    """Replace a slice that failed by those that it is split into, or park it."""
    came = unit.progress(asked)
    _rest_first(unit, asked, came, error)
    if isinstance(error, JumpRefused):
        unit.note(unit.now.without_jumps())
        came = unit.progress(unit.now.slice(asked.after))
    parts = _splitter(unit).split(asked, came, error, rested=is_old(came, unit.api.now()))
    log.warning("split unit=%s slice=%s into=%d: %s", unit.manifest.name, asked.name, len(parts), error)
    unit.note(unit.now.replace(asked.split(str(error)) if parts else asked.park(str(error)), *parts))


def _rest_first(unit: Unit, asked: Slice, came: Progress, error: Narrower) -> None:
    """A search that came some way rests once before it is split: a passing fault must not cost its pages again."""
    if came.number and not isinstance(error, SearchLost) and asked.rested_at != came.number:
        unit.note(unit.now.replace(asked.rest(came.number)))
        raise SearchResting(asked.name, unit.api.now(), str(error))


def _park_all(unit: Unit, why: str) -> None:
    """Park whatever is left, because it costs too much for what it brings; a later try goes on where this one was."""
    log.warning("unit=%s is given up for now: %s", unit.manifest.name, why)
    now, splitter = unit.now, _splitter(unit)
    for each in now.open_slices:
        came = unit.progress(each)
        left = splitter.split(each, came, SearchLost(why)) if came.news else []
        now = now.replace(each.split(why) if left else each.park(why), *(part.park(why) for part in left))
    unit.note(now)


def _close(unit: Unit) -> None:
    """Make the part, judge what came, and note how the round ended."""
    unit.keep_lease()
    manifest = unit.gathering.put_part(unit.store, unit.manifest)
    unit.manifest = manifest
    checks = judge(unit)
    failed = [each.reason for each in checks if each.failed]
    incomplete = any(each.aim is Aim.COLLECT for each in manifest.now.parked_slices)
    state = State.INCOMPLETE if incomplete else State.SUSPECT if failed else State.COMPLETE
    ended: Round = manifest.now.close(state, checks, "; ".join(failed), unit.api.now(), unit.run)
    unit.manifest = manifest.close_round(ended)
    unit.keep_lease()
    write_unit(unit.store, unit.manifest)
    remember_fields(unit)
