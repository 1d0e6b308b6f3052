"""
### Probe the API: the first day with the live service

What this harvester knows of TikTok's Research API comes from documentation and from other people's clients. This DAG
asks TikTok itself what is open, in at most 25 requests: whether `end_date` is included, whether the last cursor tells
the number of hits, whether a search can be continued elsewhere or an hour later, which fields and windows are taken,
what errors, comments, users and batch compliance look like. Each point is an assumption of ours; the report says
whether it holds, what came, and **what to change where it does not**.

Name the connection of the API client, and a query that the approved research covers; better still, one that finds
hundreds of videos on the two days. In between the task waits an hour, *up for reschedule*: it holds no worker.

The report is the XCom `report` and lies in the object storage, `probes/<connection>/<time>.md` and `.json`; its first
line is the note of the run. It names nobody: of answers it keeps kinds and lengths alone, so that it may be mailed to
colleagues. Assumptions that do not hold stand in the log as warnings; **the run is green as soon as TikTok could be
asked**. The requests count towards the day's quota of the client.

**When the task is red**

| Message | What to do |
|---|---|
| *The probe cannot begin: …* | Correct the days, trigger again. |
| *Research project probe_api: query: …* | Correct the query, trigger again. |
| *Connection … does not exist* | Add it under Admin, Connections. |
| *TikTok does not accept this API client* | Correct key and secret of the connection, then clear the task. |
| *could not answer* (after its retries) | Clear the task later: it goes on where it was. |
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, task

from plugins.probe_form import PARAMS
from plugins.wiring import airflow_outcomes, storage


@task
def ask_tiktok(**context: Any) -> dict:
    from include.stages.probe import probe
    from include.stages.probe.form import read_form
    from plugins.airflow_api import note_run
    from plugins.tiktok_hook import TikTokResearchHook

    run = context["dag_run"]
    with airflow_outcomes():
        form = read_form(context["params"], run.run_after.date())
        api = TikTokResearchHook(form.connection_id).research_api()
        report = probe(form, api, storage(), run.run_after)
    context["ti"].xcom_push("report", report.markdown())
    note_run(run.dag_id, context["run_id"], report.summary)
    return report.brief()


with DAG(
    dag_id="probe_api",
    doc_md=__doc__,
    tags=["projects"],
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params=PARAMS,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=10)},
):
    ask_tiktok()
