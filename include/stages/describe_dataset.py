"""Describe the dataset itself: README, codebook, schema.org/Dataset and RO-Crate beside its files, from manifests."""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import orjson

from include.domain.manifest import DatasetManifest
from include.domain.project import ResearchProject
from include.domain.unit_line import State, UnitLine
from include.icandid.codebook import codebook_csv
from include.icandid.collection import Collection
from include.icandid.crate import ro_crate
from include.icandid.description import dataset_description
from include.icandid.harvested import DatasetFile, Harvested
from include.icandid.readme_text import readme
from include.storage.card import digest, read_card, write_card
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.tiktok.query import query_id, query_of

log = logging.getLogger(__name__)

SOFTWARE = "icandid-tiktok-harvester unreleased"
"""Name, and the version by the CHANGELOG."""


def describe_dataset(project: ResearchProject, dataset: DatasetManifest, objects: Objects, today: date) -> int:
    """Put the descriptions that say something new beside the dataset; returns how many those are.

    What was put is noted with the version that the store gave it: two calls tell that all of it is still there.
    """
    layout = ProjectLayout(project.project_id)
    facts = harvested(project, dataset, today)
    texts = (
        readme(facts).encode(),
        codebook_csv(facts.columns).encode(),
        orjson.dumps(dataset_description(facts), option=orjson.OPT_INDENT_2),
        orjson.dumps(ro_crate(facts), option=orjson.OPT_INDENT_2),
    )
    card, versions = read_card(objects, layout), objects.versions(layout.dataset)
    news = [
        (path, text)
        for path, text in zip(layout.descriptions, texts, strict=True)
        if card.get(path) != (digest(text), versions.get(path))
    ]
    if news:
        put = {path: (digest(text), objects.write(path, text)) for path, text in news}
        write_card(objects, layout, {**card, **put})
    log.info("described dataset project=%s files=%d", project.project_id, len(news))
    return len(news)


def harvested(project: ResearchProject, dataset: DatasetManifest, today: date) -> Harvested:
    """What is known of the dataset: facts of configuration and manifest alone, so that equal facts stay equal.

    Coverage is that of the project's query; the rows may also come from queries that it had before.
    """
    query, units, months = query_of(project), dataset.units, dataset.months.items()
    current = units.of_query(query_id(query))
    wanted = project.wanted(today)
    missing = wanted.without(current.covered) if wanted else []
    wanted_days = wanted.days if wanted else 0
    return Harvested(
        collection=Collection.of(project, query, synthetic=dataset.synthetic),
        files=tuple(DatasetFile(f"{month}.parquet", held.bytes, held.rows, held.sha256) for month, held in months),
        rows=dataset.rows,
        first_created=units.first_created,
        last_created=units.last_created,
        wanted_days=wanted_days,
        covered_days=wanted_days - sum(window.days for window in missing),
        missing=tuple(map(str, missing)),
        suspect=_in_state(current.unsettled, State.SUSPECT),
        incomplete=_in_state(current.unsettled, State.INCOMPLETE) + _in_state(current.unsettled, State.OPEN),
        earlier=units.count - current.units,
        windows=units.count,
        requests=units.requests,
        asked=units.asked,
        returned=units.returned,
        fields=units.fields,
        settle_days=project.settle_days,
        software=SOFTWARE,
        at=units.last_observed or datetime.combine(project.period.start, time.min, UTC),
        synthetic=dataset.synthetic,
    )


def _in_state(lines: Sequence[UnitLine], state: State) -> tuple[str, ...]:
    return tuple(line.name for line in lines if line.state is state and not line.covers)
