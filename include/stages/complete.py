"""Complete: what the pages of a window hold becomes its part, and every count goes into its manifest."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa

from include.domain.manifest import WindowManifest
from include.domain.page import Page
from include.domain.quota import RECORDS_A_PAGE
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parts import put_part
from include.tiktok.answer import records_in
from include.tiktok.client import VIDEOS
from include.tiktok.schemas import VIDEO_SCHEMA, video_table

ROWS_AT_ONCE = 8_192
"""Rows sorted in memory while a part is made: some 15 MB, twice while they are sorted."""


def counted(objects: Objects, layout: ProjectLayout, manifest: WindowManifest, pages: Iterable[Page]) -> WindowManifest:
    """Make the window's part from all its pages and return its manifest with the counts, not stored yet.

    The part holds what earlier queries found, too; the counts are those of the manifest's own query, `came` and
    `without_id` those of its latest pass.
    """
    tally = _Tally(manifest.query_id, manifest.pass_number)
    part = put_part(objects, layout, manifest.window, _gathered(tally.tables(pages)), VIDEO_SCHEMA, "id")
    return manifest.model_copy(
        update={
            "pages": tally.pages,
            "requests": tally.requests,
            "asked": tally.pages * RECORDS_A_PAGE,
            "returned": tally.returned,
            "distinct": part.queries.get(manifest.query_id, 0),
            "came": tally.came,
            "without_id": tally.without_id,
            "first_observed": min(tally.observed, default=None),
            "last_observed": max(tally.observed, default=None),
            "first_created": part.first_created,
            "last_created": part.last_created,
            "months": part.months,
            "part_sha256": part.sha256,
            "synthetic": tally.synthetic,
        }
    )


class _Tally:
    """Counts the pages of one query, and of one pass, while the records of all pages become tables."""

    def __init__(self, query_id: str, pass_number: int) -> None:
        self.query_id, self.pass_number = query_id, pass_number
        self.ids: list[np.ndarray] = []
        self.pages = self.requests = self.returned = self.without_id = 0
        self.observed: set[datetime] = set()
        self.synthetic = False

    def tables(self, pages: Iterable[Page]) -> Iterator[pa.Table]:
        for page in pages:
            table = video_table(records_in(page.answer, VIDEOS), page.received_at, page.query_id)
            self.synthetic |= page.synthetic
            if page.query_id == self.query_id:
                self._count(page, table)
            yield table

    @property
    def came(self) -> int:
        """Distinct ids that the pass found."""
        return len(np.unique(np.concatenate(self.ids))) if self.ids else 0

    def _count(self, page: Page, table: pa.Table) -> None:
        self.pages += 1
        self.requests += page.requests
        self.returned += page.returned
        self.observed.add(page.received_at)
        if page.pass_number == self.pass_number:
            self.ids.append(table["id"].to_numpy())
            self.without_id += page.returned - table.num_rows


def _gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of some ROWS_AT_ONCE; at least one table, so that an empty window has a part too."""
    waiting: list[pa.Table] = [VIDEO_SCHEMA.empty_table()]
    for table in tables:
        waiting.append(table)
        if sum(each.num_rows for each in waiting) >= ROWS_AT_ONCE:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
