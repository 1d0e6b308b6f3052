"""make test-stack: a harvest through the whole stack while its parts die; the dataset must be exactly the expected one.

Windows run on both workers. A worker is killed with its tasks, the scheduler is killed, the triggerer is restarted
while windows wait for quota, and the object store is gone for ten seconds.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from include.domain.manifest import State
from include.sandbox.corpus import EVERYTHING
from include.sandbox.faults import Fault
from include.sandbox.sandbox import Sandbox
from include.sandbox.server import running as sandbox_running
from include.sandbox.settings import SandboxSettings
from include.storage.manifests import read_dataset, read_units
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore
from ops.processes import free_port
from ops.rest import ENDED
from ops.sample import register, sample_project
from ops.stack import Stack, running, workers

PROJECT_ID = "stack"
DAG_ID = f"harvest__{PROJECT_ID}"
FIRST_DAY = date(2025, 12, 1)
WINDOWS = 6
LAST_DAY = FIRST_DAY + timedelta(days=30 * WINDOWS - 1)
QUOTA = 32
"""Requests of a UTC day: less than half of what the harvest needs, so that its windows wait twice. TikTok lets their
searches go on where they were (`cursor_jumps`): what it costs where it does not, `make chaos` tells."""

SANDBOX = SandboxSettings(
    videos_per_day=34,
    requests_per_day=QUOTA,
    search_ready_seconds=0,
    removed_share=0,
    cursor_jumps=True,
    faults=(Fault(kind="slow", seconds=2, endpoint="video/query"),),
)
QUICKLY = {
    "ICANDID_TIME": "sandbox",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
    "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
}
"""Deaths are noticed after seconds instead of minutes. Two tasks a worker: four windows at a time need both workers."""

PATIENCE = 600
"""Seconds that the run may take."""

GONE = 10
"""Seconds without an object store."""


@dataclass
class Ordeal:
    """One run, and what has happened to it so far."""

    stack: Stack
    sandbox: Sandbox
    run_id: str
    started: float = field(default_factory=time.monotonic)
    ran_on: dict[str, set[int]] = field(default_factory=dict)
    happened: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """Requests for pages until now."""
        return sum(entry.endpoint == "video/query" for entry in self.sandbox.ledger)

    def windows(self) -> list[dict[str, Any]]:
        """The task instances of the windows, as Airflow sees them now."""
        path = f"dags/{DAG_ID}/dagRuns/{self.run_id}/taskInstances?limit=100"
        tasks = self.stack.airflow.call("GET", path).json()["task_instances"]
        found = [task for task in tasks if task["task_id"] == "harvest_window" and task["map_index"] >= 0]
        for task in found:
            if task["hostname"]:
                self.ran_on.setdefault(task["hostname"], set()).add(task["map_index"])
        return found

    def state(self) -> str:
        """The state of the run."""
        return str(self.stack.airflow.call("GET", f"dags/{DAG_ID}/dagRuns/{self.run_id}").json()["state"])

    def tell(self, what: str) -> None:
        """Note a fault and print it."""
        self.happened.append(what)
        print(
            f"test-stack: {time.monotonic() - self.started:4.0f} s  after {self.asked:3} requests: {what}", flush=True
        )


def main() -> None:
    """Exit code 1 when the dataset is another one than expected, or a fault could not be made to happen."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begin = time.monotonic()
    print("test-stack: starting PostgreSQL, Valkey or Redis, Ceph, Airflow with two Celery workers", flush=True)
    with sandbox_running(SANDBOX) as sandbox, running(free_port(), QUICKLY) as stack:
        if stack.store is None:
            sys.exit("test-stack: it kills the object store, which must be its own: unset ICANDID_STACK_S3")
        print(f"test-stack: {time.monotonic() - begin:.0f} s to start {', '.join(stack.processes)}", flush=True)
        _register(stack, sandbox)
        ordeal = Ordeal(stack, sandbox, stack.airflow.trigger(DAG_ID))
        state = _torment(ordeal)
        problems = [*_problems(ordeal, state), *_differences(stack, sandbox)]
    print(f"test-stack: {time.monotonic() - begin:.0f} s in all")
    sys.exit("\n".join(f"test-stack: BROKE: {problem}" for problem in problems) if problems else 0)


def _register(stack: Stack, sandbox: Sandbox) -> None:
    """A project that asks for everything, four windows at a time."""
    airflow, today = stack.airflow, datetime.now(UTC).date()
    airflow.put("pools", PROJECT_ID, {"name": PROJECT_ID, "slots": 2 * len(workers())})
    project = sample_project() | {
        "project_id": PROJECT_ID,
        "pool": PROJECT_ID,
        "query": EVERYTHING,
        "period": {"start": str(FIRST_DAY), "end": str(LAST_DAY)},
        "access": {"start": str(today), "end": str(today + timedelta(days=90))},
    }
    asked_by_query = ("accounts", "hashtags", "region_codes")
    register(airflow, sandbox, {name: value for name, value in project.items() if name not in asked_by_query})
    airflow.wait_for_dag(DAG_ID, seconds=120)


