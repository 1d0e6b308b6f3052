"""A year of daily harvests of a thousand projects: planner, ledger and merge, day by day, each day's time an argument.

The planner's subtraction is done for every project and day, with the manifests as a project has them by then. Ledger,
merge and the description of the dataset write and read an object storage on disk, for a sample of projects that share a
client; every object that is asked for is counted, because on S3 each is a round trip. Records are not made.
"""

import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.apart import apart
from bench.counted import Counted
from bench.requests import PROJECT
from bench.rows import Videos, complete_unit, put_window
from include.domain.asked import Asked
from include.domain.project import ResearchProject
from include.domain.quota import client_name
from include.domain.units import QueryUnits
from include.domain.window import Window
from include.stages.describe_dataset import describe_dataset
from include.stages.merge import merge
from include.stages.plan import plan, windows_to_harvest
from include.storage.ledger import Ledger
from include.storage.manifests import read_dataset, read_units
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore

PROJECTS = 1_000
DAYS = 365
SAMPLE = 3
"""Projects whose every day goes through storage: plan, ledger and merge."""

VIDEOS_A_DAY = 300
REQUESTS_A_DAY = 5
MISSED = 0.02
"""Share of days on which a project does not come to its end, so that the next day has more to do."""

TEAM = "team"
"""The API client that the projects of the sample share."""

START = date(2026, 1, 1)
ONCE_A_MONTH = 30


def figures(scale: float) -> dict[str, float]:
    """Milliseconds for each project and day, objects and requests of a project after its year."""
    projects = max(2, round(PROJECTS * scale))
    planned = apart("bench.year:planned", projects, DAYS).result
    stored = apart("bench.year:stored", max(1, round(SAMPLE * min(1, scale * 10))), DAYS).result
    return {
        "year_projects": projects,
        "year_subtraction_ms_per_project_day": planned["ms"],
        "year_windows_planned": planned["windows"],
        **{f"year_{name}": value for name, value in stored.items()},
    }


def planned(projects: int, days: int) -> dict[str, float]:
    """Every project's year through the planner, in memory: a complete unit for each window that it says."""
    project, chance = _project(0), random.Random(1)  # noqa: S311
    template = complete_unit(Window(START, START), VIDEOS_A_DAY, _midnight(START)).line
    windows, begun = 0, time.process_time()
    for _ in range(projects):
        known = QueryUnits()
        for day in range(days):
            today = START + timedelta(days=day + project.settle_days)
            for window in windows_to_harvest(project, Asked(), known, _midnight(today)):
                if chance.random() >= MISSED:
                    line = template.model_copy(update={"start": window.start, "end": window.end})
                    known, windows = known + QueryUnits.of(line), windows + 1
        if known.covered_days < days - ONCE_A_MONTH:
            raise SystemExit(f"bench: only {known.covered_days} of {days} days are covered")
    return {"ms": (time.process_time() - begun) / projects / days * 1000, "windows": windows}


def stored(projects: int, days: int) -> dict[str, float]:
    """The same with everything that lies in the storage, for some projects; the last month is measured."""
    spent_ms: dict[str, float] = defaultdict(float)
    calls: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        objects, videos = Counted(open_storage(f"file://{folder}")), Videos()
        for number in range(projects):
            project = _project(number)
            for day in range(days):
                measured = day >= days - ONCE_A_MONTH
                at = _midnight(START + timedelta(days=day + project.settle_days))
                for name, work in _day(project, objects, videos, at).items():
                    objects.clear()
                    begun = time.process_time()
                    work()
                    if measured:
                        spent_ms[name] += (time.process_time() - begun) * 1000
                        calls[name] += objects.calls.total()
        store = ProjectStore.of(objects.objects, _project(0).project_id)
        found = [each for some in objects.objects.stored(store.layout.everything) for each in some]
        ledgers = len(objects.objects.paths("quota/"))
        begun = time.process_time()
        read_units(store)
        reading = time.process_time() - begun
    project_days = projects * min(days, ONCE_A_MONTH)
    return {
        **{f"{name}_ms_per_project_day": value / project_days for name, value in spent_ms.items()},
        **{f"{name}_requests_per_project_day": value / project_days for name, value in calls.items()},
        "reading_manifests_ms": reading * 1000,
        "objects_per_project": len(found) + round(days * VIDEOS_A_DAY / 100),
        "megabytes_per_project": sum(each.bytes for each in found) / 1e6,
        "ledger_objects_per_client_and_day": ledgers / days,
    }


def _day(project: ResearchProject, objects: Any, videos: Videos, at: datetime) -> dict[str, Callable[[], Any]]:
    """What a daily run does, but for asking TikTok: its parts, to be done in this order."""
    client = client_name(TEAM)
    store, counted = (ProjectStore.of(each, project.project_id) for each in (objects.objects, objects))
    windows: list[Window] = []

    def planning() -> None:
        windows.extend(plan(project, Asked(), objects, at)[0])

    def counting() -> None:
        ledger = Ledger(objects, client, project.daily_requests)
        for _ in range(REQUESTS_A_DAY * len(windows)):
            ledger.before_request(at)
            ledger.after_answer(VIDEOS_A_DAY // REQUESTS_A_DAY)
        ledger.close()

    def harvesting() -> None:
        for window in windows:
            put_window(store, window, videos, videos.ids(window, VIDEOS_A_DAY * window.days), at)

    def merging() -> None:
        merge(project, objects, str(at), lambda: at)

    def describing() -> None:
        if dataset := read_dataset(counted):
            describe_dataset(project, dataset, objects, at.date())

    return {"plan": planning, "ledger": counting, "harvest": harvesting, "merge": merging, "describe": describing}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC)


def _project(number: int) -> ResearchProject:
    access = {"start": START, "end": START + timedelta(days=DAYS + 30)}
    return PROJECT.model_validate(
        PROJECT.model_dump()
        | {"project_id": f"year_{number}", "connection_id": "", "period": {"start": START}, "access": access}
    )
