"""Manifests of units for tests, each of them as the harvest would leave it."""

from datetime import UTC, datetime
from typing import Any

from include.domain.manifest import Counts, Round, State, UnitManifest
from include.domain.slice import Slice
from include.domain.window import Window
from include.tiktok.query import query_id, query_of
from tests.projects import project

ENDED = datetime(2026, 5, 1, 8, tzinfo=UTC)


def round_of(
    window: Window, state: State = State.OPEN, at: datetime = ENDED, checks: Any = (), **changes: Any
) -> Round:
    """A round of one search over the window, which goes on, or has ended in this state."""
    whole = Slice(number=1, start=window.start, end=window.end)
    begun = Round(**{"begun_by": "manual__1", "fields": ("id",), "slices": (whole,), **changes})
    return begun if state is State.OPEN else end(begun, state, at, checks)


def end(begun: Round, state: State, at: datetime = ENDED, checks: Any = ()) -> Round:
    """The round after the run that began it has ended it so."""
    reasons = [each.reason for each in checks if each.failed] or ["a reason"]
    return begun.close(state, checks, "" if state is State.COMPLETE else "; ".join(reasons), at, begun.begun_by)


def unit(
    window: Window | str,
    state: State = State.COMPLETE,
    of: Any = None,
    *,
    query: dict[str, Any] | None = None,
    at: datetime = ENDED,
    tries: int = 1,
    counts: dict[str, Any] | None = None,
    **changes: Any,
) -> UnitManifest:
    """The manifest of a unit whose latest round goes on, or has ended in this state after so many `tries`."""
    window = Window.parse(window) if isinstance(window, str) else window
    query = query_of(of or project()) if query is None else query
    begun = UnitManifest(
        start=window.start,
        end=window.end,
        query=query,
        query_id=query_id(query),
        now=round_of(window, counts=Counts(**counts or {})),
        tries=tries - 1,
        **changes,
    )
    if state is State.OPEN:
        return begun
    return begun.close_round(end(begun.now, state, at))
