"""
### Prepare an application to TikTok

TikTok's own form asks twenty questions; this one asks the same, in the same order, and remembers the answers. Fill in
what you know, give the application a name, and trigger: the answers are kept as a draft, and a dossier is put into the
object storage, as Markdown and as HTML (print it for a PDF): `applications/<application>/dossier.html`. It says what
is missing and **by which day to apply** for the access start that you want.

**To go on**, trigger again with the same name and fill in only what is new; what stays empty stays as the draft has it.
Every version is kept. What comes of it is the XCom `return_value`: how many questions are answered, which are missing.

Nothing is sent to TikTok. When everything is answered, copy the dossier into TikTok's form. Later, name the application
when you register the research project: title, description, requestor, e-mail address and access dates come from it.

**When the task is red**

| Message | What to do |
|---|---|
| *The application was not saved. …* | Correct the answers that it names, trigger again. The draft is as it was. |
| *application_id = …* | Choose a name of lower case letters, digits and single underscores. |
| *… cannot be read …* | Somebody changed a draft by hand: restore or delete that version. |
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, task

from plugins.application_form import PARAMS, answers
from plugins.wiring import airflow_outcomes, storage


@task
def prepare_application(**context: Any) -> dict:
    from include.stages.prepare import prepare

    params, run = context["params"], context["run_id"]
    withdrawn, at = params["withdraw"] or (), datetime.now(UTC)
    with airflow_outcomes():
        prepared = prepare(params["application_id"], answers(params), withdrawn, storage(), run, at)
    return prepared.summary()


with DAG(
    dag_id="prepare_application",
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
    prepare_application()
