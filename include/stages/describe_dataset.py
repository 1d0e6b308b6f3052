"""Describe the dataset itself: README, codebook, schema.org/Dataset and RO-Crate beside its files, from manifests."""

import io
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

import orjson

from include.domain.manifest import DatasetManifest, State, UnitManifest
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.icandid.codebook import codebook_csv
from include.icandid.collection import Collection
from include.icandid.crate import ro_crate
from include.icandid.description import dataset_description
from include.icandid.harvested import DatasetFile, Harvested
from include.icandid.readme_text import readme
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_units
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_id, query_of

log = logging.getLogger(__name__)

SOFTWARE = "icandid-tiktok-harvester unreleased"
"""Name, and the version by the CHANGELOG."""


def describe_dataset(project: ResearchProject, dataset: DatasetManifest, objects: Objects, today: date) -> int:
    """Put the descriptions that say something new beside the dataset; returns how many those are."""
    layout = ProjectLayout(project.project_id)
    facts = harvested(
        project, dataset, read_units(ProjectStore(objects, layout)), tuple(_files(objects, layout, dataset)), today
    )
    texts = (
        readme(facts).encode(),
        codebook_csv(facts.columns).encode(),
        orjson.dumps(dataset_description(facts), option=orjson.OPT_INDENT_2),
        orjson.dumps(ro_crate(facts), option=orjson.OPT_INDENT_2),
    )
    news = [(path, text) for path, text in zip(layout.descriptions, texts, strict=True) if objects.read(path) != text]
    for path, text in news:
        objects.write(path, text)
    log.info("described dataset project=%s files=%d", project.project_id, len(news))
    return len(news)


def harvested(
    project: ResearchProject,
    dataset: DatasetManifest,
    windows: Sequence[UnitManifest],
    files: tuple[DatasetFile, ...],
    today: date,
) -> Harvested:
    """What is known of the dataset: only facts of the configuration and of manifests, so that equal facts stay equal.

    Coverage is that of the project's query; the rows may also come from queries that it had before.
    """
    query = query_of(project)
    current = [window for window in windows if window.query_id == query_id(query)]
    wanted = project.wanted(today)
    missing = _missing(wanted, current)
    wanted_days = wanted.days if wanted else 0
    return Harvested(
        collection=Collection.of(project, query, synthetic=dataset.synthetic),
        files=files,
        rows=dataset.rows,
        first_created=min((each.first_created for each in windows if each.first_created), default=None),
        last_created=max((each.last_created for each in windows if each.last_created), default=None),
        wanted_days=wanted_days,
        covered_days=wanted_days - sum(window.days for window in missing),
        missing=tuple(map(str, missing)),
        suspect=_in_state(current, State.SUSPECT),
        incomplete=_in_state(current, State.INCOMPLETE) + _in_state(current, State.OPEN),
        earlier=len(windows) - len(current),
        windows=len(windows),
        requests=sum(each.result.counts.requests for each in windows),
        asked=sum(each.result.counts.asked for each in windows),
        returned=sum(each.result.counts.returned for each in windows),
        fields=tuple(dict.fromkeys(field for each in windows for field in each.result.fields)),
        settle_days=project.settle_days,
        software=SOFTWARE,
        at=_last_change(project, windows),
        synthetic=dataset.synthetic,
    )


def _missing(wanted: Window | None, windows: Sequence[UnitManifest]) -> list[Window]:
    return wanted.without(each.window for each in windows if each.covers) if wanted else []


def _in_state(windows: Sequence[UnitManifest], state: State) -> tuple[str, ...]:
    return tuple(str(each.window) for each in windows if each.state is state and not each.covers)


def _last_change(project: ResearchProject, windows: Sequence[UnitManifest]) -> datetime:
    """When TikTok last gave anything; the clock of this run would make every description new."""
    start = datetime.combine(project.period.start, time.min, UTC)
    return max((at for each in windows if (at := each.now.counts.last_observed)), default=start)


def _files(objects: Objects, layout: ProjectLayout, dataset: DatasetManifest) -> Iterator[DatasetFile]:
    for month, held in dataset.months.items():
        path = layout.month(month)
        reader = objects.reader(path)
        size = reader.seek(0, io.SEEK_END) if reader else 0
        yield DatasetFile(path.removeprefix(layout.dataset), size, held.rows, held.sha256)
