"""What a task costs beside one that does nothing, and what a thousand projects cost the tasks that read them all.

Measured in a real Airflow with its LocalExecutor: the processor time of its workers and of the task processes that they
have started and seen end, and for the last two the seconds from a task's start to its end.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.apart import ROOT
from bench.homes import airflow_home
from bench.parse import register_projects
from include.sandbox.server import running as sandbox_running
from ops.rest import Airflow
from ops.sample import SANDBOX, register, sample_project

WINDOWS = 24
#: Runs of which the better counts: the first tasks of a worker import what its later ones find there.
ROUNDS = 3
#: The sample project has some twenty videos on three days: one page.
WINDOW_DAYS = 3
PROJECTS = 1_000
PROJECT_ID = "bench_tasks"
HARVEST = f"harvest__{PROJECT_ID}"
FIRST = date(2026, 1, 1)

#: How the processes are called that start task processes and wait for their end.
WORKER = "airflow worker -- LocalExecutor"

#: Tasks that do nothing, and the very task that harvests a window, each as often.
DAGS = """
from airflow.sdk import DAG, task
from dags.harvest import PARAMS, harvest_window


@task
def do_nothing(number):
    return {}


with DAG("idle", schedule=None, is_paused_upon_creation=False, params=PARAMS):
    do_nothing.override(max_active_tis_per_dag=1).expand(number=list(range(len(WINDOWS))))
with DAG("windows", schedule=None, is_paused_upon_creation=False, params=PARAMS):
    harvest_window.override(max_active_tis_per_dag=1).partial(project_id=PROJECT_ID).expand(window=WINDOWS)
"""


def figures(scale: float) -> dict[str, float]:
    """Processor time of tasks, their ratio, and seconds of the two tasks that read all projects."""
    return _tasks(max(3, round(WINDOWS * scale))) | _all_projects(max(10, round(PROJECTS * scale)))


def _tasks(windows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, sandbox_running(SANDBOX) as sandbox:
        names = [f"{start}_{start + timedelta(days=WINDOW_DAYS - 1)}" for start in _starts(windows)]
        text = f"WINDOWS, PROJECT_ID = {names!r}, {PROJECT_ID!r}\n{DAGS}"
        with _airflow_of(Path(folder), "harvest.py", **{"bench_tasks.py": text}) as airflow:
            register(airflow, sandbox, _project(WINDOW_DAYS * windows))
            for dag_id in ("idle", "windows", HARVEST):
                airflow.wait_for_dag(dag_id, seconds=120)
            rounds = [
                [_cpu_seconds(airflow, each, reharvest=True) for each in ("idle", "windows")] for _ in range(ROUNDS)
            ]
            idle, harvested = (min(each) / windows for each in zip(*rounds, strict=True))
            _cpu_seconds(airflow, HARVEST)
            register(airflow, sandbox, _project(WINDOW_DAYS * windows + 1))
            day = _cpu_seconds(airflow, HARVEST)
    return {
        "task_cpu_ratio": harvested / idle,
        "task_cpu_ms": harvested * 1000,
        "task_idle_cpu_ms": idle * 1000,
        "project_day_cpu_seconds": day - harvested,
    }


def _all_projects(number: int) -> dict[str, float]:
    with (
        tempfile.TemporaryDirectory() as folder,
        _airflow_of(Path(folder), "projects.py", "watch_deadlines.py") as airflow,
    ):
        register_projects(Path(folder), number)
        seconds = {}
        for name, dag_id in (("index", "index_projects"), ("deadlines", "watch_deadlines")):
            airflow.wait_for_dag(dag_id, seconds=120)
            seconds[f"{name}_seconds_{PROJECTS}"] = min(_task_seconds(airflow, dag_id) for _ in range(ROUNDS))
    return seconds


@contextmanager
def _airflow_of(folder: Path, *copied: str, **written: str) -> Iterator[Airflow]:
    """An Airflow with some DAG files of ours, and some that are written here."""
    dags = folder / "dags"
    dags.mkdir()
    for name in copied:
        shutil.copy(ROOT / "dags" / name, dags)
    for name, text in written.items():
        (dags / name).write_text(text)
    with airflow_home(str(folder), dags):
        from ops.local_airflow import free_port, running

        with running(free_port()) as airflow:
            yield airflow


def _starts(windows: int) -> Iterator[date]:
    return (FIRST + timedelta(days=WINDOW_DAYS * number) for number in range(windows))


def _project(days: int) -> dict[str, Any]:
    period = {"start": str(FIRST), "end": str(FIRST + timedelta(days=days - 1))}
    return sample_project() | {"project_id": PROJECT_ID, "window_days": WINDOW_DAYS, "period": period}


def _best(airflow: Airflow, dag_id: str) -> float:
    return min(_cpu_seconds(airflow, dag_id, reharvest=True) for _ in range(ROUNDS))


def _cpu_seconds(airflow: Airflow, dag_id: str, **conf: bool) -> float:
    """Processor seconds of one run's tasks and of the workers that waited for them."""
    before = _spent()
    _run(airflow, dag_id, **conf)
    while any(worker.children() for worker in _workers()):
        time.sleep(0.1)
    return _spent() - before


def _task_seconds(airflow: Airflow, dag_id: str) -> float:
    """Seconds from the start of the only task of a run to its end."""
    path = f"dags/{dag_id}/dagRuns/{_run(airflow, dag_id)}/taskInstances"
    (task,) = airflow.call("GET", path).json()["task_instances"]
    return (datetime.fromisoformat(task["end_date"]) - datetime.fromisoformat(task["start_date"])).total_seconds()


def _run(airflow: Airflow, dag_id: str, **conf: bool) -> str:
    run_id = airflow.trigger(dag_id, conf)
    if (state := airflow.wait_for_run(dag_id, run_id, seconds=1200)) != "success":
        raise SystemExit(f"bench: the run of {dag_id} ended as {state}")
    return run_id


def _spent() -> float:
    times = [worker.cpu_times() for worker in _workers()]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)


def _workers() -> list[psutil.Process]:
    workers = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if " ".join(process.cmdline()).startswith(WORKER):
                workers.append(process)
    return workers
