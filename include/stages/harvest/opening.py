"""Opening: a try takes the lease of a unit, leaves a manifest, and takes in what earlier tries have stored."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from include.domain.errors import ApiResting, ApiUnavailable, SearchResting
from include.domain.manifest import Round, State, UnitManifest
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.stages.harvest.gathering import gather
from include.stages.harvest.meter import UnitMeter
from include.stages.harvest.rounds import current_round
from include.stages.harvest.unit import Unit
from include.storage.leases import hold_lease
from include.storage.ledger import Ledger
from include.storage.manifests import read_unit, write_unit
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from include.tiktok.client import ResearchApi
from include.tiktok.entities import ENTITIES
from include.tiktok.query import fields_of, query_id, query_of


@contextmanager
def open_unit(
    project: ResearchProject,
    window: Window,
    api: ResearchApi,
    store: ProjectStore,
    run: str,
    *,
    reharvest: bool = False,
    is_over: Callable[[str], bool] = lambda _run: False,
) -> Iterator[Unit]:
    """A try that holds the unit's lease and has left a manifest, so that the next plan continues the unit.

    `is_over` tells of a run whether it has ended: the lease of its dead task is not waited for.

    Raises:
        WindowTaken: another task holds the lease.
        ApiResting, SearchResting: TikTok could not answer; the slot is given back until it is asked again.
    """
    name, layout, entity = str(window), store.layout, ENTITIES[store.layout.entity]
    ledger = Ledger(store.objects, api.client, project.daily_requests)
    meter = UnitMeter(ledger)
    api = replace(api, keep=lambda answer, at: store.objects.write(layout.answer(name, at.isoformat()), answer))
    with (
        closing(ledger),
        _give_slot_back(name, api, meter),
        hold_lease(store.objects, layout.unit(name), run, api.now, is_over) as lease,
        gather(entity, window) as gathering,
    ):
        meter.lease = lease
        before, pages = read_unit(store, name), Pages(store, name)
        paths = pages.paths()
        last_page = None if _asks_the_same(before, project) else next(pages.read(paths[-1:]), None)
        manifest = current_round(project, window, before, last_page, run, reharvest=reharvest)
        gathering.query, gathering.latest = manifest.query, manifest.now.number
        unit = Unit(project, entity, api, store, run, meter, manifest, gathering)
        if manifest != before:
            write_unit(store, manifest)
        if unit.now.state is State.OPEN:
            unit.take_in_stored(pages.read(paths))
            unit.note(_with_fields(unit))
        yield unit


@contextmanager
def _give_slot_back(name: str, api: ResearchApi, meter: UnitMeter) -> Iterator[None]:
    """Wait without a worker where TikTok could not answer, and without using up a retry of Airflow.

    Where nothing new came, all tasks of the client rest; else this search alone.
    """
    try:
        yield
    except ApiUnavailable as error:
        at = api.clock.now()
        if meter.news:
            raise SearchResting(name, at, str(error)) from error
        raise ApiResting(meter.ledger.down(at), at, str(error)) from error


def _asks_the_same(before: UnitManifest | None, project: ResearchProject) -> bool:
    return before is not None and before.query_id == query_id(query_of(project))


def _with_fields(unit: Unit) -> Round:
    """The round with the fields of today, as long as none of its pages was asked for with others."""
    fields = fields_of(unit.project)
    return unit.now if unit.gathering.pages(unit.now.number) else unit.now.with_fields(fields)
