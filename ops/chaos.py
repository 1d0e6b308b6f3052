"""make chaos: 20,000 videos in eight windows through Airflow, while everything that can fail does.

Faults of TikTok at random, kill -9 of task processes at random, and a quota that runs out twice. At the end the
dataset must hold exactly the expected videos, each once, for few more requests than the least possible. What TikTok
withholds is not among them; posts that were scheduled are.

Whether TikTok lets a fresh search go on where a lost one was is not known: with even seeds it does, with odd ones it
does not, and the days that were passed when the quota ran out are asked for again.
"""

import argparse
import os
import random
import sqlite3
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path

import psutil
import pyarrow.parquet as pq

from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.sandbox.faults import Fault
from include.sandbox.sandbox import Sandbox
from include.sandbox.server import running as sandbox_running
from include.sandbox.settings import SandboxSettings
from include.storage.manifests import read_dataset
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore
from ops.local_airflow import free_port
from ops.local_airflow import running as airflow_running
from ops.minimum import least_requests
from ops.rest import ENDED, Airflow
from ops.sample import register, sample_project

FIRST_DAY = date(2025, 10, 1)
WINDOWS = 8
PERIOD = Window(FIRST_DAY, FIRST_DAY + timedelta(days=30 * WINDOWS - 1))

#: Seconds of real time that one seed may take.
PATIENCE = 600

FAULTS = {
    "internal_error": 0.02,
    "timeout": 0.005,
    "html_504": 0.005,
    "rate_limit": 0.01,
    "search_rejected": 0.01,
    "truncated": 0.005,
    "dropped": 0.005,
}

#: The highest ratio of requests that a seed may come to: where a search can be taken up again, and where it cannot.
BOUND, BOUND_WITHOUT_JUMPS = 1.05, 1.5


@dataclass(frozen=True)
class Outcome:
    """What one seed came to."""

    seed: int
    expected: int
    missing: int
    unexpected: int
    duplicates: int
    least: int
    used: int
    failures: int
    kills: int
    waits: int
    state: str
    seconds: float

    @property
    def bound(self) -> float:
        return BOUND if _jumps(self.seed) else BOUND_WITHOUT_JUMPS

    @property
    def ratio(self) -> float:
        """Requests used, over the least possible plus the failures that were injected; what a kill costs is ours."""
        return self.used / (self.least + self.failures)

    @property
    def held(self) -> bool:
        lost = self.missing or self.unexpected or self.duplicates
        tormented = self.kills > 0 and self.waits > 1
        return self.state == "success" and not lost and tormented and self.ratio <= self.bound

    def __str__(self) -> str:
        return (
            f"seed={self.seed} {'held' if self.held else 'BROKE'} state={self.state} videos={self.expected} "
            f"missing={self.missing} unexpected={self.unexpected} duplicates={self.duplicates} least={self.least} "
            f"used={self.used} failures={self.failures} kills={self.kills} waits={self.waits} "
            f"ratio={self.ratio:.3f} of {self.bound} seconds={self.seconds:.0f}"
        )


