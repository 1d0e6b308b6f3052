"""The form of accept_window, and what a person is asked before a window is accepted."""

from airflow.sdk import Param

from include.domain.project import LONGEST_ID, PROJECT_ID
from plugins.approval import ask_for_approval

PARAMS = {
    "project_id": Param(
        type="string",
        title="Project id",
        description_md="The id of the research project, such as *tiktok_query_0000042*.",
        pattern=PROJECT_ID,
        maxLength=LONGEST_ID,
    ),
    "window": Param(
        type="string",
        title="Window",
        description_md="Its days as the label of the red task has them: *2026-01-01 to 2026-01-30*.",
        minLength=1,
        maxLength=100,
    ),
    "why": Param(
        type="string",
        title="Why it is good enough",
        description_md="Stays in the manifest of the window and in the note of the run: name nobody who is studied.",
        minLength=3,
        maxLength=500,
    ),
}
APPROVAL = ask_for_approval(
    "Accept the window {{ params.window }} of the research project {{ params.project_id }} as it is?",
    "{{ ti.xcom_pull('show_checks')['text'] }}",
)
