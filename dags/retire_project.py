"""
### Retire a research project, and purge its data

`stop_schedule >> count_data >> approve_purge >> purge_data >> forget_project >> report_outcome`

**keep** stops the schedule: the DAG and its runs stay, tagged *retired*, and each plan says since when and why.
**purge** then counts what there is and waits up to 30 days for a person under *Browse, Required Actions*: *Approve*
removes all data and the Variable, and leaves a certificate below `certificates/`; *Reject* keeps all data.
`report_outcome` returns what happened, and what is left for you to do.

| Task | Message | What to do |
|---|---|---|
| `stop_schedule` | *There is no Variable …* | Correct the project id; trigger again. Nothing happened. |
| `stop_schedule` | *comes from the environment* | Retire it there. |
| `count_data`, `purge_data` | *harvest* | Let its run end, or mark it as failed; clear the task ten minutes later. |
| `purge_data` | *more now than was approved* | Clear `count_data` and what follows; have it approved again. |
| `purge_data` | *everything was removed, but* | Find what writes there; then clear the task. |
| `purge_data` | anything else | Clear the task: it goes on where it was, and certifies everything. |
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, task

from plugins.retirement_form import APPROVAL, PARAMS
from plugins.wiring import airflow_outcomes


@task
def stop_schedule(**context: Any) -> dict:
    from plugins.project_retirement import stopped

    with airflow_outcomes():
        return stopped(context)


@task
def count_data(**context: Any) -> dict:
    from plugins.project_retirement import counted

    with airflow_outcomes():
        return counted(context)


@task
def purge_data(**context: Any) -> dict:
    from plugins.project_retirement import purged

    with airflow_outcomes():
        return purged(context)


@task
def forget_project(**context: Any) -> None:
    from plugins.project_variables import forget

    forget(context["params"]["project_id"])


@task(trigger_rule="none_failed")
def report_outcome(**context: Any) -> dict:
    from plugins.project_retirement import outcome

    return outcome(context)


with DAG(
    dag_id="retire_project",
    doc_md=__doc__,
    tags=["projects"],
    schedule=None,
    is_paused_upon_creation=False,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    approve_purge = HITLOperator(task_id="approve_purge", **APPROVAL)
    stop_schedule() >> count_data() >> approve_purge >> purge_data() >> forget_project() >> report_outcome()
