"""
### Accept a window that could not be completed

`show_checks >> approve_window >> accept_window`

A window that stays *suspect* or *incomplete* is tried again after 1, 3 and 7 days; then it waits for a person. Harvest
its dates again, or accept it here as it is: paste its days from the label of the red task, and say why what came is
good enough. A person sees counts and checks under *Browse, Required Actions* and has up to 30 days: with *Approve* its
days count as covered, and the manifest says who accepted it, when and why; *Reject* leaves it as it is.

Accepted days can be asked again at any time: `harvest__<project_id>` with their dates and *reharvest*. A round of them
that is complete replaces the acceptance.

| Task | Message | What to do |
|---|---|---|
| `show_checks` | *There is no Variable …* | Correct the project id; trigger again. |
| `show_checks` | *write its first and last day* | Paste the label of the red task: *2026-01-01 to 2026-01-30*. |
| `show_checks` | *there is no such window* | The message names those that can be accepted. |
| `show_checks` | *is complete since*, *was accepted on* | Nothing: its days count already. |
| `show_checks` | *has not ended* | Let the run that it names end; trigger again when the window is red. |
| `show_checks` | *an earlier query* | Nothing: the next run asks these days with the query of today. |
| `accept_window` | *has changed since its checks were shown* | Look at the new checks: trigger again. |
| `accept_window` | none; it is *up for reschedule* | Nothing: a harvest or a merge is at work on the window. |
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, task

from plugins.acceptance_form import APPROVAL, PARAMS
from plugins.wiring import airflow_outcomes


@task
def show_checks(**context: Any) -> dict:
    from plugins.window_acceptance import show_window

    with airflow_outcomes():
        return show_window(context)


@task
def accept_window(**context: Any) -> dict:
    from plugins.window_acceptance import accept_as_approved

    with airflow_outcomes():
        return accept_as_approved(context)


with DAG(
    dag_id="accept_window",
    doc_md=__doc__,
    tags=["projects"],
    schedule=None,
    is_paused_upon_creation=False,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=30)},
):
    show_checks() >> HITLOperator(task_id="approve_window", **APPROVAL) >> accept_window()
