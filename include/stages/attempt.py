"""An attempt: one try at one window, with all it needs and the window's manifest as it stands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from include.domain.errors import ApiUnavailable
from include.domain.manifest import WindowManifest
from include.domain.page import Page
from include.domain.piece import Piece
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.stages.passes import this_pass
from include.stages.search import CUT_TRIES, Search, search
from include.storage.layout import ProjectLayout
from include.storage.leases import Lease, held
from include.storage.ledger import Ledger
from include.storage.manifests import manifests_of, windows_in, write_window
from include.storage.objects import Objects
from include.storage.pages import Pages, pages_of_window
from include.tiktok.client import ResearchApi
from include.tiktok.retries import FAULT_TRIES

LAST_DAY = "last-day"
"""The search that asks for the last day once more, while it is open how TikTok reads `end_date`."""

PAGES_PER_LEASE_CHECK = 100
"""Pages read between two looks at the lease: on the slowest store some ten seconds."""


@dataclass
class LeasedMeter:
    """The ledger, for as long as the lease is ours: each request renews it, waits inside a page included."""

    ledger: Ledger
    lease: Lease
    answered: int = 0

    def before_request(self, at: datetime) -> None:
        self.lease.keep(at)
        self.ledger.before_request(at)

    def after_answer(self, returned: int | None) -> None:
        self.answered += returned is not None
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
        """Every page of the window, whatever search brought it; the lease is kept while they are read."""
        for number, page in enumerate(pages_of_window(self.objects, self.layout, self.window)):
            if number % PAGES_PER_LEASE_CHECK == 0:
                self.keep_lease()
            yield page

    def last_page(self, piece: Piece) -> Page | None:
        """The last page of a piece's search in this pass, if there is one."""
        last = self.pages(self.place(piece)).last()
        return last if last and last.pass_number == self.manifest.pass_number else None

    def place(self, piece: Piece) -> str:
        """Where the pages of a piece lie; those of the whole window lie in the window itself."""
        return "" if piece == self.whole else piece.name

    def asked_alone(self, window: Window) -> bool:
        """Whether the last day of a window of the project was asked for by itself."""
        return self.objects.paths(self.layout.pages(window, LAST_DAY)) != []

    def others(self) -> Iterator[WindowManifest]:
        """The manifests of the project's other windows, read as they are looked at, the nearest window first."""
        others = (window for window in windows_in(self.objects, self.layout) if window != self.window)
        nearest = sorted(others, key=lambda window: abs(window.start - self.window.start))
        return manifests_of(self.objects, self.layout, nearest)

    def note(self, **changes: object) -> None:
        """Bring the manifest up to date, here and in the storage."""
        after = self.manifest.model_copy(update=changes)
        if after != self.manifest:
            self.keep_lease()
            self.manifest = after
            write_window(self.objects, self.layout, after)

    def search(self, days: Window, query: dict, place: str) -> str:
        """Bring one search to its end; returns the suspicion that its last page raises."""
        asked = Search(
            days=days,
            query=query,
            fields=self.manifest.fields,
            query_id=self.manifest.query_id,
            pass_number=self.manifest.pass_number,
            run=self.run,
            fault_tries=CUT_TRIES if place else FAULT_TRIES,
        )
        return search(asked, self.pages(place), self.api, self.meter, self.before_page)

    def keep_lease(self) -> None:
        """What must hold before a part or a manifest is put: the window is still ours."""
        self.meter.lease.keep(self.api.now())

    def before_page(self) -> None:
        """What must hold whenever a page is asked for: today lies in the approved access."""
        self.project.check_access(self.api.now().date())


@contextmanager
def begun(
    project: ResearchProject, window: Window, api: ResearchApi, objects: Objects, run: str, reharvest: bool
) -> Iterator[Attempt]:
    """A try that holds the window's lease and has left a manifest, so that the next plan continues the window."""
    layout = ProjectLayout(project.project_id)
    ledger = Ledger(objects, api.client, project.daily_requests)
    api = replace(api, keep=lambda answer, at: objects.write(layout.answer(window, at.isoformat()), answer))
    with held(objects, layout.window(window), run, api.now) as lease, closing(ledger):
        manifest = this_pass(project, window, objects, layout, run, reharvest)
        write_window(objects, layout, manifest)
        meter = LeasedMeter(ledger, lease)
        try:
            yield Attempt(project, api, objects, layout, run, meter, manifest)
        except ApiUnavailable:
            if not meter.answered:  # else it may be this window that cannot be served
                ledger.down(api.now())
            raise
