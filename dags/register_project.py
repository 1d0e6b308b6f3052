"""
### Register a research project, or change one

`check_project >> write_project`

Fill in the form as the researcher wrote to you: names with `@`, addresses of profiles, lists with commas and periods
such as *20260101 – 20260331* are understood. The connection `tiktok_<project_id>` with TikTok's client key and secret
must be there first. Under *Storage, XCom*, `check_project` tells what the project asks, in words and as a condition,
whether TikTok takes it, what it will cost and what changes; or why it was `refused`. Then `write_project` makes the
pool, keeps the earlier version in the object storage, and writes the Variable; the DAG `harvest__<project_id>` appears
by itself.

**To change a project**, open the run that registered it, *Trigger, Trigger again with this configuration*, correct the
fields, and switch *Replace* on. Fields left empty become empty. With *Check only* you see the difference first.
**Another query starts a new generation**: its days are asked again; `generation` in the result says how many.

| Task | Message | What to do |
|---|---|---|
| `check_project` | *… field = value: …* | Correct that field, trigger again. Nothing was written. |
| `check_project` | *is registered already* | Look at its XCom `changes`; switch *Replace* on, or take another id. |
| `check_project` | *Connection … does not exist* | Add it under Admin, Connections. |
| `check_project` | *TikTok does not accept this API client* | Correct key and secret of the connection. |
| `check_project` | *could not answer* | Clear the task later, or switch *Ask TikTok* off. |
| `write_project` | *Airflow does not let us …* | Add the connection `airflow_api`, then clear the task. |
| `write_project` | anything else | Clear the task: what is written already stays, nothing is written twice. |
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowSkipException

from include.domain.errors import Person
from plugins.project_form import PARAMS
from plugins.wiring import airflow_outcomes


@task(show_return_value_in_logs=False)
def check_project(**context: Any) -> dict:
    from plugins.project_registration import checked

    show = context["ti"].xcom_push
    with airflow_outcomes():
        try:
            return checked(context["params"], partial(show, "changes"))
        except Person as refused:
            show("refused", str(refused))
            raise


@task(show_return_value_in_logs=False)
def write_project(**context: Any) -> dict:
    from plugins.airflow_api import airflow_api
    from plugins.project_registration import written

    if context["params"]["check_only"]:
        raise AirflowSkipException("Only to be checked: nothing is written.")
    who = context["dag_run"].triggering_user_name or "unknown"
    with airflow_outcomes():
        return written(context["params"], airflow_api(), who, datetime.now(UTC))


with DAG(
    dag_id="register_project",
    doc_md=__doc__,
    tags=["projects"],
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params=PARAMS,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
):
    check_project() >> write_project()
