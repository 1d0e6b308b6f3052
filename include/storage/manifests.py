"""Reading and writing manifests: what was counted lies beside the data it counts."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from pydantic import ValidationError

from include.domain.errors import SettingInvalid
from include.domain.manifest import DatasetManifest, UnitManifest
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)

#: Manifests read at a time: a project harvested daily has hundreds, and S3 takes some 20 ms for each.
AT_ONCE = 8

Manifest = TypeVar("Manifest", UnitManifest, DatasetManifest)


def write_unit(store: ProjectStore, manifest: UnitManifest) -> None:
    """Put the manifest of a unit; from now on its state counts."""
    store.objects.write(store.layout.manifest(manifest.name), manifest.model_dump_json(indent=1).encode())


def read_unit(store: ProjectStore, unit: str) -> UnitManifest | None:
    """The manifest of a unit, or None when it was never started."""
    path = store.layout.manifest(unit)
    content = store.objects.read(path)
    return parse_unit(path, content) if content is not None else None


def parse_unit(path: str, content: bytes) -> UnitManifest:
    """The manifest of a unit from what lies at `path`.

    Raises:
        SettingInvalid: that is no manifest.
    """
    return _valid(UnitManifest, path, content)


def list_units(store: ProjectStore) -> list[str]:
    """The names of all units that were ever started, in order."""
    return [store.layout.unit_of_manifest(path) for path in store.objects.paths(store.layout.manifests)]


def read_units(store: ProjectStore, units: Sequence[str] | None = None) -> list[UnitManifest]:
    """The manifests of these units, or of all that were ever started, in their order."""
    return list(stream_units(store, list_units(store) if units is None else units))


def stream_units(store: ProjectStore, units: Sequence[str]) -> Iterator[UnitManifest]:
    """The manifests of these units, in their order; whoever has seen enough reads no more.

    The first is read by itself, because it often is enough, and the others AT_ONCE at a time.
    """
    with ThreadPoolExecutor(AT_ONCE) as readers:
        for some in (units[:1], *(units[first : first + AT_ONCE] for first in range(1, len(units), AT_ONCE))):
            yield from filter(None, readers.map(partial(read_unit, store), some))


def write_dataset(store: ProjectStore, manifest: DatasetManifest) -> None:
    """Put the manifest of the dataset."""
    store.objects.write(store.layout.dataset_manifest, manifest.model_dump_json(exclude_defaults=True).encode())


def read_dataset(store: ProjectStore) -> DatasetManifest | None:
    """The manifest of the dataset, or None before the first merge."""
    path = store.layout.dataset_manifest
    content = store.objects.read(path)
    return _valid(DatasetManifest, path, content) if content is not None else None


def _valid(model: type[Manifest], path: str, content: bytes) -> Manifest:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise SettingInvalid(
            f"{path} cannot be read: {error.errors()[0]['msg']}. Restore it, or delete it to have it made again."
        ) from None
