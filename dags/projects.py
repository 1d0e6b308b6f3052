"""
### Keep the index of research projects

The DAG processor reads one small index instead of a thousand Variables. It is derived: this DAG makes it again from
the `research_project__` Variables every hour, and whenever it is triggered. Trigger it after you changed a project's
schedule, title, labels or pool in its Variable and do not want to wait.
"""

from datetime import UTC, datetime

from airflow.sdk import DAG, task

from plugins.project_variables import index_problem


@task
def rebuild() -> dict:
    from plugins.project_variables import rebuild_index

    index = rebuild_index()
    return {"projects": len(index), "broken": [name for name, entry in index.items() if entry.problem]}


problem = index_problem()
with DAG(
    dag_id="index_projects",
    doc_md=f"**{problem}**\n\n{__doc__}" if problem else __doc__,
    tags=["projects", *(["config-error"] if problem else [])],
    schedule="@hourly",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    is_paused_upon_creation=False,
):
    rebuild()
