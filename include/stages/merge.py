"""Merge: the parts of all windows become the dataset, month by month, only where there is news."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from include.domain.errors import WindowTaken
from include.domain.manifest import DatasetManifest, Month, State, WindowManifest
from include.domain.project import ResearchProject
from include.stages.complete import counted
from include.storage.dataset import merge_month
from include.storage.layout import ProjectLayout
from include.storage.leases import Lease, held
from include.storage.manifests import read_dataset, read_window, read_windows, write_dataset, write_window
from include.storage.objects import Objects
from include.storage.pages import pages_of_window
from include.tiktok.schemas import SCHEMA_VERSION, VIDEO_SCHEMA

log = logging.getLogger(__name__)


def merge(project: ResearchProject, objects: Objects, run: str, now: Callable[[], datetime]) -> DatasetManifest:
    """Bring every window into the dataset, also what there is of a window that is parked, and return its manifest.

    Merging again without news writes nothing.

    Raises:
        WindowTaken: another run is merging this dataset.
    """
    layout = ProjectLayout(project.project_id)
    with held(objects, layout.harvest, run, now) as lease:
        return _merge(layout, objects, run, now, lease)


def _merge(
    layout: ProjectLayout, objects: Objects, run: str, now: Callable[[], datetime], lease: Lease
) -> DatasetManifest:
    before = read_dataset(objects, layout) or DatasetManifest(schema_version=SCHEMA_VERSION)
    windows = [_with_its_part(each, objects, layout, run, now, lease) for each in read_windows(objects, layout)]
    sizes = {each.path: each.bytes for some in objects.stored(layout.dataset) for each in some}
    months: dict[str, Month] = {}
    for month, parts in _parts_by_month(windows).items():
        known, size = before.months.get(month), sizes.get(layout.month(month), 0)
        if known and known.holds(parts, size):
            months[month] = known
            continue
        lease.keep(now())
        brought = merge_month(objects, layout, month, parts, VIDEO_SCHEMA, "id", known)
        months[month] = brought if brought.bytes else brought.model_copy(update={"bytes": size})
    after = DatasetManifest(
        schema_version=SCHEMA_VERSION,
        months=dict(sorted({**before.months, **months}.items())),
        synthetic=before.synthetic or any(window.synthetic for window in windows),
    )
    if after != before:
        write_dataset(objects, layout, after)
    log.info(
        "merged project=%s months=%d news=%d videos=%d",
        *(layout.project_id, len(after.months), _changed(before, after), after.rows),
    )
    return after


def _with_its_part(
    manifest: WindowManifest,
    objects: Objects,
    layout: ProjectLayout,
    run: str,
    now: Callable[[], datetime],
    lease: Lease,
) -> WindowManifest:
    """The manifest; a window whose task ended before the window did gets its part now, so that its pages are merged."""
    if manifest.state is not State.INCOMPLETE:
        return manifest
    lease.keep(now())
    try:
        with held(objects, layout.window(manifest.window), run, now):
            latest = read_window(objects, layout, manifest.window) or manifest  # another run may have ended it
            return _counted(latest, objects, layout) if latest.state is State.INCOMPLETE else latest
    except WindowTaken:
        return manifest


def _counted(manifest: WindowManifest, objects: Objects, layout: ProjectLayout) -> WindowManifest:
    pages = pages_of_window(objects, layout, manifest.window)
    reason = manifest.reason or "its task ended before the window did"
    after = counted(objects, layout, manifest, pages).model_copy(update={"reason": reason})
    if after != manifest:
        write_window(objects, layout, after)
    return after


def _parts_by_month(windows: Iterable[WindowManifest]) -> dict[str, dict[str, str]]:
    """Which parts hold records of which month: month to window to the part's SHA-256."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for manifest in windows:
        if manifest.part_sha256:
            for month in manifest.months:
                parts[month][str(manifest.window)] = manifest.part_sha256
    return parts


def _changed(before: DatasetManifest, after: DatasetManifest) -> int:
    return sum(before.months.get(month) != held for month, held in after.months.items())
