"""Reading and writing manifests: what was counted lies beside the data it counts."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from pydantic import ValidationError

from include.domain.errors import SettingInvalid
from include.domain.manifest import DatasetManifest, WindowManifest
from include.domain.window import Window
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Manifests read at a time: a project harvested daily has hundreds, and S3 takes some 20 ms for each."""

Manifest = TypeVar("Manifest", WindowManifest, DatasetManifest)


def write_window(objects: Objects, layout: ProjectLayout, manifest: WindowManifest) -> None:
    """Put the manifest of a window; from now on its state counts."""
    objects.write(layout.window_manifest(manifest.window), manifest.model_dump_json(indent=1).encode())


def read_window(objects: Objects, layout: ProjectLayout, window: Window) -> WindowManifest | None:
    """The manifest of a window, or None when it was never started."""
    path = layout.window_manifest(window)
    content = objects.read(path)
    return _valid(WindowManifest, path, content) if content is not None else None


def windows_in(objects: Objects, layout: ProjectLayout) -> list[Window]:
    """Every window that was ever started, oldest first; a folder that a person put beside them is no window."""
    windows = []
    for name in objects.folders(layout.windows):
        try:
            windows.append(Window.parse(name))
        except ValueError:
            log.warning("%s%s is no window; it is left alone", layout.windows, name)
    return sorted(windows)


def read_windows(objects: Objects, layout: ProjectLayout) -> list[WindowManifest]:
    """The manifests of all windows that were ever started, oldest window first."""
    return list(manifests_of(objects, layout, windows_in(objects, layout)))


def manifests_of(objects: Objects, layout: ProjectLayout, windows: Sequence[Window]) -> Iterator[WindowManifest]:
    """The manifests of these windows, in their order, AT_ONCE at a time; whoever has seen enough reads no more."""
    with ThreadPoolExecutor(AT_ONCE) as readers:
        for first in range(0, len(windows), AT_ONCE):
            some = readers.map(partial(read_window, objects, layout), windows[first : first + AT_ONCE])
            yield from (manifest for manifest in some if manifest)


def write_dataset(objects: Objects, layout: ProjectLayout, manifest: DatasetManifest) -> None:
    """Put the manifest of the dataset."""
    objects.write(layout.dataset_manifest, manifest.model_dump_json(indent=1).encode())


def read_dataset(objects: Objects, layout: ProjectLayout) -> DatasetManifest | None:
    """The manifest of the dataset, or None before the first merge."""
    content = objects.read(layout.dataset_manifest)
    return _valid(DatasetManifest, layout.dataset_manifest, content) if content is not None else None


def _valid(model: type[Manifest], path: str, content: bytes) -> Manifest:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise SettingInvalid(
            f"{path} cannot be read: {error.errors()[0]['msg']}. Restore it, or delete it to have it made again."
        ) from None
