"""The world of a scenario: a sandbox with its clock under control, a storage, a project harvested by its task."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import requests
from airflow.sdk.exceptions import AirflowRescheduleException
from airflow.sdk.execution_time.context import set_current_context

from include.domain.check import Check
from include.domain.manifest import UnitManifest
from include.domain.page import Page
from include.domain.project import read_project
from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.sandbox.sandbox import Sandbox
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from include.stages.harvest import harvest
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_unit
from include.storage.objects import Objects, open_storage
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.token import Credentials
from tests.projects import project_text

PROJECT_ID = "scenario"
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
FIRST = date(2026, 1, 1)
SMALL = {
    "clock_start": NOW,
    "clock_runs": False,
    "search_ready_seconds": 0,
    "daily_variation": 0,
    "removed_share": 0,
    "withheld_share": 0,
    "scheduled_share": 0,
    "creators": 200,
}
MOST_WAITS = 100
PARAMS = {"start_date": None, "end_date": None, "dry_run": False, "reharvest": False}


def days(count: int, start: date = FIRST) -> Window:
    """The window of `count` days from `start`."""
    return Window(start, start + timedelta(days=count - 1))


@dataclass
class World:
    """Everything a scenario touches. `slept` are the waits of the client, which took no time."""

    sandbox: Sandbox
    objects: Objects
    changes: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def project_text(self) -> str:
        """The Variable of a project that asks for everything, unless a scenario changes it."""
        lists = dict.fromkeys(("accounts", "hashtags", "region_codes"))
        access = {"start": "2026-05-01", "end": "2027-12-31"}
        return project_text(**{**lists, "access": access, "query": EVERYTHING, **self.changes}, project_id=PROJECT_ID)

    @property
    def project(self):
        return read_project(PROJECT_ID, self.project_text)

    @property
    def store(self) -> ProjectStore:
        return ProjectStore.of(self.objects, PROJECT_ID)

    @property
    def layout(self) -> ProjectLayout:
        return ProjectLayout(PROJECT_ID)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.sandbox.sleep(seconds)

    def api(self, session: Any = None) -> ResearchApi:
        """A client of its own, as each task has."""
        credentials = Credentials(self.sandbox.url, self.sandbox.client_key, self.sandbox.client_secret, [].append)
        return ResearchApi(session or requests.Session(), credentials, self.sleep, clock=Clock(self.sandbox.clock.now))

    def harvest(self, window: Window, run: str = "manual__1", *, objects: Any = None, **how: Any) -> UnitManifest:
        """One try of the stage itself."""
        return harvest(self.project, window, self.api(), objects or self.objects, run, **how)

    def task(self, window: Window, run: str = "manual__1", *, reharvest: bool = False) -> dict:
        """One try of the task harvest_window, within an Airflow context."""
        from dags.harvest import harvest_window

        context = self.context(run, reharvest=reharvest)
        with set_current_context(context):
            try:
                return harvest_window.function(PROJECT_ID, str(window), **context)
            finally:
                self.labels.append(context.get("waits", ""))

    def task_until_done(self, window: Window, run: str = "manual__1") -> tuple[dict, list[timedelta]]:
        """The task as Airflow runs it: after each wait it starts again; also tells how long it waited each time."""
        waits: list[timedelta] = []
        while len(waits) < MOST_WAITS:
            try:
                return self.task(window, run), waits
            except AirflowRescheduleException as wait:
                waits.append(wait.reschedule_date - datetime.now(UTC))
                self.pass_time(waits[-1])
        raise AssertionError(f"{window} still waits after {MOST_WAITS} times")

    def context(self, run: str, *, reharvest: bool = False) -> dict[str, Any]:
        ti = SimpleNamespace(xcom_push=lambda *_: None, dag_id="harvest__x", get_dr_count=lambda **_: 0)
        params = {**PARAMS, "reharvest": reharvest}
        return {"params": params, "dag_run": SimpleNamespace(run_type="manual"), "run_id": run, "ti": ti}

    def pass_time(self, wait: timedelta) -> None:
        """Time passes outside of any task."""
        self.sandbox.clock.advance(wait)

    def manifest(self, window: Window) -> UnitManifest:
        found = read_unit(self.store, str(window))
        assert found is not None
        return found

    def pages(self, window: Window) -> list[Page]:
        return list(Pages(self.store, str(window)))

    def check(self, window: Window, name: str) -> Check:
        """One check of the window's latest round."""
        return next(each for each in self.manifest(window).now.checks if each.name == name)

    def ids(self, window: Window) -> list[int]:
        """The ids in the window's part."""
        return self.column(window, "id")

    def column(self, window: Window, name: str) -> list[Any]:
        """A column of the window's part."""
        part = self.objects.reader(self.layout.part(str(window)))
        return pq.read_table(part, columns=[name])[name].to_pylist()

    def expected(self, window: Window, query: dict = EVERYTHING) -> list[int]:
        """What TikTok has for these days, in the order of a part."""
        found = self.sandbox.corpus.search(query, window.start, window.end, self.sandbox.clock.now())
        return sorted(video.id for video in found)

    @property
    def requests(self) -> int:
        """Requests that TikTok counted, since the last `forget`."""
        return sum(entry.requests for entry in self.sandbox.ledger if entry.endpoint != "token")

    @property
    def tokens(self) -> int:
        return sum(entry.endpoint == "token" for entry in self.sandbox.ledger)

    @property
    def injected(self) -> int:
        """Answers that a fault spoilt."""
        return sum(entry.endpoint != "token" and entry.fault is not None for entry in self.sandbox.ledger)

    @property
    def paid_twice(self) -> int:
        """Good answers that were asked for again word for word."""
        api = [entry for entry in self.sandbox.ledger if entry.endpoint != "token"]
        good = [repr(entry.asked) for entry in api if entry.code == "ok" and entry.fault is None]
        return sum(count - 1 for count in Counter(good).values())


@contextmanager
def world(folder: Any, changes: dict[str, Any] | None = None, **switches: Any) -> Iterator[World]:
    """A world whose sandbox has these switches, and whose project has these changes."""
    with running(SandboxSettings(**{**SMALL, **switches})) as sandbox:
        yield World(sandbox, open_storage(f"file://{folder}/storage"), changes or {})


def harvest_at(storage: str, url: str, window: str) -> None:
    """The stage in a process of its own; the project stands in the environment."""
    wanted = read_project(PROJECT_ID, os.environ["SCENARIO"])
    credentials = Credentials(url, Sandbox.client_key, Sandbox.client_secret, [].append)
    api = ResearchApi(requests.Session(), credentials)
    harvest(wanted, Window.parse(window), api, open_storage(storage), "manual__1", reharvest=False)


Make = Callable[..., World]
