"""What Airflow says of a run."""

from typing import Any


def result(run: Any, task_id: str, **which: Any) -> Any:
    """What a task returned."""
    return run.get_task_instance(task_id).xcom_pull(task_ids=task_id, **which)


def states(run: Any) -> dict[str, set[str]]:
    """Task to the states of its instances."""
    instances = run.get_task_instances()
    return {each.task_id: {str(one.state) for one in instances if one.task_id == each.task_id} for each in instances}
