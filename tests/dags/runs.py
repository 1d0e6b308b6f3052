"""Runs of DAGs through Airflow, and what Airflow says of them."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

PATIENCE = 90
"""Seconds after which a run is given up: a task that waits would let it go on for hours."""


def run(dag: Any, **conf: Any) -> Any:
    """A manual run of the DAG, in this process. Retries would really wait, so that there are none."""
    for task in dag.task_dict.values():
        if task.is_mapped:
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    with _patience(dag.dag_id), patch("time.sleep", _soon):
        return dag.test(logical_date=None, run_conf=conf)


def result(run: Any, task_id: str, map_index: int = -1) -> Any:
    """What a task returned, or one of its mapped instances."""
    instance = run.get_task_instance(task_id, map_index=map_index)
    return instance.xcom_pull(task_ids=task_id, map_indexes=map_index)


def states(run: Any) -> dict[str, set[str]]:
    """Task to the states of its instances."""
    instances = run.get_task_instances()
    return {each.task_id: {str(one.state) for one in instances if one.task_id == each.task_id} for each in instances}


_sleep = time.sleep


def _soon(seconds: float) -> None:
    """Airflow's loop waits a second whenever no task can begin; everybody else waits as long as they want."""
    _sleep(0.05 if sys._getframe(1).f_globals["__name__"] == "airflow.sdk.definitions.dag" else seconds)


@contextmanager
def _patience(dag_id: str) -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError(f"the run of {dag_id} did not end within {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
