"""Harvest: everything TikTok has for one window, in one search or, where it cannot serve that, in pieces."""

import logging
from functools import partial

from include.domain.errors import ApiUnavailable, Narrower
from include.domain.manifest import State, WindowManifest
from include.domain.piece import Piece
from include.domain.project import ResearchProject
from include.domain.window import DAY, Window
from include.stages.attempt import LAST_DAY, Attempt, begun
from include.stages.complete import counted
from include.stages.evidence import answers, canaries, expected, known_elsewhere
from include.stages.pieces import cut, note_complete, open_pieces
from include.stages.suspicion import last_day_is_proven, suspicion
from include.storage.manifests import write_window
from include.storage.objects import Objects
from include.tiktok.client import ResearchApi
from include.tiktok.query import narrowed, on_day, open_lengths, regions_of

log = logging.getLogger(__name__)

MISSES = 3
"""Searches in a row without one answer, after which one is tried that is as narrow as can be: is TikTok down?"""


def harvest(
    project: ResearchProject, window: Window, api: ResearchApi, objects: Objects, run: str, *, reharvest: bool = False
) -> WindowManifest:
    """Harvest a window and return its manifest: complete, or parked as suspect or incomplete with the reason.

    Pages that an earlier try of the same search has stored are not asked for again. `reharvest` makes a new search of
    a window that another run has completed.

    Raises:
        HarvestError: what `ResearchApi.videos` raises, WindowTaken and AccessEnded. All pages stored so far stay, and
            the next try goes on there.
    """
    with begun(project, window, api, objects, run, reharvest) as attempt:
        _finish(attempt, _search_all(attempt))
    done = attempt.manifest
    log.info(
        "harvested project=%s window=%s state=%s pages=%d requests=%d returned=%d videos=%d",
        *(project.project_id, window, done.state, done.pages, done.requests, done.returned, done.distinct),
    )
    return done


def _search_all(attempt: Attempt) -> list[str]:
    """Search the window, cutting what keeps failing; returns what the ends of the searches make suspicious.

    Cuts at which nothing at all was answered are forgotten: TikTok is down, and narrower searches would not help.
    """
    left, sure = open_pieces(attempt), attempt.manifest.pieces
    suspicions: list[str] = []
    misses = 0
    while left:
        piece, answered = left.pop(0), attempt.meter.answered
        try:
            suspicions.append(_search(attempt, piece))
        except Narrower as error:
            misses = misses + 1 if attempt.meter.answered == answered else 1
            if misses >= MISSES and not answers(attempt, _far_from(attempt, piece)):
                attempt.note(pieces=sure)
                raise ApiUnavailable(f"not even a search as narrow as can be; the last: {error}") from error
            left = [*cut(attempt, piece, error), *left]
        if attempt.meter.answered > answered:
            misses, sure = 0, attempt.manifest.pieces
    return [each for each in suspicions if each]


def _search(attempt: Attempt, piece: Piece) -> str:
    """Search a piece to its end; one that ends in suspicion stays open, so that no later try takes it for complete."""
    suspicion = attempt.search(piece.window, narrowed(attempt.manifest.query, piece), attempt.place(piece))
    if not suspicion:
        note_complete(attempt, piece)
    return suspicion


def _far_from(attempt: Attempt, piece: Piece) -> Piece:
    """A piece as narrow as can be, at the other end of the window: what fails here may be served there."""
    query, day = attempt.manifest.query, attempt.window.end if piece.end < attempt.window.end else attempt.window.start
    regions, lengths = regions_of(query), open_lengths(query)
    return Piece(start=day, end=day, regions=regions[-1:], video_length=lengths[-1] if lengths else "")


def _finish(attempt: Attempt, suspicions: list[str]) -> None:
    """Make the part, look twice at what may be missing, and note how the window ended."""
    after = _counted(attempt)
    parked = [f"{state.piece.name}: {state.reason}" for state in after.pieces if state.reason]
    if not parked and not suspicions and not _last_day_is_proven(attempt, after):
        suspicions = _ask_last_days(attempt)
        after = _counted(attempt)
    if not parked and not suspicions:
        doubt = suspicion(after, known_elsewhere(attempt), partial(expected, attempt), partial(canaries, attempt))
        suspicions = [doubt] if doubt else []
    state = State.INCOMPLETE if parked else State.SUSPECT if suspicions else State.COMPLETE
    believed = after.came if state is State.COMPLETE else after.believed
    reason = "; ".join([*parked, *suspicions])
    attempt.manifest = after.model_copy(update={"state": state, "reason": reason, "stuck_at": "", "believed": believed})
    attempt.keep_lease()
    write_window(attempt.objects, attempt.layout, attempt.manifest)


def _counted(attempt: Attempt) -> WindowManifest:
    attempt.keep_lease()
    return counted(attempt.objects, attempt.layout, attempt.manifest, attempt.all_pages())


def _last_day_is_proven(attempt: Attempt, after: WindowManifest) -> bool:
    alone = attempt.asked_alone
    return last_day_is_proven([after], alone) or last_day_is_proven(attempt.others(), alone)


def _ask_last_days(attempt: Attempt) -> list[str]:
    """Ask by itself for the last day of the window, and of each piece of it; returns what that makes suspicious."""
    suspicions = []
    for day in {state.piece.end for state in attempt.manifest.pieces} | {attempt.window.end}:
        place = LAST_DAY if day == attempt.window.end else f"{LAST_DAY}~{day}"
        try:
            suspicions.append(attempt.search(Window(day, day + DAY), on_day(attempt.manifest.query, day), place))
        except Narrower as error:
            suspicions.append(f"nobody knows whether TikTok counts {day} in, and it cannot be asked by itself: {error}")
    return [each for each in suspicions if each]
