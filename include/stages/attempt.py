"""An attempt: one try at one window, with all it needs and the window's manifest as it stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from include.domain.errors import RequestRejected
from include.domain.manifest import State, WindowManifest
from include.domain.page import Page
from include.domain.piece import Piece
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.stages.search import Search, search
from include.storage.layout import ProjectLayout
from include.storage.leases import Lease, take
from include.storage.ledger import Ledger
from include.storage.manifests import read_window, read_windows, write_window
from include.storage.objects import Objects
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi, video_request
from include.tiktok.query import fields_of, query_id, query_of

LAST_DAY = "last-day"
"""The search that asks for the last day once more, while it is open how TikTok reads `end_date`."""


@dataclass(frozen=True)
class LeasedMeter:
    """The ledger, for as long as the lease is ours: each request renews it, waits inside a page included."""

    ledger: Ledger
    lease: Lease

    def before_request(self, at: datetime) -> None:
        self.lease.keep(at)
        self.ledger.before_request(at)

    def after_answer(self, returned: int | None) -> None:
        self.ledger.after_answer(returned)

    def refused(self, at: datetime) -> datetime:
        return self.ledger.refused(at)


@dataclass
class Attempt:
    """One try at one window: who asks, with what, and the window's manifest as it stands."""

    project: ResearchProject
    api: ResearchApi
    objects: Objects
    layout: ProjectLayout
    run: str
    afresh: bool
    meter: LeasedMeter
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
        """Every page of the window: of the whole, of all it was ever cut into, of its last day."""
        pieces = self.objects.folders(self.layout.pieces(self.window))
        return chain.from_iterable(self.pages(place) for place in ("", *pieces))

    def place(self, piece: Piece) -> str:
        """Where the pages of a piece lie; those of the whole window lie in the window itself."""
        return "" if piece == self.whole else piece.name

    def asked_alone(self, window: Window) -> bool:
        """Whether the last day of a window of the project was asked for by itself."""
        return self.objects.paths(self.layout.pages(window, LAST_DAY)) != []

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
        return search(asked, self.pages(place), self.api, self.meter, self.before_page, afresh=self.afresh)

    def before_page(self) -> None:
        """What must hold whenever a page is asked for: today lies in the approved access."""
        self.project.check_access(self.api.now().date())

    def canaries(self) -> Iterator[bool]:
        """Whether each canary query finds anything in the days of this window."""
        for query in self.project.canary_queries:
            answer, _ = self.api.videos(video_request(query, self.window, None), ("id",), self.meter)
            yield answer.returned > 0 or answer.cursor is not None


@contextmanager
def begun(
    project: ResearchProject, window: Window, api: ResearchApi, objects: Objects, run: str, reharvest: bool
) -> Iterator[Attempt]:
    """A try that holds the window's lease and has left a manifest, so that the next plan continues the window."""
    layout, query = ProjectLayout(project.project_id), query_of(project)
    lease = take(objects, layout.window(window), run, api.now())
    ledger = Ledger(objects, api.client, project.daily_requests)
    try:
        manifest = read_window(objects, layout, window)
        if manifest is None or manifest.query_id != query_id(query):
            manifest = _started(project, window)
            write_window(objects, layout, manifest)
        afresh = reharvest or manifest.state is State.SUSPECT
        if afresh:
            manifest = manifest.model_copy(update={"fields": fields_of(project)})
        yield Attempt(project, api, objects, layout, run, afresh, LeasedMeter(ledger, lease), manifest)
    except RequestRejected as error:
        objects.write(layout.answer(window, api.now().isoformat()), error.answer)
        raise
    finally:
        ledger.close()
        lease.release(api.now())


def _started(project: ResearchProject, window: Window) -> WindowManifest:
    query = query_of(project)
    return WindowManifest(
        start=window.start,
        end=window.end,
        state=State.INCOMPLETE,
        query=query,
        query_id=query_id(query),
        fields=fields_of(project),
    )
