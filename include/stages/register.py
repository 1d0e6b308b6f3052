"""Register: the dataset becomes a collection of iCANDID, and every count is compared before it is claimed."""

import logging
from collections.abc import Iterable
from datetime import datetime

import orjson

from include.domain.errors import CountsDiffer, WindowNotComplete
from include.domain.manifest import DatasetManifest
from include.domain.project import ResearchProject
from include.domain.registration import Registration
from include.domain.window import Window
from include.icandid.collection import Collection
from include.icandid.registry import Count, Registrar
from include.icandid.registry_row import RegistryRow
from include.stages.describe import Described, describe
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset, read_window
from include.storage.objects import Objects
from include.tiktok.query import query_of
from include.tiktok.schemas import SCHEMA_VERSION

log = logging.getLogger(__name__)


def check_windows(project: ResearchProject, objects: Objects, windows: Iterable[Window]) -> None:
    """The last word of a run: its windows are all complete.

    Raises:
        WindowNotComplete: names those that are not. What they hold has been registered nevertheless.
    """
    layout = ProjectLayout(project.project_id)
    manifests = {window: read_window(objects, layout, window) for window in windows}
    left = [str(window) for window, manifest in manifests.items() if manifest is None or not manifest.complete]
    if left:
        raise WindowNotComplete(
            f"Everything that came is merged and registered, but {len(left)} of {len(manifests)} windows are not "
            f"complete: {', '.join(left)}. Their harvest_window tasks say why; the next run tries them again."
        )


def register(project: ResearchProject, objects: Objects, registry: Registrar, run: str, at: datetime) -> Registration:
    """Describe what changed, bring the registry row up to date, and keep what reconciled under the name of the run.

    Raises:
        CountsDiffer: the dataset's rows and the records do not reconcile; the row stays hidden.
    """
    layout = ProjectLayout(project.project_id)
    dataset = read_dataset(objects, layout) or DatasetManifest(schema_version=SCHEMA_VERSION)
    described = describe(project, dataset, objects)
    collection = Collection.of(project, query_of(project))
    row = RegistryRow.of(collection.marked_synthetic() if dataset.synthetic else collection)
    _reconcile(project, dataset, described)
    outcome = registry.register(row, at, Count(described.accepted, at.date()))
    registration = Registration(
        project_id=project.project_id,
        rows=dataset.rows,
        accepted=described.accepted,
        refused=described.refused,
        sent=described.sent,
        registry_row=outcome,
        synthetic=dataset.synthetic,
    )
    objects.write(layout.registration(run), orjson.dumps(registration.model_dump(), option=orjson.OPT_INDENT_2))
    log.info(
        "registered project=%s rows=%d accepted=%d refused=%d sent=%d registry_row=%s",
        *(project.project_id, dataset.rows, described.accepted, described.refused, described.sent, outcome),
    )
    return registration


def _reconcile(project: ResearchProject, dataset: DatasetManifest, described: Described) -> None:
    if dataset.rows != described.accepted + described.refused:
        raise CountsDiffer(
            f"Research project {project.project_id}: the dataset has {dataset.rows} rows, but {described.accepted} "
            f"accepted and {described.refused} refused records; they must add up. Nothing was registered. "
            "Trigger the run again; if the numbers stay apart, delete registration/described/ to describe all again."
        )
