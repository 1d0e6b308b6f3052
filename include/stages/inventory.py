"""Inventory: what there is of a research project, everywhere, in counts."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from include.domain.certificate import Inventory, Kind
from include.domain.errors import SettingInvalid
from include.domain.window import Window
from include.icandid.registry import Registrar
from include.icandid.sink import Index
from include.storage.layout import LEASES, ProjectLayout
from include.storage.manifests import read_dataset
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)


def inventory(
    layout: ProjectLayout, objects: Objects, registry: Registrar, indices: Sequence[Index], at: datetime
) -> Inventory:
    """Count everything of the project; leases, which come and go, are not counted.

    Raises:
        HarvestError: the storage, the registry or an index cannot be asked.
    """
    kinds: dict[str, Kind] = defaultdict(Kind)
    times: list[datetime] = []
    for some in objects.stored(layout.everything):
        counted = [(layout.kind_of(each.path), each) for each in some]
        for kind, each in counted:
            kinds[kind] += Kind(objects=1, bytes=each.bytes)
        times = _ends([*times, *(each.at for kind, each in counted if kind != LEASES)])
    kinds.pop(LEASES, None)
    harvested = entities(objects, layout)
    units = [unit for each in harvested for unit in ProjectStore(objects, each).units]
    windows = sorted(_windows(units))
    log.info("counted project=%s objects=%d", layout.project_id, sum(kind.objects for kind in kinds.values()))
    return Inventory(
        project_id=layout.project_id,
        at=at,
        kinds=dict(sorted(kinds.items())),
        rows={each.entity: rows for each in harvested if (rows := _rows(objects, each)) != 0},
        windows=len(units),
        first_day=min((window.start for window in windows), default=None),
        last_day=max((window.end for window in windows), default=None),
        first_stored=min(times, default=None),
        last_stored=max(times, default=None),
        documents={index.name: index.count(layout.project_id) or 0 for index in indices},
        registry_row=_row(registry, layout.project_id),
    )


def entities(objects: Objects, layout: ProjectLayout) -> list[ProjectLayout]:
    """The layouts of everything that was harvested for the project: videos, and what came after them."""
    names = objects.folders(layout.everything)
    every = [ProjectLayout(layout.project_id, name) for name in names]
    return [each for each in every if each.is_harvest(objects.folders(each.harvest))]


def _windows(units: list[str]) -> Iterator[Window]:
    """The units that are windows; a folder that a person put beside them has no days."""
    for unit in units:
        with suppress(ValueError):
            yield Window.parse(unit)


def _rows(objects: Objects, layout: ProjectLayout) -> int | None:
    """A manifest that cannot be read must not keep the data from being removed."""
    try:
        dataset = read_dataset(ProjectStore(objects, layout))
    except SettingInvalid:
        return None
    return dataset.rows if dataset else 0


def _row(registry: Registrar, project_id: str) -> str:
    row = registry.row(project_id)
    if row is None:
        return "none"
    return "there" if row["available"] else "withdrawn"


def _ends(times: list[datetime]) -> list[datetime]:
    return [min(times), max(times)] if times else []
