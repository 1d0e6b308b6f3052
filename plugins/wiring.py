"""Where Airflow meets the stages: a run becomes plain arguments, our errors become Airflow outcomes."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException, AirflowRuntimeError

from include.domain.asked import Asked
from include.domain.errors import Person, Tomorrow
from include.domain.project import ResearchProject

if TYPE_CHECKING:
    from include.storage.objects import Objects
    from include.tiktok.client import ResearchApi


log = logging.getLogger(__name__)

#: TikTok's clock and this worker's differ by a second or so; who wakes too early waits twice.
APART = timedelta(seconds=5)


def asked(context: Mapping[str, Any]) -> Asked:
    """What a run asks for: the dates of its form, the interval of its backfill, or everything still missing.

    The interval counts as whole days, its last one left out, so that neighbours never share a day, whatever the hour.
    """
    params, dag_run = context["params"], context["dag_run"]
    if dag_run.run_type == "backfill" and context.get("data_interval_start"):
        start, end = context["data_interval_start"].date(), context["data_interval_end"].date()
        return Asked(start, max(start, end - timedelta(days=1)), params["reharvest"])
    return Asked(_day(params["start_date"]), _day(params["end_date"]), params["reharvest"])


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
