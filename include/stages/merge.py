"""Merge: the parts of complete windows become the dataset, month by month, only where there is news."""

import logging
from collections import defaultdict
from collections.abc import Iterable

from include.domain.manifest import DatasetManifest, WindowManifest
from include.domain.project import ResearchProject
from include.storage.dataset import merge_month
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset, read_windows, write_dataset
from include.storage.objects import Objects
from include.tiktok.schemas import SCHEMA_VERSION, VIDEO_SCHEMA

log = logging.getLogger(__name__)


def merge(project: ResearchProject, objects: Objects) -> DatasetManifest:
    """Bring every complete window into the dataset and return its manifest.

    Merging again without news writes nothing.
    """
    layout = ProjectLayout(project.project_id)
    before = read_dataset(objects, layout) or DatasetManifest(schema_version=SCHEMA_VERSION)
    windows = read_windows(objects, layout)
    months = {
        month: merge_month(objects, layout, month, parts, VIDEO_SCHEMA, "id", before.months.get(month))
        for month, parts in _parts_by_month(windows).items()
    }
    after = DatasetManifest(
        schema_version=SCHEMA_VERSION,
        months=dict(sorted({**before.months, **months}.items())),
        synthetic=before.synthetic or any(window.synthetic for window in windows),
    )
    if after != before:
        write_dataset(objects, layout, after)
    log.info(
        "merged project=%s months=%d news=%d videos=%d",
        *(project.project_id, len(after.months), _changed(before, after), after.rows),
    )
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
