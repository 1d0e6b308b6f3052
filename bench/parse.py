"""What a thousand projects cost Airflow's DAG processor, beside a thousand equal DAGs written by hand; one import."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.apart import ROOT
from bench.homes import airflow, airflow_home
from ops.sample import sample_project

PROJECTS = 1_000
ROUNDS = 5

BY_HAND = """
from datetime import UTC, datetime

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, task

DAY = {"type": ["null", "string"], "format": "date"}
PARAMS = {
    "start_date": Param(None, **DAY, description_md="First day; empty: from the start of the period."),
    "end_date": Param(None, **DAY, description_md="Last day; empty: up to the last settled one."),
    "dry_run": Param(False, type="boolean", description_md="Stop after the plan, which says what a run would cost."),
    "reharvest": Param(False, type="boolean", description_md="Ask again for days that are covered already."),
}


@task
def plan_windows(project_id, **context):
    return []


@task(map_index_template="{{ window }}", retries=5)
def harvest_window(project_id, window, **context):
    return {}


@task(trigger_rule="all_done")
def merge_dataset(project_id, windows, **context):
    return {}


@task
def register_dataset(project_id, windows, **context):
    return {}


for number in range(NUMBER):
    project_id = f"tiktok_query_{number:07}"
    with DAG(
        dag_id=f"harvest__{project_id}",
        description=f"Cycling and climate {number}",
        doc_md=DOC,
        tags=["harvest"],
        schedule=CronDataIntervalTimetable("0 5 * * *", "UTC"),
        start_date=datetime(2016, 9, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=PARAMS,
        default_args={"retries": 3, "weight_rule": "fair_turns.ByKindOfRun"},
    ) as dag:
        windows = plan_windows(project_id)
        one_at_a_time = harvest_window.override(max_active_tis_per_dag=1).partial(project_id=project_id)
        harvested = one_at_a_time.expand(window=windows)
        harvested >> merge_dataset(project_id, windows) >> register_dataset(project_id, windows)
    globals()[dag.dag_id] = dag
"""

IDLE = """
from airflow.sdk import DAG, Variable, task

Variable.get("research_projects", default=None)
"""
"""The first Variable that is read makes a DAG processor start its own API, once: no matter of projects."""

IMPORT = """
import time
from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_parsing_context, task
begun = time.process_time()
import dags.harvest
print(time.process_time() - begun)
"""


def figures(scale: float) -> dict[str, float]:
    """Milliseconds of processor time per project, the ratio to plain DAGs, and the seconds of one import."""
    number = max(10, round(PROJECTS * scale))
    ours, by_hand = _parse(number, ours=True), _parse(number, ours=False)
    return {
        "parse_ms_per_project": ours / number * 1000,
        "parse_by_hand_ms_per_project": by_hand / number * 1000,
        "parse_ratio": ours / by_hand,
        "parse_projects": number,
        "import_seconds": min(_import() for _ in range(ROUNDS)),
    }


def _parse(number: int, *, ours: bool) -> float:
    """Processor seconds of the DAG processor for one warm pass over the projects, less a pass over none."""
    with tempfile.TemporaryDirectory() as folder:
        dags = Path(folder) / "dags"
        dags.mkdir()
        (dags / "reads_a_variable.py").write_text(IDLE)
        with airflow_home(folder, dags):
            idle = min(_pass() for _ in range(2))
            if ours:
                shutil.copy(ROOT / "dags" / "harvest.py", dags)
                register_projects(Path(folder), number)
            else:
                text = (ROOT / "dags" / "harvest.py").read_text()
                doc = text.split('"""')[1]
                (dags / "by_hand.py").write_text(BY_HAND.replace("NUMBER", str(number)).replace("DOC", repr(doc)))
            _pass()
            warm = min(_pass() for _ in range(2))
            with sqlite3.connect(Path(folder) / "airflow.db") as database:
                (found,) = database.execute("SELECT COUNT(*) FROM serialized_dag").fetchone()
            if found != number:
                raise SystemExit(f"bench: the DAG processor found {found} DAGs of {number}")
            return warm - idle


def _pass() -> float:
    """One pass of the DAG processor over its folder: processor seconds, its children's included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.environ["AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT"] = "600"
    os.environ["AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT"] = "600"
    subprocess.run(airflow("dag-processor", "--num-runs", "1"), check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def register_projects(folder: Path, number: int) -> None:
    """Variables of projects with a schedule, and their index, as they are after `index_projects` has run."""
    projects = {}
    for each in range(number):
        project_id = f"tiktok_query_{each:07}"
        projects[project_id] = sample_project() | {
            "project_id": project_id,
            "title": f"Cycling and climate {each}",
            "schedule": "0 5 * * *",
        }
    variables = {f"research_project__{project_id}": project for project_id, project in projects.items()}
    index = {name: {"title": project["title"], "schedule": project["schedule"]} for name, project in projects.items()}
    path = folder / "variables.json"
    path.write_text(json.dumps(variables | {"research_projects": index}))
    subprocess.run(airflow("variables", "import", str(path)), check=True, capture_output=True)


def _import() -> float:
    """Processor seconds of importing dags/harvest.py, in a process that has what any DAG file imports of Airflow."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", IMPORT],
            env=environment | {"AIRFLOW_HOME": home},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout.splitlines()[-1])
