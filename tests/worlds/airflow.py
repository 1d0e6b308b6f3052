"""Airflow, as far as the harvest meets it: runs, mapped tasks, retries, waits, and processes that die.

Each outcome means what `plugins/wiring.py` and `dags/harvest.py` make of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Any

from include.domain.asked import Asked
from include.domain.errors import Moment, Person, Tomorrow
from tests.worlds.scheduler import Killed, Scheduler, Task, Terminated

#: Minutes until Airflow tries again, and until it sees that a process is gone.
RETRY_DELAY, SEEN_DEAD = timedelta(minutes=5), timedelta(minutes=5)

RETRIES = {"plan": 3, "harvest": 5, "merge": 3}

#: Waits of one task in one run, after which it goes round in circles.
MOST_WAITS = 300

Work = Callable[["Instance"], Any]


@dataclass
class Run:
    """One run of a project's DAG."""

    project: str
    run_id: str
    asked: Asked
    began: datetime
    instances: list["Instance"] = field(default_factory=list)
    left: int = 0
    over: bool = False
    state: str = "running"


@dataclass
class Instance:
    """One task of a run: what it does, and how many tries are left."""

    kind: str
    run: Run
    window: str
    done: Callable[["Instance"], None]
    left: int
    task: Task | None = None
    tries: int = 0
    waits: int = 0
    state: str = "queued"
    result: Any = None
    errors: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.run.project}/{self.run.run_id}/{self.window or self.kind}"


class Airflow:
    """The scheduler of Airflow. `work` runs a task; `slots` is how many tasks of a pool harvest at a time."""

    def __init__(
        self,
        scheduler: Scheduler,
        work: Work,
        pools: dict[str, str],
        slots: int,
        complain: Callable[[str, str], None],
    ) -> None:
        self.scheduler, self.work, self.pools, self.slots, self.complain = scheduler, work, pools, slots, complain
        self.runs: list[Run] = []
        self._queues: dict[str, list[Instance]] = {pool: [] for pool in pools.values()}
        self._busy: dict[str, int] = dict.fromkeys(pools.values(), 0)

    def trigger(self, project: str, run_id: str, asked: Asked) -> Run | None:
        """Begin a run, unless one of this project is going on (max_active_runs=1)."""
        if any(each.project == project and not each.over for each in self.runs):
            return None
        run = Run(project, run_id, asked, self.scheduler.now())
        self.runs.append(run)
        self.scheduler.trace.add("airflow", f"run {project}/{run_id} {asked}")
        self._begin(self._instance("plan", run, "", self._planned))
        return run

    def is_over(self, project: str, run_id: str) -> bool:
        """Whether a run has ended; what the harvest asks Airflow about the owner of a lease."""
        mine = [each for each in self.runs if each.project == project and each.run_id == run_id]
        return all(each.over for each in mine)

    def kill(self, run: Run) -> None:
        """The deployment goes down, and Airflow gives the run up."""
        if not run.over:
            run.over, run.state = True, "killed"
            self.scheduler.kill([each.task for each in run.instances if each.task])
            for each in run.instances:
                if each.state == "running" and each.kind == "harvest":
                    self._free(each)
                each.state = "given up"

    def lose(self, task: Task) -> None:
        """Airflow takes a task for dead that is not, tries again at once, and ends the old process some time later."""
        instance = next((one for run in self.runs for one in run.instances if one.task is task), None)
        if instance is None or instance.run.over or task.lost:
            return
        self.scheduler.trace.add(task.name, "LOST: taken for dead, and still at work")
        task.ended, task.lost = (lambda _task: None), True
        if instance.kind == "harvest":
            self._free(instance)
        self._retry(instance, timedelta(seconds=1))
        self.scheduler.after(timedelta(minutes=5), lambda: self.scheduler.kill([task]))

    def _instance(self, kind: str, run: Run, window: str, done: Callable[[Instance], None]) -> Instance:
        instance = Instance(kind, run, window, done, RETRIES[kind])
        run.instances.append(instance)
        return instance

    def _planned(self, plan: Instance) -> None:
        run = plan.run
        windows = plan.result if plan.state == "success" else None
        if windows is None:
            self._end(run, "failed")
            return
        run.left = len(windows)
        for window in windows:
            self._queue(self._instance("harvest", run, str(window), self._harvested))
        if not windows:
            self._merge(run)

    def _harvested(self, instance: Instance) -> None:
        instance.run.left -= 1
        if not instance.run.left:
            self._merge(instance.run)

    def _merge(self, run: Run) -> None:
        self._begin(self._instance("merge", run, "", lambda merge: self._end(run, merge.state)))

    def _end(self, run: Run, state: str) -> None:
        run.over, run.state = True, state
        self.scheduler.trace.add("airflow", f"run {run.project}/{run.run_id} ends: {state}")

    def _queue(self, instance: Instance) -> None:
        if instance.run.over:
            return
        if instance.kind != "harvest":
            self._begin(instance)
            return
        instance.state = "queued"
        pool = self.pools[instance.run.project]
        self._queues[pool].append(instance)
        self._fill(pool)

    def _fill(self, pool: str) -> None:
        while self._queues[pool] and self._busy[pool] < self.slots:
            instance = self._queues[pool].pop(0)
            if not instance.run.over:
                self._busy[pool] += 1
                self._begin(instance)

    def _free(self, instance: Instance) -> None:
        pool = self.pools[instance.run.project]
        self._busy[pool] -= 1
        self.scheduler.after(timedelta(), lambda: self._fill(pool))

    def _begin(self, instance: Instance) -> None:
        instance.state, instance.tries = "running", instance.tries + 1
        instance.task = Task(
            instance.name,
            lambda: self.work(instance),
            lambda task: self._ended(instance, task),
            project=instance.run.project,
            window=instance.window,
            run=instance.run.run_id,
        )
        self.scheduler.start(instance.task)

    def _ended(self, instance: Instance, task: Task) -> None:
        if instance.run.over:
            return
        if instance.kind == "harvest":
            self._free(instance)
        error = task.error
        if error is not None:
            instance.errors.append(f"{type(error).__name__}: {error}")
        match error:
            case None:
                self._finish(instance, "success", task.result)
            case Tomorrow():
                self._wait(instance, error.wait)
            case Person():
                self._finish(instance, "failed")
            case Moment() | Terminated():
                self._retry(instance, RETRY_DELAY)
            case Killed():
                self._retry(instance, SEEN_DEAD)
            case _:
                where = [f"{Path(each.filename).name}:{each.lineno}" for each in extract_tb(error.__traceback__)[-4:]]
                self.complain("crash", f"{instance.name}: {type(error).__name__}: {error} at {' '.join(where)}")
                self._retry(instance, RETRY_DELAY)

    def _finish(self, instance: Instance, state: str, result: Any = None) -> None:
        instance.state, instance.result = state, result
        instance.done(instance)

    def _wait(self, instance: Instance, wait: timedelta) -> None:
        instance.waits += 1
        instance.state = "waits"
        if instance.waits > MOST_WAITS:
            self.complain("circles", f"{instance.name} waited {instance.waits} times: {instance.errors[-1]}")
            self._finish(instance, "failed")
            return
        self.scheduler.after(wait, lambda: self._queue(instance))

    def _retry(self, instance: Instance, delay: timedelta) -> None:
        if not instance.left:
            self._finish(instance, "failed")
            return
        instance.left -= 1
        instance.state = "up for retry"
        self.scheduler.after(delay, lambda: self._queue(instance))


def day_run(moment: datetime) -> str:
    """The id of a scheduled run."""
    return f"scheduled__{moment:%Y-%m-%dT%H-%M}"
