"""A world: a sandbox, a store, projects and their runs, in which the real plan, harvest and merge work."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

from include.domain.asked import Asked
from include.domain.project import read_project
from include.domain.window import DAY, Window
from include.sandbox.corpus import Corpus
from include.sandbox.days import Days, make_day
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import AT_START, SandboxSettings
from include.sandbox.video import Video
from include.stages.harvest import harvest
from include.stages.merge import merge
from include.stages.plan import plan
from include.storage.layout import ProjectLayout
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.token import Credentials, TokenCache
from tests.worlds.airflow import Airflow, Instance, day_run
from tests.worlds.complaints import Complaints, Violation
from tests.worlds.costs import Costs
from tests.worlds.endings import check_calm, check_end
from tests.worlds.invariants import Invariants
from tests.worlds.recipe import Recipe, make_recipe
from tests.worlds.records import Records
from tests.worlds.scheduler import Endless, Scheduler, Task
from tests.worlds.store import Blobs, SimulatedObjects
from tests.worlds.trace import Trace
from tests.worlds.truth import Truth
from tests.worlds.weather import Weather
from tests.worlds.wire import URL, Request, Wire
from tests.worlds.writers import Writers


class UnevenDays(Days):
    """Days with as many videos as a recipe says."""

    def __init__(self, settings: SandboxSettings, corpus: Corpus, sizes: dict[date, int]) -> None:
        super().__init__(settings, corpus.population)
        self._sizes, self._made = sizes, dict[date, list[Video]]()

    def __getitem__(self, day: date) -> list[Video]:
        if day not in self._made:
            sized = self._settings.model_copy(update={"videos_per_day": self._sizes.get(day, 0), "daily_variation": 0})
            self._made[day] = make_day(day, sized, self._population)
        return self._made[day]


@dataclass(frozen=True)
class Outcome:
    """What became of a world."""

    seed: int
    violations: list[Violation]
    digest: str
    steps: int
    requests: int
    calm_requests: int
    minimum: int
    faults: Counter[str]
    states: Counter[str]
    kills: int
    wasted: int
    unknowable: int
    lines: list[str] = field(default_factory=list)


class World:
    """One world at work."""

    def __init__(self, recipe: Recipe, *, traced: bool = False) -> None:
        self.recipe, self.rng = recipe, Random(f"steps:{recipe.seed}")
        self.sandbox = Sandbox(recipe.settings, URL)
        self.sandbox.corpus.days = UnevenDays(recipe.settings, self.sandbox.corpus, recipe.sizes)
        self.trace = Trace(self.sandbox.clock.now, kept=traced)
        self.scheduler = Scheduler(self.sandbox.clock, self.rng, self.trace, dict(recipe.kills))
        self.complaints = Complaints(self.trace)
        self.blobs = Blobs(self.sandbox.clock.now)
        self.projects = {each.project_id: each for each in recipe.projects}
        self.records = {name: Records(self.blobs, ProjectLayout(name)) for name in self.projects}
        clients = {name: client.key for name, client in recipe.client_of.items()}
        self.truth = Truth(
            sandbox=self.sandbox,
            records=self.records,
            complaints=self.complaints,
            fair_at=recipe.fair_at,
            began=lambda task: self._run_of(task).began,
            silences=recipe.spans("silent_zero", "silent_zero_all"),
            false_ends=recipe.spans("end_is_final"),
            starved=recipe.starved,
        )
        self.costs = Costs(self.sandbox, self.projects, clients, self.complaints, self._may_ask, self.scheduler.tasks)
        writers = Writers(self.scheduler, self.blobs, self.complaints)
        self.invariants = Invariants(self.scheduler, self.records, self.truth, self.costs, writers)
        self.airflow = Airflow(self.scheduler, self._work, clients, recipe.slots, self.complaints.add)
        self.scheduler.on_run_kill = lambda task: self.airflow.kill(self._run_of(task))
        self.scheduler.on_lost = self.airflow.lose
        self.scheduler.on_end = self.costs.end
        self.objects: Any = SimulatedObjects(
            self.blobs, self.scheduler, self._storage_fails, self.invariants.before_put, self._storage_failed
        )
        self.weather = Weather(recipe.fair_at)
        self.faults: Counter[str] = Counter()

    def live(self) -> Outcome:
        """Let the world happen, and look at what is left."""
        recipe = self.recipe
        for each in recipe.weather:
            self.scheduler.at(each.since, partial(self._turn, each))
        self.scheduler.at(recipe.fair_at, partial(self._turn, Weather(recipe.fair_at)))
        for number, name in enumerate(self.projects):
            self.scheduler.at(recipe.settings.clock_start + number * timedelta(minutes=7), partial(self._daily, name))
        for place, trigger in enumerate(recipe.triggers):
            asked = Asked(trigger.start, trigger.end, trigger.reharvest)
            self.scheduler.at(trigger.at, partial(self.airflow.trigger, trigger.project, f"manual__{place}", asked))
        if recipe.other_query:
            self.scheduler.at(recipe.other_query[0], partial(self._ask_otherwise, recipe.other_query[1]))
        try:
            self.scheduler.run(recipe.until)
        except Endless as error:
            self.complaints.add("endless", str(error))
        check_end(self)
        calm_requests, minimum = check_calm(self) if recipe.calm else (0, 0)
        return Outcome(
            seed=recipe.seed,
            violations=self.complaints.violations,
            digest=self.trace.digest,
            steps=self.trace.step,
            requests=self.requests,
            calm_requests=calm_requests,
            minimum=minimum,
            faults=self.faults,
            states=Counter(str(each.state) for some in self.records.values() for each in some.manifests()),
            kills=self.scheduler.killed,
            wasted=self.costs.wasted,
            unknowable=self.truth.unknowable,
            lines=self.trace.lines,
        )

    @property
    def requests(self) -> int:
        return sum(entry.endpoint != "token" for entry in self.sandbox.ledger)

    def is_settled(self, project: str) -> bool:
        """Whether nothing is left to do for a project by itself."""
        wanted = self.projects[project].wanted(self.scheduler.now().date())
        units = list(self.records[project].manifests())
        ended = [each.window for each in units if each.covers or each.waits_for_person]
        runs = [each for each in self.airflow.runs if each.project == project]
        busy = any(not each.over for each in runs) or runs[-1].state != "success"
        whole = wanted is not None and wanted.end == self.projects[project].period.end and not wanted.without(ended)
        return whole and not busy

    def _daily(self, project: str) -> None:
        """A project's schedule: a run each day, until nothing is left."""
        fair = self.scheduler.now() > self.recipe.fair_at + DAY
        if fair and self.is_settled(project):
            return
        self.airflow.trigger(project, day_run(self.scheduler.now()), Asked())
        self.scheduler.after(DAY, partial(self._daily, project))

    def _ask_otherwise(self, changes: dict[str, Any]) -> None:
        """Somebody changes the query of the first project."""
        first = self.recipe.projects[0]
        self.trace.add("somebody", f"changes the query of {first.project_id} to {changes}")
        text = json.dumps({**first.model_dump(mode="json"), **changes})
        self.projects[first.project_id] = read_project(first.project_id, text)

    def _turn(self, weather: Weather) -> None:
        """The weather changes."""
        self.weather = weather
        start = dict(self.recipe.settings)
        kept = {name: start[name] for name in CHANGING}
        self.sandbox.switch(**{**kept, **weather.changes, "faults": weather.faults, "poison": self.recipe.poison})
        self.faults.update(f"{name}" for name in weather.changes)
        self.trace.add("weather", ", ".join(weather.names) or "fair")

    def _work(self, instance: Instance) -> Any:
        """What a task does: the same lines as in dags/harvest.py."""
        project = self.projects[instance.run.project]
        skew = self.recipe.skews[len(self.scheduler.tasks) % len(self.recipe.skews)]
        wall = partial(self._wall, skew)
        if instance.kind == "plan":
            windows, _ = plan(project, instance.run.asked, self.objects, wall())
            return [str(each) for each in windows]
        if instance.kind == "merge":
            return merge(project, self.objects, instance.run.run_id, wall).summary()
        is_over = partial(self.airflow.is_over, project.project_id) if self.recipe.knows_runs else lambda _run: False
        manifest = harvest(
            project,
            Window.parse(instance.window),
            self._api(project.project_id, wall),
            self.objects,
            instance.run.run_id,
            reharvest=instance.run.asked.reharvest,
            is_over=is_over,
        )
        manifest.check_complete()
        return manifest.summary()

    def _wall(self, skew: timedelta) -> datetime:
        """What the clock of a machine says; it may jump."""
        now = self.scheduler.now()
        return now + skew + sum((by for at, by in self.recipe.jumps if at <= now), timedelta())

    def _api(self, project: str, wall: Any) -> ResearchApi:
        client, clock = self.recipe.client_of[project], Clock(wall)
        wire = Wire(
            sandbox=self.sandbox,
            scheduler=self.scheduler,
            seconds=lambda: self.rng.choice((0.2, 0.5, 1.5)),
            lost=lambda: self.rng.random() < self.weather.lost,
            before=lambda request: self.invariants.before_request(request, clock.now()),
            after=self._answered,
        )
        credentials = Credentials(URL, client.key, client.secret, lambda _token: None)
        session: Any = wire
        monotonic = lambda: self.scheduler.now().timestamp()  # noqa: E731
        return ResearchApi(
            session, credentials, self.scheduler.sleep, clock=clock, tokens=TokenCache(monotonic=monotonic)
        )

    def _answered(self, request: Request) -> None:
        self.invariants.after_request(request)
        if fault := self.sandbox.ledger[-1].fault:
            self.faults[fault] += 1

    def _storage_fails(self, _what: str, _path: str) -> str:
        if self.weather.storage and self.rng.random() < self.weather.storage:
            self.faults["storage"] += 1
            return self.rng.choice(("before", "after"))
        return ""

    def _storage_failed(self, what: str, path: str, how: str) -> None:
        self.trace.add("storage", f"{what} {path} fails {how} it took effect")

    def _may_ask(self, task: Task) -> bool:
        """Whether somebody named the days of a task."""
        asked = self._run_of(task).asked
        return asked.reharvest or asked.start is not None

    def _run_of(self, task: Task) -> Any:
        return next(each for each in self.airflow.runs if (each.project, each.run_id) == (task.project, task.run))


