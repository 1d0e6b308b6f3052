"""What a world has stored, read as it lies there: for those who look on."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pyarrow.parquet as pq
import zstandard

from include.domain.manifest import UnitManifest
from include.domain.page import Page
from include.storage.layout import ProjectLayout
from include.storage.pages import _decode
from include.tiktok.answer import content_of
from include.tiktok.entities import VIDEOS
from tests.worlds.store import Blobs


@dataclass(frozen=True)
class Records:
    """The manifests, pages, parts and dataset of one project."""

    blobs: Blobs
    layout: ProjectLayout

    def manifest(self, unit: str) -> UnitManifest | None:
        blob = self.blobs.get(self.layout.manifest(unit))
        return UnitManifest.model_validate_json(blob.content) if blob else None

    def manifests(self) -> Iterator[UnitManifest]:
        for path in self.blobs.below(self.layout.manifests):
            if found := self.manifest(self.layout.unit_of_manifest(path)):
                yield found

    def on_pages(self, unit: str) -> set[int]:
        """The ids on all pages of a unit."""
        blobs = map(self.blobs.get, self.blobs.below(self.layout.pages(unit)))
        return {key for blob in blobs if blob for key in ids_of(page_in(blob.content))}

    def in_part(self, unit: str) -> set[int]:
        part = self.blobs.get(self.layout.part(unit))
        return set(_ids_in(part.content)) if part else set()

    def in_dataset(self) -> list[int]:
        """The ids of all rows, as often as they are there."""
        paths = [path for path in self.blobs.below(self.layout.dataset) if path.endswith(".parquet")]
        return [key for blob in map(self.blobs.get, paths) if blob for key in _ids_in(blob.content)]


def page_in(content: bytes) -> Page:
    """The page that a stored object holds."""
    return _decode(zstandard.decompress(content))


def ids_of(page: Page) -> set[int]:
    """The ids on a page."""
    content = content_of(page.answer, VIDEOS.lists)
    return {key for each in content.records if (key := VIDEOS.identify(each)) is not None} if content else set()


def _ids_in(parquet: bytes) -> list[int]:
    return pq.read_table(BytesIO(parquet), columns=["id"], use_threads=False)["id"].to_pylist()
