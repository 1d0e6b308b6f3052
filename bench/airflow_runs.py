"""What Airflow adds: seconds for each window of a run, and a whole harvest beside the best plain loop."""

import json
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests

from bench.homes import airflow_home
from include.domain.asked import Asked
from include.domain.project import read_project
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.sandbox.sandbox import Sandbox
from include.sandbox.server import running as sandbox_running
from include.stages.harvest import harvest
from include.stages.merge import merge
from include.stages.plan import plan
from include.stages.register import register as register_dataset
from include.storage.manifests import read_dataset
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore
from include.tiktok.client import ResearchApi
from include.tiktok.token import Credentials
from ops.sample import SANDBOX, register, sample_project

WINDOWS = 24
WINDOW_DAYS = 5


def figures(scale: float) -> dict[str, float]:
    """Seconds of Airflow for each window, and the ratio of a harvest of the demo's size."""
    windows = max(3, round(WINDOWS * scale))
    first = date(2026, 1, 1)
    many = {
        "project_id": "bench_windows",
        "window_days": WINDOW_DAYS,
        "period": {"start": str(first), "end": str(first + timedelta(days=WINDOW_DAYS * windows - 1))},
    }
    with tempfile.TemporaryDirectory() as folder, sandbox_running(SANDBOX) as sandbox, airflow_home(folder):
        from ops.local_airflow import free_port
        from ops.local_airflow import running as airflow_running

        projects = [sample_project() | many, sample_project()]
        with airflow_running(free_port()) as airflow:
            for project in projects:
                register(airflow, sandbox, project)
                airflow.wait_for_dag(f"harvest__{project['project_id']}", seconds=120)
            spent = [_run(airflow, project["project_id"]) for project in projects]
        looped = [_loop(project, sandbox, f"{folder}/loop") for project in projects]
        for project in projects:
            _check_equal(folder, project["project_id"])
    return {
        "orchestration_seconds_per_window": (spent[0] - looped[0]) / windows,
        "orchestration_windows": windows,
        "end_to_end_vs_loop": spent[1] / looped[1],
        "end_to_end_seconds": spent[1],
        "loop_seconds": looped[1],
    }


def _run(airflow: Any, project_id: str) -> float:
    """One run, from its start to its end as Airflow says, in seconds."""
    dag_id = f"harvest__{project_id}"
    run_id = airflow.trigger(dag_id)
    state = airflow.wait_for_run(dag_id, run_id, seconds=1200)
    if state != "success":
        raise SystemExit(f"bench: the run of {dag_id} ended as {state}")
    run = airflow.call("GET", f"dags/{dag_id}/dagRuns/{run_id}").json()
    started, ended = (datetime.fromisoformat(run[name]) for name in ("queued_at", "end_date"))
    return (ended - started).total_seconds()


def _loop(configuration: dict[str, Any], sandbox: Sandbox, folder: str) -> float:
    """The same stages one after the other in this process, to the same files; seconds."""
    project = read_project(configuration["project_id"], json.dumps(configuration))
    objects, at = open_storage(f"file://{folder}"), datetime.now(UTC)
    begun = time.perf_counter()
    with requests.Session() as session:
        credentials = Credentials(sandbox.url, sandbox.client_key, sandbox.client_secret, list[str]().append)
        api = ResearchApi(session, credentials)
        for window in plan(project, Asked(), objects, at)[0]:
            harvest(project, window, api, objects, "bench")
    merge(project, objects, "bench", lambda: datetime.now(UTC))
    register_dataset(project, objects, Registry(registry_engine(f"sqlite:///{folder}/registry.sqlite")), "bench", at)
    return time.perf_counter() - begun


def _check_equal(folder: str, project_id: str) -> None:
    storages = (open_storage(f"file://{folder}/{name}") for name in ("storage", "loop"))
    ours, loop = (read_dataset(ProjectStore.of(objects, project_id)) for objects in storages)
    if not ours or not loop or ours.rows != loop.rows:
        raise SystemExit("bench: Airflow and the loop did not end with the same videos")