#: Settings that weather may change.
CHANGING = tuple(name for name in SandboxSettings.model_fields if name not in {*AT_START, "faults"})


class _Inline:
    """An executor whose work is done at once, in its own greenlet."""

    def __init__(self, _workers: int = 1) -> None:
        pass

    def __enter__(self) -> "_Inline":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def map(self, work: Any, *items: Any) -> list[Any]:
        return list(map(work, *items))


@contextmanager
def determined(seed: int) -> Iterator[None]:
    """Nothing but the seed decides: neither threads, nor random ids, nor the chance in waits."""
    ids = count(1)
    with ExitStack() as stack:
        for module in ("pages", "manifests"):
            stack.enter_context(patch(f"include.storage.{module}.ThreadPoolExecutor", _Inline))
        unique = lambda: Random(f"{seed}:{next(ids)}")  # noqa: E731
        stack.enter_context(patch("include.storage.ledger.uuid4", lambda: _Id(unique().getrandbits(128))))
        state = random.getstate()
        random.seed(seed)
        stack.callback(random.setstate, state)
        yield


@dataclass(frozen=True)
class _Id:
    number: int

    @property
    def hex(self) -> str:
        return f"{self.number:032x}"


def run_world(seed: int, *, traced: bool = False) -> Outcome:
    """The world of a seed, from its first step to its last."""
    with determined(seed):
        return World(make_recipe(seed), traced=traced).live()
