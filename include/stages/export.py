"""Export: the dataset for papers, with keyed pseudonyms in place of names and ids, and without texts."""

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from include.domain.disclosure import TREATMENTS, Export, Treatment
from include.domain.disclosure_text import export_markdown
from include.domain.manifest import Month
from include.domain.project import ResearchProject
from include.domain.pseudonyms import Pseudonyms
from include.stages.disclose import check_rows, dataset_of
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import notes_of, open_object, put, tables_of
from include.storage.sorting import sorted_by
from include.tiktok.schemas import VIDEO_FIELDS

log = logging.getLogger(__name__)

EXPORT_VERSION = "1"
"""Raised when the same dataset makes another export, so that every month is exported again."""

KEPT = tuple(each for each in TREATMENTS if each.export is not Export.LEFT_OUT)
TYPES = {Export.PSEUDONYM: pa.string(), Export.DAY: pa.date32(), Export.ROUNDED: pa.int64()}
EXPORT_SCHEMA = pa.schema(
    {each.exported_as: TYPES.get(each.export, VIDEO_FIELDS.get(each.column, pa.string())) for each in KEPT}
)
ORDER = "video"


@dataclass(frozen=True)
class Exported:
    """The export as it lies there: its months and videos, how many months are new, and which key made it."""

    months: int
    videos: int
    news: int
    key_id: str
    folder: str

    def summary(self) -> dict[str, Any]:
        """What Airflow shows of it."""
        return asdict(self)


def export(project: ResearchProject, objects: Objects, pseudonyms: Pseudonyms) -> Exported:
    """Bring the export for papers up to date with the dataset, month by month, only where there is news.

    Rows lie in the order of the pseudonyms: in the dataset's order they could be matched with a harvest of one's own.

    Raises:
        DatasetMissing: there is no dataset yet.
        CountsDiffer: a month's file holds another number of videos than its manifest.
    """
    layout = ProjectLayout(project.project_id)
    dataset = dataset_of(objects, layout)
    news = [month for month, held in dataset.months.items() if not _is_there(objects, layout, month, held, pseudonyms)]
    for month in news:
        _export_month(objects, layout, month, dataset.months[month], pseudonyms)
    files = {layout.export_month(month) for month in dataset.months}
    objects.delete([path for path in objects.paths(layout.export) if path not in files | {layout.export_readme}])
    readme = export_markdown(
        project.project_id, dataset.rows, len(dataset.months), pseudonyms.key_id, synthetic=dataset.synthetic
    )
    objects.write(layout.export_readme, readme.encode())
    log.info(
        "exported project=%s months=%d news=%d videos=%d",
        *(project.project_id, len(dataset.months), len(news), dataset.rows),
    )
    return Exported(len(dataset.months), dataset.rows, len(news), pseudonyms.key_id, layout.export)


def _notes(held: Month, pseudonyms: Pseudonyms) -> dict[str, str]:
    """From what a month's export was made; they lie in the file itself."""
    return {"of": held.sha256, "key": pseudonyms.key_id, "version": EXPORT_VERSION}


def _is_there(objects: Objects, layout: ProjectLayout, month: str, held: Month, pseudonyms: Pseudonyms) -> bool:
    file = open_object(objects, layout.export_month(month))
    return file is not None and notes_of(file) == _notes(held, pseudonyms)


def _export_month(objects: Objects, layout: ProjectLayout, month: str, held: Month, pseudonyms: Pseudonyms) -> None:
    file = open_object(objects, layout.month(month))
    check_rows(layout.project_id, file.metadata.num_rows if file else 0, held.rows)
    tables = (_treated(table, pseudonyms) for table in tables_of(file, [each.column for each in KEPT]))
    rows = sorted_by(tables, ORDER, EXPORT_SCHEMA)
    put(objects, layout.export_month(month), rows, EXPORT_SCHEMA, _notes(held, pseudonyms))


def _treated(table: pa.Table, pseudonyms: Pseudonyms) -> pa.Table:
    columns = [list(_column(each, table[each.column], pseudonyms)) for each in KEPT]
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, EXPORT_SCHEMA.types, strict=True)],
                    schema=EXPORT_SCHEMA)  # fmt: skip


def _column(treatment: Treatment, column: pa.ChunkedArray, pseudonyms: Pseudonyms) -> Iterator[Any]:
    for value in column.to_pylist():
        yield None if value is None else _value(treatment, value, pseudonyms)


def _value(treatment: Treatment, value: Any, pseudonyms: Pseudonyms) -> Any:
    match treatment.export:
        case Export.PSEUDONYM:
            return pseudonyms.of(treatment.exported_as, value)
        case Export.DAY:
            return value.date()
        case Export.ROUNDED:
            return rounded(value)
        case _:
            return value


def rounded(count: int) -> int:
    """The count to two significant digits; halves go up."""
    if count < 0:
        return -rounded(-count)
    unit = 10 ** max(0, len(str(count)) - 2)
    return (count + unit // 2) // unit * unit
