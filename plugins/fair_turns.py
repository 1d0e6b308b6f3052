"""Who goes first where projects share the pool of one API client: runs on schedule, then by hand, then backfills.

A run that goes on with what another one has left makes up for years, and counts as a backfill.

The only Airflow plugin here: Airflow loads this file in each of its processes, under the name `fair_turns`.
"""

from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin
from airflow.task.priority_strategy import PriorityWeightStrategy
from airflow.utils.types import DagRunType

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance

BACKFILL, BY_HAND, ON_SCHEDULE = 1, 5, 10
WEIGHTS = {
    DagRunType.BACKFILL_JOB: BACKFILL,
    DagRunType.OPERATOR_TRIGGERED: BACKFILL,
    DagRunType.MANUAL: BY_HAND,
}

FEW = 3
"""Windows of one run that go by its kind. What makes up for years is a backfill, whoever started it: a project's first
run, which takes whatever is left, does it on schedule."""


class ByKindOfRun(PriorityWeightStrategy):
    """A harvest of years cannot keep another project's daily harvest waiting, whatever their order of arrival."""

    def get_weight(self, ti: "TaskInstance") -> int:
        if ti.map_index >= FEW:
            return BACKFILL
        return WEIGHTS.get(DagRunType.from_run_id(ti.run_id), ON_SCHEDULE)


class FairTurns(AirflowPlugin):
    """Makes the rule known to Airflow."""

    name = "fair_turns"
    priority_weight_strategies = [ByKindOfRun]  # noqa: RUF012 - as Airflow declares it
