"""Register: the dataset becomes a collection of iCANDID, and every count is compared before it is claimed."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

import orjson

from include.domain.errors import CountsDiffer, WindowNotComplete
from include.domain.manifest import DatasetManifest, State, UnitManifest
from include.domain.project import ResearchProject
from include.domain.registration import Registration, SinkCounts
from include.domain.window import Window
from include.icandid.choices import DEFAULTS, Choices
from include.icandid.collection import Collection
from include.icandid.registry import Count, Registrar
from include.icandid.registry_row import RegistryRow
from include.icandid.sink import Sink
from include.stages.describe import RecordCounts, describe
from include.stages.describe_dataset import describe_dataset
from include.stages.hand_over import HandOver
from include.storage.concurrency import run_many
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset, read_unit
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_of
from include.tiktok.schemas import SCHEMA_VERSION

log = logging.getLogger(__name__)


def check_windows(project: ResearchProject, objects: Objects, windows: Iterable[Window]) -> None:
    """The last word of a run: its windows are all complete.

    Raises:
        WindowNotComplete: names those that are not. What they hold has been registered nevertheless.
    """
    store = ProjectStore.of(objects, project.project_id)
    names = [str(window) for window in windows]
    manifests = dict(zip(names, run_many(partial(read_unit, store), names), strict=True))
    left = [name for name, manifest in manifests.items() if manifest is None or not _is_done(manifest)]
    if left:
        raise WindowNotComplete(
            f"Everything that came is merged and registered, but {len(left)} of {len(manifests)} windows are not "
            f"complete: {', '.join(left)}. Their harvest_window tasks say why, and when they are tried again."
        )


def _is_done(manifest: UnitManifest) -> bool:
    """Whether the latest round is complete, or a person took what it found."""
    accepted = manifest.accepted is not None and manifest.accepted.round == manifest.now.number
    return manifest.now.state is State.COMPLETE or accepted


def register(
    project: ResearchProject,
    objects: Objects,
    registry: Registrar,
    run: str,
    at: datetime,
    indices: Sequence[Sink] = (),
    choices: Choices = DEFAULTS,
) -> Registration:
    """Bring every sink and the registry row up to date, compare all counts, and keep them under the name of the run.

    The dataset's own description comes first; records go to the hand-over tree, if it is chosen, and to `indices`.
    The row is hidden as long as the counts do not reconcile.

    Raises:
        CountsDiffer: two counts do not reconcile; names both.
    """
    layout = ProjectLayout(project.project_id)
    dataset = read_dataset(ProjectStore(objects, layout)) or DatasetManifest(schema_version=SCHEMA_VERSION)
    describe_dataset(project, dataset, objects, at.date())
    collection = Collection.of(project, query_of(project), choices, synthetic=dataset.synthetic)
    row = RegistryRow.of(collection)
    sinks = (*([HandOver(objects, layout, run)] if choices.tree else []), *indices)
    counts = tuple(_count(sink, describe(collection, dataset, objects, sink, at), project) for sink in sinks)
    differences = [difference for each in counts for difference in each.differences(dataset.rows)]
    size = next((each.counted for each in counts if each.counted is not None), counts[0].accepted)
    outcome = registry.register(row, at, None if differences else Count(size, at.date()))
    shown = None if differences else registry.count(project.project_id)
    if shown not in (None, size):
        differences.append(f"registry: its row says {shown} records, but the sinks hold {size}")
    registration = Registration(
        project_id=project.project_id,
        rows=dataset.rows,
        accepted=counts[0].accepted,
        refused=counts[0].refused,
        sent=counts[0].sent,
        sinks=counts,
        collection_size=size,
        registry_row=outcome,
        registry_count=shown,
        synthetic=dataset.synthetic,
        differences=tuple(differences),
    )
    _keep(registration, objects, layout.registration(run))
    return registration


def _count(sink: Sink, records: RecordCounts, project: ResearchProject) -> SinkCounts:
    return SinkCounts(sink=sink.name, counted=sink.count(project.project_id), **asdict(records))


def _keep(registration: Registration, objects: Objects, path: str) -> None:
    objects.write(path, orjson.dumps(registration.model_dump(), option=orjson.OPT_INDENT_2))
    for line in registration.table():
        log.info("reconciled %s", line)
    log.info(
        "registered project=%s rows=%d accepted=%d refused=%d sent=%d registry_row=%s",
        *(registration.project_id, registration.rows, registration.accepted, registration.refused),
        *(registration.sent, registration.registry_row),
    )
    if registration.differences:
        raise CountsDiffer(
            f"Research project {registration.project_id}: the counts do not reconcile: "
            f"{'; '.join(registration.differences)}. The registry row is hidden until they do. Trigger the run again; "
            "if the numbers stay apart, delete registration/described/ of the project to send all records again."
        )
