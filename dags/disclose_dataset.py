"""
### Disclose a dataset, for the draft of a publication

`disclose_dataset >> export_dataset`

TikTok asks for the draft of a publication at least seven days before it appears, to see that nobody can be recognised
in it. This DAG makes what goes with the draft, and what the paper itself may work with:

- the **disclosure report** beside the dataset, `disclosure.md` and `disclosure.json`: which columns are personal data,
  how many distinct accounts there are, which cells of a table would show fewer than *k* of them, and how many texts are
  longer than *n* characters. It counts; no record stands in it.
- the **export for papers** in `export/`: one Parquet file for each month, with keyed pseudonyms in place of names and
  ids, days in place of times, counts to two digits, and without texts. It is personal data still: do not publish it.

Trigger it again after the dataset has changed; months without news are not exported again.

**When a task is red**

| Task | Message | What to do |
|---|---|---|
| both | *There is no Variable …* | Correct the project id. |
| both | *has no dataset yet* | Harvest the project first. |
| both | *A merge may be running* | Clear the task when it has ended. |
| `export_dataset` | *Connection icandid_pseudonyms: …* | Give it a key in its password, clear the task. |
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowSkipException

from plugins.disclosure_form import PARAMS
from plugins.notifications import failure_notifiers
from plugins.project_variables import load_project
from plugins.wiring import airflow_outcomes, storage, today


@task
def disclose_dataset(**context: Any) -> dict:
    from include.stages.disclose import disclose

    params = context["params"]
    with airflow_outcomes():
        project = load_project(params["project_id"])
        found = disclose(project, storage(), params["longer_than"], params["k"], today())
    return {"videos": found.rows, "accounts": found.accounts, "small_cells": found.small_cells}


@task
def export_dataset(**context: Any) -> dict:
    from include.stages.export import export
    from plugins.pseudonyms import project_pseudonyms

    if not context["params"]["export"]:
        raise AirflowSkipException("Only the report was asked for.")
    with airflow_outcomes():
        project = load_project(context["params"]["project_id"])
        return export(project, storage(), project_pseudonyms(project.project_id)).summary()


with DAG(
    dag_id="disclose_dataset",
    doc_md=__doc__,
    tags=["projects"],
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    on_failure_callback=failure_notifiers() or None,
    params=PARAMS,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=1)},
):
    disclose_dataset() >> export_dataset()
