"""Merge: the parts of all units become the dataset, month by month, only where there is news."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from include.domain.errors import WindowTaken
from include.domain.manifest import DatasetManifest, Month, State, UnitManifest
from include.domain.project import ResearchProject
from include.stages.harvest.gathering import gather
from include.storage.dataset import merge_month
from include.storage.leases import Lease, hold_lease
from include.storage.manifests import read_dataset, read_unit, read_units, write_dataset, write_unit
from include.storage.objects import Objects
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from include.tiktok.entities import VIDEOS, Entity
from include.tiktok.schemas import SCHEMA_VERSION

log = logging.getLogger(__name__)


def merge(
    project: ResearchProject, objects: Objects, run: str, now: Callable[[], datetime], entity: Entity = VIDEOS
) -> DatasetManifest:
    """Bring every unit into the dataset, also what there is of one that is parked, and return its manifest.

    Merging again without news writes nothing.

    Raises:
        WindowTaken: another run is merging this dataset.
    """
    store = ProjectStore.of(objects, project.project_id, entity.name)
    with hold_lease(objects, store.layout.harvest, run, now) as lease:
        return _Merge(store, entity, run, now, lease).merge()


class _Merge:
    """One merge of a dataset, while its lease is ours."""

    def __init__(
        self, store: ProjectStore, entity: Entity, run: str, now: Callable[[], datetime], lease: Lease
    ) -> None:
        self.store, self.entity, self.run, self.now, self.lease = store, entity, run, now, lease

    def merge(self) -> DatasetManifest:
        before = read_dataset(self.store) or DatasetManifest(schema_version=SCHEMA_VERSION)
        units = [self._with_part(each) for each in read_units(self.store)]
        months = self._merge_months(before, units)
        after = DatasetManifest(
            schema_version=SCHEMA_VERSION,
            months=dict(sorted({**before.months, **months}.items())),
            synthetic=before.synthetic or any(unit.synthetic for unit in units),
        )
        if after != before:
            self.lease.renew(self.now())
            write_dataset(self.store, after)
        log.info(
            "merged project=%s %s months=%d news=%d rows=%d",
            *(self.store.layout.project_id, self.entity.name, len(after.months), _changes(before, after), after.rows),
        )
        return after

    def _merge_months(self, before: DatasetManifest, units: Iterable[UnitManifest]) -> dict[str, Month]:
        layout = self.store.layout
        sizes = {each.path: each.bytes for some in self.store.objects.stored(layout.dataset) for each in some}
        months: dict[str, Month] = {}
        for month, parts in _parts_by_month(units).items():
            known, size = before.months.get(month), sizes.get(layout.month(month), 0)
            if known and known.holds(parts, size):
                months[month] = known
                continue
            self.lease.renew(self.now())
            merged = merge_month(self.store, month, parts, self.entity.schema, self.entity.key, known)
            months[month] = merged if merged.bytes else merged.with_bytes(size)
        return months

    def _with_part(self, manifest: UnitManifest) -> UnitManifest:
        """The manifest; a unit whose task ended before the round did gets its part now, so that its pages count."""
        if manifest.now.state is not State.OPEN:
            return manifest
        self.lease.renew(self.now())
        prefix = self.store.layout.unit(manifest.name)
        try:
            with hold_lease(self.store.objects, prefix, self.run, self.now) as lease:
                latest = read_unit(self.store, manifest.name) or manifest  # another run may have ended it
                return self._make_part(latest, lease) if latest.now.state is State.OPEN else latest
        except WindowTaken:
            return manifest

    def _make_part(self, manifest: UnitManifest, lease: Lease) -> UnitManifest:
        with gather(self.entity, manifest.window, manifest.query) as gathering:
            for page in Pages(self.store, manifest.name):
                gathering.add(page, gathering.read(page))
            after = gathering.put_part(self.store, manifest)
        if after != manifest:
            lease.renew(self.now())
            write_unit(self.store, after)
        return after


def _parts_by_month(units: Iterable[UnitManifest]) -> dict[str, dict[str, str]]:
    """Which parts hold records of which month: month to unit to the part's SHA-256."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for manifest in units:
        if manifest.part_sha256:
            for month in manifest.months:
                parts[month][manifest.name] = manifest.part_sha256
    return parts


def _changes(before: DatasetManifest, after: DatasetManifest) -> int:
    return sum(before.months.get(month) != now for month, now in after.months.items())
