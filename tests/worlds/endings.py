"""What must hold of a world once it has ended."""

import math
from collections import Counter
from typing import TYPE_CHECKING

from include.domain.manifest import State, UnitManifest
from include.domain.slice import Aim
from include.stages.harvest.slices import SILENT_RUNS
from tests.worlds.airflow import Run

if TYPE_CHECKING:
    from tests.worlds.world import World


def check_end(world: "World") -> None:
    """Nothing is lost, nothing is there twice, and every unit is complete or says why not."""
    for name in world.projects:
        if name in world.recipe.starved and any(
            each.now.state is State.OPEN for each in world.records[name].manifests()
        ):
            continue
        _check_units(world, name)
        _check_dataset(world, name)


def _check_units(world: "World", project: str) -> None:
    units = list(world.records[project].manifests())
    ended = [each.window for each in units if each.covers or each.waits_for_person]
    for unit in units:
        others = [each.window for each in units if each.window in ended and each.name != unit.name]
        if unit.now.state is State.OPEN and not unit.stands and unit.window.without(others):
            world.complaints.add("left open", f"{project}: {unit.name}; {_history(world, project)}")
        parked = unit.now.state in (State.SUSPECT, State.INCOMPLETE)
        if parked and not any(each.failed for each in unit.now.checks):
            world.complaints.add("no reason", f"{project}: {unit.name} is {unit.now.state} and no check failed")
    wanted = world.projects[project].wanted(world.scheduler.now().date())
    if wanted and (left := wanted.without(ended)):
        days = ", ".join(map(str, left))
        world.complaints.add("not done", f"{project}: {days} are left; {_history(world, project)}")


def _history(world: "World", project: str) -> str:
    """What the last runs of a project say."""
    runs = [each for each in world.airflow.runs if each.project == project]
    return "; ".join(map(_told, runs[-3:]))[:1500]


def _told(run: Run) -> str:
    instances = [(each.window or each.kind, each.state, each.waits, each.errors[-1:]) for each in run.instances]
    return f"{run.run_id} {run.state}: {instances}"


def _check_dataset(world: "World", project: str) -> None:
    records, parts = world.records[project], set[int]()
    rows = Counter(records.in_dataset())
    if twice := sum(count > 1 for count in rows.values()):
        world.complaints.add("twice", f"{project}: {twice} records are in the dataset twice")
    for unit in records.manifests():
        pages, part = records.on_pages(unit.name), records.in_part(unit.name)
        parts |= part
        if lost := len(pages - part):
            world.complaints.add("lost", f"{project}: {lost} records of {unit.name} are in no part")
        if invented := len(part - pages):
            world.complaints.add("invented", f"{project}: {invented} records of {unit.name} are on no page")
    if parts != rows.keys():
        lost, more = len(parts - rows.keys()), len(rows.keys() - parts)
        world.complaints.add("dataset", f"{project}: {lost} of {len(parts)} records are missing, {more} are of no part")


def check_calm(world: "World") -> tuple[int, int]:
    """Without faults every window costs what it must; returns what the complete ones cost, and the least for them.

    One whose count is doubted is tried again, as it should be.
    """
    units = [(name, unit) for name in world.projects for unit in world.records[name].manifests()]
    least = [(unit.now.counts.requests, _least(world, name, unit)) for name, unit in units if unit.tries == 0]
    return sum(spent for spent, _ in least), sum(each for _, each in least)


def _least(world: "World", project: str, unit: UnitManifest) -> int:
    """A request for each hundred hits, one more behind a round number of them, and one for each look at empty days."""
    hits = world.sandbox.corpus.hits(unit.query, unit.start, unit.end, world.truth.begin_of(project, unit))
    looks = sum(each.aim is Aim.LOOK for each in unit.now.slices)
    least = max(1, math.ceil(hits / 100)) + int(hits > 0 and hits % 100 == 0) + looks
    if unit.now.counts.requests > least or looks > SILENT_RUNS + 1:
        what = f"{project}: {unit.name} cost {unit.now.counts.requests} for {hits} hits and {looks} looks"
        world.complaints.add("dear", what)
    return least
