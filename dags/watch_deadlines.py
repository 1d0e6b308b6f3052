"""
### Tell people of deadlines

Every morning this DAG looks at all research projects and tells, by mail, when one of their deadlines is thirty,
fourteen or three days away: the last day of the access that TikTok approved, and the last day to send TikTok the draft
of a planned publication, seven days before it appears. The requestor is told, and the addresses in `ICANDID_NOTIFY`.

Each is told once. What was told lies in the object storage beside the project, so that a morning on which Airflow was
down loses nothing, and triggering this DAG by hand repeats nothing. Without the connection `smtp_default` nothing is
sent; the log of the task says every day what would have been.

**When the task is red**

| Message | What to do |
|---|---|
| *… notifications could not be sent* | Look at the mail server; clear the task. What was sent is not repeated. |
| *Connection smtp_default: …* | Correct its extra as the message says (docs/terms.md); clear the task. |
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, task

from plugins.notifications import failure_notifiers
from plugins.wiring import airflow_outcomes, storage


@task
def tell_deadlines() -> dict:
    from dataclasses import asdict

    from include.stages.watch import check_sent, watch
    from plugins.notifications import tell
    from plugins.project_variables import readable_projects

    with airflow_outcomes():
        watched = watch(readable_projects(), storage(), tell, datetime.now(UTC))
        check_sent(watched)
    return asdict(watched)


with DAG(
    dag_id="watch_deadlines",
    doc_md=__doc__,
    tags=["projects"],
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    on_failure_callback=failure_notifiers() or None,
    default_args={"retries": 5, "retry_delay": timedelta(minutes=10)},
):
    tell_deadlines()
