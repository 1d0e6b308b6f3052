"""Merge: the parts of all units become the dataset, month by month, only where there is news."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from include.domain.errors import WindowTaken
from include.domain.manifest import DatasetManifest, Month, UnitManifest
from include.domain.project import ResearchProject
from include.domain.unit_line import State, UnitLine
from include.domain.units import Units
from include.stages.harvest.gathering import gather
from include.storage.dataset import StoredDataset, merge_month, read_stored
from include.storage.leases import Lease, hold_lease
from include.storage.manifests import read_unit, write_dataset, write_unit
from include.storage.objects import Objects
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from include.storage.rollup import Rollup, lease_time, open_months, read_rollup, write_rollup
from include.tiktok.entities import VIDEOS, Entity
from include.tiktok.schemas import SCHEMA_VERSION

log = logging.getLogger(__name__)

#: The manifest of a dataset into which nothing was merged yet.
EMPTY = DatasetManifest(schema_version=SCHEMA_VERSION)


def merge(
    project: ResearchProject, objects: Objects, run: str, now: Callable[[], datetime], entity: Entity = VIDEOS
) -> DatasetManifest:
    """Bring every unit into the dataset, also what there is of one that is parked, and return its manifest.

    Merging again without news writes nothing, takes no lease, and costs four calls.

    Raises:
        WindowTaken: there is news, and another run is merging this dataset.
    """
    store = ProjectStore.of(objects, project.project_id, entity.name)
    known = read_rollup(store)
    if not known.news and (current := _current(store, known.units)):
        log.info("nothing to merge project=%s %s rows=%d", project.project_id, entity.name, current.rows)
        return current
    with hold_lease(objects, store.layout.harvest, run, now) as lease:
        return _Merge(store, entity, run, now, lease).merge(known)


class _Merge:
    """One merge of a dataset, while its lease is ours."""

    def __init__(
        self, store: ProjectStore, entity: Entity, run: str, now: Callable[[], datetime], lease: Lease
    ) -> None:
        self.store, self.entity, self.run, self.now, self.lease = store, entity, run, now, lease

    def merge(self, known: Rollup) -> DatasetManifest:
        """Merge what there is now; `known` is what was there before the lease was ours."""
        begun = lease_time(self.store)
        rollup, dataset = read_rollup(self.store, known), read_stored(self.store, EMPTY)
        for line in rollup.units.unsettled:
            rollup = rollup.with_line(self._with_part(line)) if line.now is State.OPEN else rollup
        units = rollup.units
        months, rollup = self._merge_months(dataset, rollup, units.parts)
        before, after = dataset.manifest, _next(dataset.manifest, units, months)
        if after != before:
            self.lease.renew(self.now())
            write_dataset(self.store, after)
        if known.news or rollup.news:
            write_rollup(self.store, rollup, begun)
        log.info(
            "merged project=%s %s months=%d news=%d rows=%d",
            *(self.store.layout.project_id, self.entity.name, len(after.months), _changes(before, after), after.rows),
        )
        return after

    def _merge_months(
        self, dataset: StoredDataset, rollup: Rollup, digests: Mapping[str, str]
    ) -> tuple[dict[str, Month], Rollup]:
        """The months with news as they are now, and the roll-up with a line for each unit that has rows of them."""
        news = [month for month, parts in digests.items() if not dataset.holds(month, parts)]
        rollup = open_months(self.store, rollup, news)
        months: dict[str, Month] = {}
        for month in news:
            self.lease.renew(self.now())
            parts, known = rollup.parts(month), dataset.manifest.months.get(month)
            merged = merge_month(self.store, month, parts, self.entity.schema, self.entity.key, known)
            months[month] = merged if merged.bytes else merged.with_bytes(dataset.bytes[month])
        return months, rollup

    def _with_part(self, line: UnitLine) -> UnitLine:
        """The line of a unit whose task ended before its round did: it gets its part now, so that its pages count."""
        self.lease.renew(self.now())
        prefix = self.store.layout.unit(line.name)
        try:
            with hold_lease(self.store.objects, prefix, self.run, self.now) as lease:
                latest = read_unit(self.store, line.name)  # another run may have ended it
                if latest is None:
                    return line
                return (self._make_part(latest, lease) if latest.now.state is State.OPEN else latest).line
        except WindowTaken:
            return line

    def _make_part(self, manifest: UnitManifest, lease: Lease) -> UnitManifest:
        with gather(self.entity, manifest.window, manifest.query) as gathering:
            for page in Pages(self.store, manifest.name):
                gathering.add(page, gathering.read(page))
            after = gathering.put_part(self.store, manifest)
        if after != manifest:
            lease.renew(self.now())
            write_unit(self.store, after)
        return after


def _current(store: ProjectStore, units: Units) -> DatasetManifest | None:
    """The manifest of the dataset, where a merge would change nothing.

    A unit whose round goes on may have pages that no part holds.
    """
    dataset = read_stored(store, EMPTY)
    going_on = any(line.now is State.OPEN for line in units.unsettled)
    held = all(dataset.holds(month, parts) for month, parts in units.parts.items())
    same = _next(dataset.manifest, units, {}) == dataset.manifest
    return dataset.manifest if held and same and not going_on else None


def _next(before: DatasetManifest, units: Units, months: Mapping[str, Month]) -> DatasetManifest:
    """The dataset's manifest after these months were merged of these units."""
    return DatasetManifest(
        schema_version=SCHEMA_VERSION,
        months=dict(sorted({**before.months, **months}.items())),
        units=units.without_parts(),
        synthetic=before.synthetic or units.synthetic,
    )


def _changes(before: DatasetManifest, after: DatasetManifest) -> int:
    return sum(before.months.get(month) != now for month, now in after.months.items())
