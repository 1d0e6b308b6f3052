"""Pieces: a window that TikTok cannot serve is cut, by days, then regions, then classes of length."""

import logging
from itertools import chain

from include.domain.errors import Narrower, SearchResting, SearchTooBroad
from include.domain.manifest import PieceState, State
from include.domain.piece import Piece
from include.stages.attempt import Attempt
from include.stages.remainder import remainder
from include.tiktok.client import days_of
from include.tiktok.query import open_lengths, regions_of

log = logging.getLogger(__name__)


def open_pieces(attempt: Attempt) -> list[Piece]:
    """What is left to search: the whole window, or those of its pieces that are not complete."""
    return [state.piece for state in _pieces(attempt) if state.state is not State.COMPLETE]


def note_complete(attempt: Attempt, piece: Piece) -> None:
    """Note in the manifest that a piece is complete."""
    _note(attempt, piece, [PieceState(piece=piece, state=State.COMPLETE)])


def cut(attempt: Attempt, piece: Piece, error: Narrower) -> list[Piece]:
    """The halves of what is left of a piece that TikTok cannot serve.

    None, and what is left is parked, when it cannot be cut any more. The days that its search has passed are complete.
    """
    _rest_first(attempt, piece, error)
    passed, rest = _passed(attempt, piece)
    query = attempt.manifest.query
    halves = rest.halves(regions_of(query), open_lengths(query))
    log.warning("cutting window=%s piece=%s into=%d: %s", attempt.window, rest.name, len(halves), error)
    left = [PieceState(piece=half) for half in halves] or [PieceState(piece=rest, reason=str(error))]
    _note(attempt, piece, [*left, *(PieceState(piece=each, state=State.COMPLETE) for each in passed)])
    return halves


def _passed(attempt: Attempt, piece: Piece) -> tuple[list[Piece], Piece]:
    """The days of a piece that its stored pages have passed, if any, and what is left of it."""
    last = attempt.last_page(piece)
    if last is None:
        return [], piece
    pages = attempt.pages(attempt.place(piece)).of(last.generation)
    left = remainder(pages, days_of(last.request))
    rest = piece.model_copy(update={"end": left.end})
    return [piece.model_copy(update={"start": days.start}) for days in piece.window.without([left])], rest


def _rest_first(attempt: Attempt, piece: Piece, error: Narrower) -> None:
    """A search that came some way rests once before it is cut: a passing fault must not cost its pages again."""
    last = attempt.last_page(piece)
    if last is None or not isinstance(error, SearchTooBroad):
        return
    stuck_at = f"{piece.name} {last.generation}-{last.number}"
    if attempt.manifest.stuck_at != stuck_at:
        attempt.note(stuck_at=stuck_at)
        raise SearchResting(piece.name, attempt.api.now(), str(error))


def _note(attempt: Attempt, piece: Piece, now: list[PieceState]) -> None:
    """Put what became of a piece in its place in the manifest. A window that was never cut has no pieces."""
    known = _pieces(attempt)
    pieces = tuple(chain.from_iterable(now if state.piece == piece else [state] for state in known))
    whole = [state.piece for state in pieces] == [attempt.whole] and not pieces[0].reason
    attempt.note(pieces=() if whole else pieces)


def _pieces(attempt: Attempt) -> tuple[PieceState, ...]:
    return attempt.manifest.pieces or (PieceState(piece=attempt.whole),)
