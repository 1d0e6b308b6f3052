"""Evidence: what else is known of a window's days, from other windows and from canary queries."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from include.domain.errors import Narrower
from include.domain.observation import QUERY_ID
from include.domain.piece import Piece
from include.domain.window import Window
from include.stages.attempt import Attempt
from include.stages.search import CUT_TRIES
from include.storage.manifests import windows_in
from include.storage.parts import ids_on
from include.tiktok.answer import Answer
from include.tiktok.client import video_request
from include.tiktok.query import narrowed


def known_elsewhere(attempt: Attempt) -> dict[str, int]:
    """How many records of the window's days the project's other windows hold, by query."""
    others = (window for window in windows_in(attempt.objects, attempt.layout) if window != attempt.window)
    sharing = [(other, days) for other in others if (days := other & attempt.window)]
    ids: dict[str, set[int]] = defaultdict(set)
    for other, days in sharing:
        for table in ids_on(attempt.objects, attempt.layout, other, days, "id"):
            for row in table.to_pylist():
                ids[row[QUERY_ID]].add(row["id"])
    return {query: len(found) for query, found in ids.items()}


def expected(attempt: Attempt) -> float | None:
    """How many records the nearest complete window of this query has on as many days; None if it never found any."""
    works, nearest = attempt.manifest.believed > 0, None
    for other in attempt.others():
        if other.query_id == attempt.manifest.query_id:
            works = works or other.distinct > 0
            if other.complete and nearest is None:
                nearest = other.distinct / other.window.days * attempt.window.days
        if works and nearest is not None:
            break
    return nearest or 0.0 if works else None


def canaries(attempt: Attempt) -> bool | None:
    """Whether each canary query finds something on the window's days; None where the project has none."""
    queries = attempt.project.canary_queries
    return all(_finds(attempt, query) for query in queries) if queries else None


def answers(attempt: Attempt, piece: Piece) -> bool:
    """Whether TikTok answers the window's query for this piece, with whatever."""
    try:
        _ask(attempt, narrowed(attempt.manifest.query, piece), piece.window)
    except Narrower:
        return False
    return True


def _finds(attempt: Attempt, query: Mapping[str, Any]) -> bool:
    """Whether a canary query finds anything; asked in the pieces into which the window was cut, where it was."""
    cut = dict.fromkeys(state.piece.window for state in attempt.manifest.pieces)
    for days in cut or (attempt.window,):
        try:
            if _ask(attempt, query, days).returned > 0:
                return True
        except Narrower:
            continue
    return False


def _ask(attempt: Attempt, query: Mapping[str, Any], days: Window) -> Answer:
    request = video_request(query, days, None)
    answer, _ = attempt.api.videos(request, ("id",), attempt.meter, fault_tries=CUT_TRIES)
    return answer