def main() -> None:
    """Run the seeds one after the other; ends with exit code 1 when one of them broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many, counted up from --first")
    parser.add_argument("--first", type=int, default=random.SystemRandom().randrange(1, 10_000), help="replays a seed")
    parser.add_argument("--videos", type=int, default=20_000)
    options = parser.parse_args()
    os.environ |= {"ICANDID_TIME": "sandbox", "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1"}
    print(f"chaos: {options.seeds} seeds from {options.first}; one again: make chaos SEEDS=1 FIRST=<seed>", flush=True)
    with airflow_running(free_port()) as airflow:
        outcomes = [_one(seed, options.videos, airflow) for seed in range(options.first, options.first + options.seeds)]
    broke = [outcome.seed for outcome in outcomes if not outcome.held]
    worst = max(outcomes, key=lambda outcome: outcome.ratio / outcome.bound)
    ratio = f"worst request ratio {worst.ratio:.3f} of {worst.bound}"
    print(f"chaos: {len(outcomes) - len(broke)} of {len(outcomes)} seeds held, {ratio}")
    sys.exit(f"chaos: broke: {broke}" if broke else 0)


def _jumps(seed: int) -> bool:
    """Whether a search takes a cursor that it has not told."""
    return seed % 2 == 0


def _one(seed: int, videos: int, airflow: Airflow) -> Outcome:
    """One seed: a project of its own, harvested to the end whatever happens to it."""
    settings = SandboxSettings(
        seed=seed,
        videos_per_day=ceil(videos / PERIOD.days),
        requests_per_day=ceil(videos / 100 * 0.42),
        search_ready_seconds=0,
        removed_share=0,
        cursor_jumps=_jumps(seed),
        faults=tuple(Fault(kind=kind, probability=share, endpoint="video/query") for kind, share in FAULTS.items()),
    )
    started = time.monotonic()
    objects = open_storage(os.environ["ICANDID_STORAGE"])
    objects.delete(objects.paths("quota/"))  # what the seed before has spent of days that begin anew in this one
    with sandbox_running(settings) as sandbox:
        project_id = f"chaos_{seed}_{int(time.time())}"
        project = sample_project() | {
            "project_id": project_id,
            "accounts": [],
            "hashtags": [],
            "region_codes": [],
            "query": EVERYTHING,
            "period": {"start": str(PERIOD.start), "end": str(PERIOD.end)},
            "access": {"start": str(datetime.now(UTC).date()), "end": str(datetime.now(UTC).date() + timedelta(90))},
        }
        register(airflow, sandbox, {name: value for name, value in project.items() if value != []})
        dag_id = f"harvest__{project_id}"
        airflow.wait_for_dag(dag_id, seconds=60)
        run_id = airflow.trigger(dag_id)
        kills, waits, state = _torment(airflow, sandbox, dag_id, run_id, random.Random(seed))
        outcome = _outcome(seed, sandbox, project_id, kills, waits, state, time.monotonic() - started)
    print(outcome, flush=True)
    return outcome


def _torment(
    airflow: Airflow, sandbox: Sandbox, dag_id: str, run_id: str, chance: random.Random
) -> tuple[int, int, str]:
    """Kill task processes now and then, and let days pass when windows wait, until the run ends."""
    kills, waits, state = 0, 0, "running"
    next_kill = time.monotonic() + chance.uniform(3, 8)
    deadline = time.monotonic() + PATIENCE
    while state not in ENDED and time.monotonic() < deadline:
        time.sleep(0.3)
        if kills < 5 and time.monotonic() > next_kill:
            kills += 0 if _on_its_last_try(airflow, dag_id, run_id) else _kill_a_task(chance)
            next_kill = time.monotonic() + chance.uniform(3, 8)
        waits += _let_time_pass(airflow, sandbox, dag_id, run_id)
        state = airflow.call("GET", f"dags/{dag_id}/dagRuns/{run_id}").json()["state"]
    return kills, waits, state


def _on_its_last_try(airflow: Airflow, dag_id: str, run_id: str) -> bool:
    """Whether a task runs that Airflow would not try again: after so many kills in a row a person clears it."""
    tasks = airflow.call("GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100").json()["task_instances"]
    return any(each["state"] == "running" and each["try_number"] > each["max_tries"] for each in tasks)


def _kill_a_task(chance: random.Random) -> int:
    """kill -9 one of the processes in which a task runs; how many were killed."""
    try:
        ours = psutil.Process().children(recursive=True)
        executors = [each for each in ours if "LocalExecutor" in " ".join(_command(each))]
        tasks = [child for executor in executors for child in executor.children()]
        if not tasks:
            return 0
        chance.choice(tasks).kill()
    except psutil.NoSuchProcess:  # it has ended in the meantime
        return 0
    return 1


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has ended in the meantime
        return []


def _let_time_pass(airflow: Airflow, sandbox: Sandbox, dag_id: str, run_id: str) -> int:
    """When a window waits, move the sandbox's clock to that time, and tell Airflow's database that it has come."""
    path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
    states = [each["state"] for each in airflow.call("GET", path).json()["task_instances"]]
    if "up_for_reschedule" not in states or "running" in states:
        return 0
    with sqlite3.connect(Path(os.environ["AIRFLOW_HOME"]) / "airflow.db", timeout=30) as database:
        now = datetime.now(UTC).replace(tzinfo=None)
        (until,) = database.execute("SELECT MAX(reschedule_date) FROM task_reschedule").fetchone()
        wait = datetime.fromisoformat(until).replace(tzinfo=None) - now
        if wait <= timedelta():
            return 0
        database.execute(
            "UPDATE task_reschedule SET reschedule_date = ? WHERE reschedule_date > ?", (str(now), str(now))
        )
    sandbox.clock.advance(wait + timedelta(seconds=1))
    return 1


def _outcome(
    seed: int, sandbox: Sandbox, project_id: str, kills: int, waits: int, state: str, seconds: float
) -> Outcome:
    store, now = ProjectStore.of(open_storage(os.environ["ICANDID_STORAGE"]), project_id), sandbox.clock.now()
    dataset, root = read_dataset(store), store.objects.url.removeprefix("file://")
    files = [f"{root}/{store.layout.month(month)}" for month in (dataset.months if dataset else {})]
    got = [video_id for file in files for video_id in pq.read_table(file, columns=["id"])["id"].to_pylist()]
    expected = {video.id for video in sandbox.corpus.search(EVERYTHING, PERIOD.start, PERIOD.end, now)}
    asked = [entry for entry in sandbox.ledger if entry.endpoint == "video/query"]
    return Outcome(
        seed=seed,
        expected=len(expected),
        missing=len(expected - set(got)),
        unexpected=len(set(got) - expected),
        duplicates=len(got) - len(set(got)),
        least=sum(least_requests(sandbox, window, now) for window in PERIOD.cut(30)),
        used=len(asked),
        failures=sum(entry.fault is not None or entry.status != 200 for entry in asked),
        kills=kills,
        waits=waits,
        state=state,
        seconds=seconds,
    )


if __name__ == "__main__":
    main()
