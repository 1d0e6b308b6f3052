"""A task imports what it uses: Airflow starts a process for each, so that an import is paid for each time."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.projects import PROJECT

ID = PROJECT["project_id"]
WINDOW = "2026-01-01_2026-01-10"

#: What no task imports; boto3 only where the data lie in a bucket, the search engine's client only where there is one.
HEAVY = (
    "aiohttp",
    "boto3",
    "botocore",
    "opensearchpy",
    "pandas",
    "include.sandbox",
    "include.stages.probe",
    "include.domain.form",
)


def call(module, name, **arguments):
    command = [sys.executable, "-m", "tests.dags.imports", module, name, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def called(tiktok, tmp_path_factory):
    """What came with each task of a harvest, one after the other, and with the two tasks that read all projects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ICANDID_STORAGE", f"file://{tmp_path_factory.mktemp('imports')}")
        account = {
            "conn_type": "http",
            "host": tiktok.url,
            "login": tiktok.client_key,
            "password": tiktok.client_secret,
        }
        patch.setenv(f"AIRFLOW_CONN_TIKTOK_{ID.upper()}", json.dumps(account))
        project = PROJECT | {"period": {"start": WINDOW[:10], "end": WINDOW[11:]}, "window_days": 10}
        patch.setenv(f"AIRFLOW_VAR_RESEARCH_PROJECT__{ID.upper()}", json.dumps(project))
        return {
            "plan_windows": call("dags.harvest", "plan_windows", project_id=ID),
            "harvest_window": call("dags.harvest", "harvest_window", project_id=ID, window=WINDOW),
            "merge_dataset": call("dags.harvest", "merge_dataset", project_id=ID, windows=[WINDOW]),
            "register_dataset": call("dags.harvest", "register_dataset", project_id=ID, windows=[WINDOW]),
            "tell_deadlines": call("dags.watch_deadlines", "tell_deadlines"),
            "rebuild": call("dags.projects", "rebuild"),
        }


def test_the_tasks_did_their_work(called):
    assert called["plan_windows"]["result"] == [WINDOW]
    videos = called["merge_dataset"]["result"]["videos"]
    assert called["register_dataset"]["result"]["sent"] == videos > 0
    assert called["tell_deadlines"]["result"]["projects"] == called["rebuild"]["result"]["projects"] == 1


def test_a_window_pays_for_what_the_hook_of_the_http_provider_imports(called):
    """HttpHook's module imports aiohttp, for another hook than ours (decision 0024)."""
    assert heavy(called["harvest_window"]) == {"aiohttp"}


@pytest.mark.parametrize("task", ["plan_windows", "merge_dataset", "register_dataset", "tell_deadlines", "rebuild"])
def test_a_task_imports_nothing_heavy_that_it_does_not_use(called, task):
    assert heavy(called[task]) == set()


@pytest.mark.parametrize("task", ["plan_windows", "tell_deadlines", "rebuild"])
def test_a_task_that_reads_no_rows_does_not_import_pyarrow(called, task):
    assert "pyarrow" not in called[task]["modules"]


def test_what_a_harvest_takes_of_other_packages_is_imported_once_by_the_local_airflow(called):
    names = {name for each in called.values() for name in each["modules"]}
    code = f"import sys, ops.preload; print(*[name for name in {sorted(names)} if name not in sys.modules])"
    missing = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name.partition(".")[0] for name in missing.split()} <= {"include", "plugins", "airflow", "encodings"}


def heavy(call):
    return {each for each in HEAVY for module in call["modules"] if f"{module}.".startswith(f"{each}.")}
