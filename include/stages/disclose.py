"""Disclose: what a dataset tells about people, counted for the draft of a publication."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np
import orjson

from include.domain.disclosure import TEXTS, TREATMENTS, Disclosure, SmallCells, Texts
from include.domain.disclosure_text import disclosure_markdown
from include.domain.errors import CountsDiffer, DatasetMissing
from include.domain.manifest import DatasetManifest
from include.domain.project import ResearchProject
from include.icandid.language import video_language
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset
from include.storage.objects import Objects
from include.storage.parquet import open_object, tables_of
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)

READ = ("username", "region_code", *TEXTS)
TABLES = ("region", "language", "month", "region and month", "language and month")
UNKNOWN = "unknown"


def disclose(project: ResearchProject, objects: Objects, longer_than: int, k: int, today: date) -> Disclosure:
    """Put the disclosure report of the project's dataset beside it, as Markdown and as JSON, and return it.

    Cells with fewer than `k` accounts count as small, texts of more than `longer_than` characters as verbatim. The
    dataset is read month by month; in memory are eight bytes for each account and at most `k` for each cell.

    Raises:
        DatasetMissing: there is none yet.
        CountsDiffer: the files hold another number of videos than their manifest.
    """
    layout = ProjectLayout(project.project_id)
    dataset = dataset_of(objects, layout)
    counted = _Counted(k, longer_than)
    for month, row in _rows(objects, layout, dataset):
        counted.add(month, row, video_language(row, project.languages))
    check_rows(layout.project_id, counted.rows, dataset.rows)
    disclosure = counted.disclosure(project.project_id, dataset, today)
    texts = disclosure_markdown(disclosure).encode(), orjson.dumps(_as_json(disclosure), option=orjson.OPT_INDENT_2)
    for path, text in zip(layout.disclosure, texts, strict=True):
        objects.write(path, text)
    log.info(
        "disclosed project=%s videos=%d accounts=%d small_cells=%d",
        *(project.project_id, disclosure.rows, disclosure.accounts, disclosure.small_cells),
    )
    return disclosure


def dataset_of(objects: Objects, layout: ProjectLayout) -> DatasetManifest:
    """The manifest of a dataset that has something in it.

    Raises:
        DatasetMissing: it has not.
    """
    dataset = read_dataset(ProjectStore(objects, layout))
    if dataset is None or not dataset.months:
        raise DatasetMissing(f"Research project {layout.project_id} has no dataset yet: harvest it first.")
    return dataset


def check_rows(project_id: str, found: int, expected: int) -> None:
    """What was read must be what is there.

    Raises:
        CountsDiffer: says both numbers.
    """
    if found != expected:
        raise CountsDiffer(
            f"Research project {project_id}: its files hold {found} videos, its manifest says {expected}. A merge may "
            "be running: clear the task when it has ended."
        )


@dataclass
class _Counted:
    """The counts while the rows go by."""

    k: int
    longer_than: int
    rows: int = 0
    without_account: int = 0
    accounts: "_Distinct" = field(default_factory=lambda: _Distinct())
    cells: dict[str, dict[str, set[int]]] = field(default_factory=lambda: {name: defaultdict(set) for name in TABLES})
    present: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TEXTS, 0))
    longer: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TEXTS, 0))

    def add(self, month: str, row: dict[str, Any], language: str) -> None:
        """Count one video."""
        self.rows += 1
        region = row["region_code"] or UNKNOWN
        names = region, language, month, f"{region} {month}", f"{language} {month}"
        cells = [self.cells[table][cell] for table, cell in zip(TABLES, names, strict=True)]
        if row["username"]:
            self._add_account(hash(row["username"]), cells)
        else:
            self.without_account += 1
        for column in TEXTS:
            length = len(row[column] or "")
            self.present[column] += length > 0
            self.longer[column] += length > self.longer_than

    def _add_account(self, account: int, cells: list[set[int]]) -> None:
        self.accounts.add(account)
        for cell in cells:
            if len(cell) < self.k:
                cell.add(account)

    def disclosure(self, project_id: str, dataset: DatasetManifest, today: date) -> Disclosure:
        return Disclosure(
            project_id=project_id,
            made_on=str(today),
            rows=self.rows,
            months=len(dataset.months),
            accounts=self.accounts.count(),
            without_account=self.without_account,
            k=self.k,
            longer_than=self.longer_than,
            synthetic=dataset.synthetic,
            cells={table: _small(cells, self.k) for table, cells in self.cells.items()},
            texts={column: Texts(self.present[column], self.longer[column]) for column in TEXTS},
        )


class _Distinct:
    """Counts what is distinct in eight bytes each: 64-bit hashes, salted for this process, a million at a time."""

    def __init__(self) -> None:
        self._known = np.empty(0, np.int64)
        self._fresh: set[int] = set()

    def add(self, number: int) -> None:
        self._fresh.add(number)
        if len(self._fresh) >= 1_000_000:
            self._settle()

    def count(self) -> int:
        self._settle()
        return len(self._known)

    def _settle(self) -> None:
        fresh = np.fromiter(self._fresh, np.int64, len(self._fresh))
        self._known = np.union1d(self._known, fresh)
        self._fresh.clear()


def _small(cells: dict[str, set[int]], k: int) -> SmallCells:
    return SmallCells(len(cells), tuple(sorted(cell for cell, accounts in cells.items() if len(accounts) < k)))


def _rows(objects: Objects, layout: ProjectLayout, dataset: DatasetManifest) -> Iterator[tuple[str, dict[str, Any]]]:
    for month in dataset.months:
        file = open_object(objects, layout.month(month))
        for table in tables_of(file, READ) if file else ():
            yield from ((month, row) for row in table.to_pylist())


def _as_json(disclosure: Disclosure) -> dict[str, Any]:
    columns = [asdict(each) | {"name": each.exported_as} for each in TREATMENTS]
    return asdict(disclosure) | {"small_cells": disclosure.small_cells, "columns": columns}
