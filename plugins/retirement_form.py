"""The form of retire_project, and what a person is asked before anything is purged."""

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
    "data": Param(
        "keep",
        title="Data",
        description_md="*keep* stops the schedule only. *purge* also removes all data, once a person has approved it.",
        enum=["keep", "purge"],
    ),
    "reason": Param(
        type="string",
        title="Reason",
        description_md="Stays in the configuration or in the certificate: name nobody who is studied.",
        minLength=3,
        maxLength=500,
    ),
}
APPROVAL = ask_for_approval(
    "Purge all data of the research project {{ params.project_id }}?", "{{ ti.xcom_pull('count_data')['text'] }}"
)
