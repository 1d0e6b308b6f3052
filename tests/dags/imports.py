"""Calls one task's function in this process, and prints what it returned and which modules came with the call.

What Airflow's task runner and the DAG file import is there before: it is the same for a task that does nothing.
Started by test_imports.py: `python -m tests.dags.imports <module> <task> <arguments as JSON>`.
"""

import json
import sys
from datetime import UTC, datetime
from importlib import import_module
from inspect import signature
from types import SimpleNamespace
from typing import Any

import airflow.dag_processing.dagbag
import airflow.sdk.execution_time.task_runner  # noqa: F401
from airflow.sdk import Variable
from airflow.sdk.exceptions import DownstreamTasksSkipped


def main() -> None:
    module, name, arguments = sys.argv[1:]
    function = getattr(import_module(module), name).function
    context = _context() if "context" in signature(function).parameters else {}
    Variable.set = lambda *_, **__: None  # there is no Airflow to write to
    known = set(sys.modules)
    try:
        result = function(**json.loads(arguments), **context)
    except DownstreamTasksSkipped:
        result = context["ti"].told["return_value"]
    sys.stdout.write(json.dumps({"result": result, "modules": sorted(set(sys.modules) - known)}))


def _context() -> dict[str, Any]:
    """What Airflow tells a task of its run, as far as ours ask."""
    params = {"start_date": None, "end_date": None, "dry_run": False, "reharvest": False}
    told: dict[str, Any] = {}
    ti = SimpleNamespace(
        dag_id="harvest__x",
        xcom_push=told.__setitem__,
        xcom_pull=lambda **_: None,
        get_dr_count=lambda **_: 0,
        told=told,
    )
    dag_run = SimpleNamespace(dag_id="harvest__x", run_type="manual", start_date=datetime.now(UTC))
    return {"params": params, "ti": ti, "dag_run": dag_run, "run_id": "run"}


if __name__ == "__main__":
    main()
