"""Where Airflow meets the stages: a run becomes plain arguments, our errors become Airflow outcomes."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowRuntimeError,
    DagRunTriggerException,
)

from include.domain.asked import Asked
from include.domain.errors import Person, Tomorrow
from include.domain.project import ResearchProject

if TYPE_CHECKING:
    from include.storage.objects import Objects
    from include.tiktok.client import ResearchApi


log = logging.getLogger(__name__)

#: TikTok's clock and this worker's differ by a second or so; who wakes too early waits twice.
APART = timedelta(seconds=5)

#: How the id of a run begins that another run has started: Airflow's word for its kind.
STARTED_BY_RUN = "operator_triggered__"


def asked(context: Mapping[str, Any]) -> Asked:
    """What a run asks for: the dates of its form, the interval of its backfill, or everything still missing.

    The interval counts as whole days, its last one left out, so that neighbours never share a day, whatever the hour.
    """
    params, dag_run = context["params"], context["dag_run"]
    if dag_run.run_type == "backfill" and context.get("data_interval_start"):
        start, end = context["data_interval_start"].date(), context["data_interval_end"].date()
        return Asked(start, max(start, end - timedelta(days=1)), params["reharvest"])
    return Asked(_day(params["start_date"]), _day(params["end_date"]), params["reharvest"])


def form_of(asked: Asked) -> dict[str, Any]:
    """The form with which a run asks for this."""
    days = {"start_date": asked.start, "end_date": asked.end}
    return {name: day and day.isoformat() for name, day in days.items()} | {"reharvest": asked.reharvest}


def next_run_id(run_id: str) -> str:
    """The id of the run that goes on after this one, `…~2`, `…~3`: always the same, so that none is started twice."""
    name = run_id.removeprefix(STARTED_BY_RUN)
    first, tilde, number = name.rpartition("~")
    follows = bool(tilde) and number.isdecimal()
    return f"{STARTED_BY_RUN}{first if follows else name}~{int(number) + 1 if follows else 2}"


def trigger_next(dag_run: Any, form: Mapping[str, Any]) -> DagRunTriggerException:
    """What a task raises to trigger the next run of its DAG with this form, as TriggerDagRunOperator does.

    The module of that operator would import Airflow's models into each parse of the DAG file.
    """
    return DagRunTriggerException(
        trigger_dag_id=dag_run.dag_id,
        dag_run_id=next_run_id(dag_run.run_id),
        conf=dict(form),
        reset_dag_run=False,
        skip_when_already_exists=True,
        wait_for_completion=False,
        allowed_states=[],
        failed_states=[],
        poke_interval=0,
        deferrable=False,
    )


def today() -> date:
    """The UTC day that counts as today for a task that starts now."""
    return datetime.now(UTC).date()


def research_api(project: ResearchProject) -> "ResearchApi":
    """The client of a project's own connection."""
    from plugins.tiktok_hook import TikTokResearchHook  # not at parse time: the HTTP provider takes 0.25 s to import

    return TikTokResearchHook(project.connection_id).research_api()


def storage() -> "Objects":
    """The object storage of this deployment."""
    from plugins.object_storage import storage as open_one

    return open_one()


def is_run_over(ti: Any, run: str) -> bool:
    """Whether Airflow knows a run of this DAG by that id, and knows that it has ended: then its tasks are dead.

    The lease of such a task need not be waited for. Of any other run, and where Airflow does not answer, the answer is
    no: a purge or an acceptance holds leases too, and their runs are of other DAGs.
    """
    try:
        return ti.get_dr_count(dag_id=ti.dag_id, run_ids=[run], states=["success", "failed"]) > 0
    except AirflowRuntimeError as error:
        log.info("Airflow does not say whether run %s has ended: %s", run, error)
        return False


@contextmanager
def airflow_outcomes() -> Iterator[None]:
    """Our errors as Airflow outcomes: a person fails the task at once, tomorrow gives the slot back and waits.

    A moment stays what it is, so that Airflow's own retries repeat the task. Waiting uses up no retry, survives a
    restart of every Airflow process (the time lies in the metadata database), and shows on the task's label.
    """
    try:
        yield
    except Tomorrow as error:
        until = datetime.now(UTC) + error.wait + APART
        log.warning("waiting until %s UTC: %s", f"{until:%Y-%m-%d %H:%M}", error)
        get_current_context()["waits"] = f" (waits until {until:%Y-%m-%d %H:%M} UTC)"  # type: ignore[typeddict-unknown-key]
        raise AirflowRescheduleException(until) from error  # type: ignore[no-untyped-call]
    except Person as error:
        raise AirflowFailException(str(error)) from error


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
