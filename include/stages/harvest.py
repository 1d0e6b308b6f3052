"""Harvest: everything TikTok has for one window, in one search or, where it cannot serve that, in pieces."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from include.domain.errors import ApiUnavailable, Narrower, RequestRejected, SearchTooBroad
from include.domain.manifest import PieceState, State, WindowManifest
from include.domain.page import Page
from include.domain.piece import Piece
from include.domain.project import ResearchProject
from include.domain.window import DAY, Window
from include.stages.complete import counted
from include.stages.search import Search, search
from include.stages.suspicion import last_day_is_proven, suspicion
from include.storage.layout import ProjectLayout
from include.storage.leases import Lease, take
from include.storage.ledger import Ledger
from include.storage.manifests import read_window, read_windows, write_window
from include.storage.objects import Objects
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi, video_request
from include.tiktok.query import fields_of, narrowed, on_day, open_lengths, query_id, query_of, regions_of

log = logging.getLogger(__name__)

LAST_DAY = "last-day"
"""The search that asks for the last day once more, while it is open how TikTok reads `end_date`."""


@dataclass
class Harvest:
    """One try at one window: who asks, with what, and the window's manifest as it stands."""

    project: ResearchProject
    api: ResearchApi
    objects: Objects
    layout: ProjectLayout
    run: str
    afresh: bool
    ledger: Ledger
    lease: Lease
    manifest: WindowManifest

    @property
    def window(self) -> Window:
        return self.manifest.window

    @property
    def whole(self) -> Piece:
        return Piece(start=self.window.start, end=self.window.end)

    def pages(self, place: str) -> Pages:
        return Pages(self.objects, self.layout, self.window, place)

    def all_pages(self) -> Iterator[Page]:
        """Every page of the window: of the whole, of its pieces, of its last day."""
        pieces = [self.place(state.piece) for state in self.manifest.pieces]
        return chain.from_iterable(self.pages(place) for place in dict.fromkeys(("", *pieces, LAST_DAY)))

    def place(self, piece: Piece) -> str:
        """Where the pages of a piece lie; those of the whole window lie in the window itself."""
        return "" if piece == self.whole else piece.name

    def others(self) -> list[WindowManifest]:
        """The manifests of the project's other windows."""
        return [other for other in read_windows(self.objects, self.layout) if other.window != self.window]

    def note(self, **changes: object) -> None:
        """Bring the manifest up to date, here and in the storage."""
        after = self.manifest.model_copy(update=changes)
        if after != self.manifest:
            self.manifest = after
            write_window(self.objects, self.layout, after)

    def search(self, days: Window, query: dict, place: str) -> str:
        """Bring one search to its end; returns the suspicion that its last page raises."""
        asked = Search(days, query, self.manifest.fields, self.manifest.query_id, self.run)
        return search(asked, self.pages(place), self.api, self.ledger, self.before_page, afresh=self.afresh)

    def before_page(self) -> None:
        """What must hold whenever a page is asked for: today lies in the approved access, the lease is ours."""
        now = self.api.now()
        self.project.check_access(now.date())
        self.lease.keep(now)

    def canaries(self) -> Iterator[bool]:
        """Whether each canary query finds anything in the days of this window."""
        for query in self.project.canary_queries:
            answer, _ = self.api.videos(video_request(query, self.window, None), ("id",), self.ledger)
            yield answer.returned > 0 or answer.cursor is not None


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
    with _begun(project, window, api, objects, run, reharvest) as trying:
        before = trying.manifest
        suspicions = _search_all(trying)
        _finish(trying, before, suspicions)
    done = trying.manifest
    log.info(
        "harvested project=%s window=%s state=%s pages=%d requests=%d returned=%d videos=%d",
        *(project.project_id, window, done.state, done.pages, done.requests, done.returned, done.distinct),
    )
    return done


