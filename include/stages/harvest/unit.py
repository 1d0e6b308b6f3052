"""A unit at work: one try at one unit of work, which holds its lease, and its manifest as it stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from include.domain.manifest import Round, UnitManifest
from include.domain.page import Page
from include.domain.project import ResearchProject
from include.domain.slice import Slice
from include.domain.window import Window
from include.stages.harvest.gathering import Gathering, Reading
from include.stages.harvest.meter import UnitMeter
from include.stages.harvest.progress import SKEW, Progress
from include.storage.drift import KnownFields, read_known_fields
from include.storage.manifests import list_units, write_unit
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from include.tiktok.answer import Content
from include.tiktok.client import ResearchApi
from include.tiktok.entities import Entity

#: Pages read between two looks at the lease: on the slowest store some ten seconds.
PAGES_PER_LEASE_CHECK = 100


@dataclass
class Unit:
    """One try at a unit: who asks, with what, what has come, and the manifest as it stands."""

    project: ResearchProject
    entity: Entity
    api: ResearchApi
    store: ProjectStore
    run: str
    meter: UnitMeter
    manifest: UnitManifest
    gathering: Gathering
    _progress: dict[int, Progress] = field(default_factory=dict)

    @cached_property
    def known_fields(self) -> KnownFields:
        """What was known of TikTok's fields when this try first asked for it."""
        return read_known_fields(self.store)

    @cached_property
    def others(self) -> list[Window]:
        """The windows of the project's other units, the nearest first."""
        windows = [Window.parse(name) for name in list_units(self.store) if name != self.manifest.name]
        return sorted(windows, key=lambda window: abs(window.start - self.manifest.window.start))

    @property
    def now(self) -> Round:
        """The round that the try works on."""
        return self.manifest.now

    def progress(self, asked: Slice) -> Progress:
        """How far the search of a slice came in this round."""
        known = self._progress.get(asked.number)
        if known is None:
            before = self.now.slice(asked.after) if asked.jump else None
            goes_on_from = self.progress(before) if before else None
            known = Progress(asked, self.entity.page_size, self.entity.made_at, goes_on_from)
            self._progress[asked.number] = known
        return known

    def note(self, now: Round) -> None:
        """Bring the round up to date, here and in the storage."""
        if now != self.now:
            self.keep_lease()
            self.manifest = self.manifest.with_round(now)
            write_unit(self.store, self.manifest)

    def keep_page(self, page: Page, content: Content) -> None:
        """Store a page, and take it in."""
        Pages(self.store, self.manifest.name).append(page)
        self._take_in(page, self.gathering.read(page, content))

    def take_in_stored(self, pages: Iterable[Page]) -> None:
        """Take in what earlier tries have stored."""
        for number, page in enumerate(pages):
            if number % PAGES_PER_LEASE_CHECK == 0:
                self.keep_lease()
            self._take_in(page, self.gathering.read(page), page.requests)

    def keep_lease(self) -> None:
        """What must hold before a part or a manifest is put: the unit is still ours."""
        self.meter.renew_lease(self.api.now())

    def check_access(self) -> None:
        """What must hold whenever a page is asked for: today lies in the approved access."""
        self.project.check_access(self.api.now().date())

    def _take_in(self, page: Page, reading: Reading, requests: int | None = None) -> None:
        asked = self._slice_of(page)
        fresh = self.gathering.add(page, reading, asked.days if asked else None)
        if page.round == self.now.number:
            if asked:
                self._follow(asked, page, reading, fresh)
            self.meter.note_page(fresh, 0 if page.slice < self.now.tried_from else requests)

    def _slice_of(self, page: Page) -> Slice | None:
        """The slice of this round that a page belongs to; a page of another round is only gathered."""
        if page.round != self.now.number:
            return None
        return next((each for each in self.now.slices if each.number == page.slice), None)

    def _follow(self, asked: Slice, page: Page, reading: Reading, fresh: int) -> None:
        """Bring the slice that a page belongs to up to date."""
        progress = self.progress(asked)
        progress.news += fresh
        progress.follow(page, reading.content, reading.keys, reading.days(asked.days))
        if asked.jump and progress.number == 1:
            progress.go_on_at(asked.jump)
        progress.note_contradictions(
            sum(
                abs(at - self.entity.made_at(key)) > SKEW
                for key, at in zip(reading.keys, reading.dates, strict=True)
                if key is not None and at is not None
            )
        )