def _torment(ordeal: Ordeal) -> str:
    """Let the parts die one after the other, and days pass when windows wait, until the run ends; returns its state."""
    faults, state = _faults(ordeal), "running"
    while state not in ENDED and time.monotonic() < ordeal.started + PATIENCE:
        next(faults, None)
        _let_time_pass(ordeal)
        state = ordeal.state()
        time.sleep(0.5)
    return state


def _faults(ordeal: Ordeal) -> Iterator[None]:
    """Each fault as soon as its moment has come; gives control back while it has not."""
    while not (victim := _busy_worker(ordeal)) or ordeal.asked < 6:
        yield
    ordeal.stack.kill(victim)
    ordeal.tell(f"kill -9 of {victim}, while windows run on {' and '.join(sorted(ordeal.ran_on))}")
    while ordeal.asked < 14:
        yield
    ordeal.stack.kill("scheduler")
    ordeal.stack.start("scheduler")
    ordeal.tell("kill -9 of the scheduler; started again")
    ordeal.stack.start(victim)
    ordeal.tell(f"{victim} started again")
    while not _all_wait(ordeal):
        yield
    ordeal.stack.restart("triggerer")
    ordeal.tell("triggerer restarted while windows wait for quota")
    while ordeal.asked < QUOTA + 6 or not _busy_worker(ordeal):
        yield
    ordeal.tell(f"kill -9 of the object store, for {GONE} s")
    if ordeal.stack.store:
        ordeal.stack.store.vanish(GONE)
    ordeal.tell("the object store is back")


def _busy_worker(ordeal: Ordeal) -> str | None:
    """A worker on which a window runs, once windows have run on all of them."""
    busy = Counter(task["hostname"] for task in ordeal.windows() if task["state"] == "running")
    spread = set(workers()) <= ordeal.ran_on.keys()
    return busy.most_common(1)[0][0] if busy and spread else None


def _all_wait(ordeal: Ordeal) -> bool:
    states = {task["state"] for task in ordeal.windows()}
    return "up_for_reschedule" in states and "running" not in states


def _let_time_pass(ordeal: Ordeal) -> None:
    """When windows wait, move the sandbox's clock to that time, and tell Airflow's database that it has come."""
    if len(ordeal.happened) < 4 or not _all_wait(ordeal):  # the triggerer is restarted while they wait
        return
    url = ordeal.stack.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "")
    with psycopg.connect(url) as database:
        (until,) = database.execute("SELECT MAX(reschedule_date) FROM task_reschedule").fetchone() or (None,)
        wait = until - datetime.now(UTC) if until else timedelta()
        if wait <= timedelta():
            return
        database.execute("UPDATE task_reschedule SET reschedule_date = now() WHERE reschedule_date > now()")
    ordeal.sandbox.clock.advance(wait + timedelta(seconds=1))
    print(f"test-stack: {time.monotonic() - ordeal.started:4.0f} s  {wait} of the sandbox's time pass", flush=True)


def _problems(ordeal: Ordeal, state: str) -> Iterator[str]:
    """What did not go as it should have."""
    ordeal.windows()
    for worker, windows in sorted(ordeal.ran_on.items()):
        print(f"test-stack: {worker} worked on windows {', '.join(map(str, sorted(windows)))}")
    if state != "success":
        yield f"the run ended as {state}; logs are in {ordeal.stack.environment['AIRFLOW_HOME']}"
    if len(ordeal.happened) != 6:
        yield f"only these faults happened: {'; '.join(ordeal.happened)}"
    if set(workers()) - ordeal.ran_on.keys():
        yield f"windows ran on {', '.join(ordeal.ran_on)} only"


def _differences(stack: Stack, sandbox: Sandbox) -> Iterator[str]:
    """What is wrong with the dataset."""
    os.environ |= {name: value for name, value in stack.environment.items() if name.startswith("AWS_")}
    store = ProjectStore.of(open_storage(stack.environment["ICANDID_STORAGE"], _endpoint(stack)), PROJECT_ID)
    windows, got = read_units(store), _ids(store)
    expected = {video.id for video in sandbox.corpus.search(EVERYTHING, FIRST_DAY, LAST_DAY, sandbox.clock.now())}
    counted = {
        "missing": len(expected - got.keys()),
        "unexpected": len(got.keys() - expected),
        "duplicates": got.total() - len(got),
        "incomplete windows": WINDOWS - sum(window.state is State.COMPLETE for window in windows),
    }
    used = sum(entry.requests for entry in sandbox.ledger)
    print(
        f"test-stack: {len(expected)} videos expected, {got.total()} in the dataset, "
        + ", ".join(f"{count} {name}" for name, count in counted.items())
        + f"; {sum(window.now.counts.pages for window in windows)} pages, {used} requests"
    )
    yield from (f"{count} {name}" for name, count in counted.items() if count)


def _ids(store: ProjectStore) -> Counter[int]:
    """How often each id is in the dataset."""
    dataset = read_dataset(store)
    readers = [store.objects.reader(store.layout.month(month)) for month in (dataset.months if dataset else {})]
    files = [pq.ParquetFile(pa.PythonFile(reader, mode="r")) for reader in readers if reader]
    return Counter(video for file in files for video in file.read(columns=["id"])["id"].to_pylist())


def _endpoint(stack: Stack) -> dict[str, str]:
    return {"endpoint": stack.environment["AWS_ENDPOINT_URL_S3"]}


if __name__ == "__main__":
    main()