@contextmanager
def _begun(
    project: ResearchProject, window: Window, api: ResearchApi, objects: Objects, run: str, reharvest: bool
) -> Iterator[Harvest]:
    """A try that holds the window's lease and has left a manifest, so that the next plan continues the window."""
    layout, query = ProjectLayout(project.project_id), query_of(project)
    lease = take(objects, layout.window(window), run, api.now())
    ledger = Ledger(objects, api.client, project.daily_requests)
    try:
        manifest = read_window(objects, layout, window)
        if manifest is None or manifest.query_id != query_id(query):
            manifest = WindowManifest(
                start=window.start,
                end=window.end,
                state=State.INCOMPLETE,
                query=query,
                query_id=query_id(query),
                fields=fields_of(project),
            )
            write_window(objects, layout, manifest)
        afresh = reharvest or manifest.state is State.SUSPECT
        yield Harvest(project, api, objects, layout, run, afresh, ledger, lease, manifest)
    except RequestRejected as error:
        objects.write(layout.answer(window, api.now().isoformat()), error.answer)
        raise
    finally:
        ledger.close()
        lease.release(api.now())


def _search_all(trying: Harvest) -> list[str]:
    """Search the window, cutting what keeps failing; returns what the ends of the searches make suspicious."""
    known = trying.manifest.pieces or (PieceState(piece=trying.whole),)
    left = [state.piece for state in known if trying.afresh or state.state is not State.COMPLETE]
    suspicions: list[str] = []
    while left:
        piece = left.pop(0)
        try:
            query = narrowed(trying.manifest.query, piece)
            suspicions.append(trying.search(piece.window, query, trying.place(piece)))
        except Narrower as error:
            left = [*_cut(trying, piece, error), *left]
        else:
            _note_piece(trying, piece, [PieceState(piece=piece, state=State.COMPLETE)])
    return [each for each in suspicions if each]


def _cut(trying: Harvest, piece: Piece, error: Narrower) -> list[Piece]:
    """The halves of a piece that TikTok cannot serve; none, and the piece parked, when it cannot be cut any more."""
    _rest_first(trying, piece, error)
    query = trying.manifest.query
    halves = piece.halves(regions_of(query), open_lengths(query))
    log.warning("cutting window=%s piece=%s into=%d: %s", trying.window, piece.name, len(halves), error)
    if halves:
        _note_piece(trying, piece, [PieceState(piece=half) for half in halves])
    else:
        _note_piece(trying, piece, [PieceState(piece=piece, reason=str(error))])
    return halves


def _rest_first(trying: Harvest, piece: Piece, error: Narrower) -> None:
    """A search that came some way rests once before it is cut: a passing fault must not cost its pages again."""
    place = trying.place(piece)
    last = trying.pages(place).last()
    if last is None or not isinstance(error, SearchTooBroad):
        return
    stuck_at = f"{place} {last.generation}-{last.number}"
    if trying.manifest.stuck_at != stuck_at:
        trying.note(stuck_at=stuck_at)
        raise ApiUnavailable(str(error))


def _note_piece(trying: Harvest, piece: Piece, now: list[PieceState]) -> None:
    """Put what became of a piece in its place in the manifest. A window that was never cut has no pieces."""
    known = trying.manifest.pieces or (PieceState(piece=trying.whole),)
    pieces = tuple(chain.from_iterable(now if state.piece == piece else [state] for state in known))
    whole = [state.piece for state in pieces] == [trying.whole] and not pieces[0].reason
    trying.note(pieces=() if whole else pieces)


def _finish(trying: Harvest, before: WindowManifest, suspicions: list[str]) -> None:
    """Make the part, look twice at what may be missing, and note how the window ended."""
    after = counted(trying.objects, trying.layout, trying.manifest, trying.all_pages())
    parked = [f"{state.piece.name}: {state.reason}" for state in after.pieces if state.state is not State.COMPLETE]
    if not parked and not suspicions and not last_day_is_proven(after, trying.others):
        trying.search(Window(after.end, after.end + DAY), on_day(after.query, after.end), LAST_DAY)
        after = counted(trying.objects, trying.layout, trying.manifest, trying.all_pages())
    if not parked and not suspicions:
        suspicions = list(filter(None, [suspicion(after, before, trying.others, trying.canaries)]))
    state = State.INCOMPLETE if parked else State.SUSPECT if suspicions else State.COMPLETE
    trying.manifest = after.model_copy(
        update={"state": state, "reason": "; ".join([*parked, *suspicions]), "stuck_at": ""}
    )
    write_window(trying.objects, trying.layout, trying.manifest)
