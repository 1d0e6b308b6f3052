"""
### Harvest one research project

`plan_windows >> harvest_window >> merge_dataset >> [register_dataset, start_next_run]`

A run does whatever is left: the days of the period that are old enough to be settled, minus the days that complete
windows cover. Trigger it with dates to harvest those days only, or create a backfill; a run that finds nothing to do
is a success. The configuration is the Variable `research_project__<project_id>`, the credentials are the connection
`tiktok_<project_id>`.

A run takes 200 windows at most. Where more are left, `start_next_run` starts the next run, for what is left of the same
days, unless this one completed no window.

**When a task is red**

| Task | Message | What to do |
|---|---|---|
| `plan_windows` | *Research project …: field = value: …* | Correct that field of the Variable, then clear the task. |
| `plan_windows` | *access is approved from …* | Nothing, before the start; retire the project after the end. |
| `plan_windows` | *retired on …* | Nothing: the project was retired. To take it up again, remove `retired`. |
| `harvest_window` | *TikTok does not accept this API client* | Correct the connection, then clear the task. |
| `harvest_window` | *TikTok refused the request …* | Read TikTok's words; quote the log_id to TikTok's support. |
| `harvest_window` | none; its label says *waits until* | Nothing: the log says for what (see below). |
| `harvest_window` | none; it stays *scheduled* | Make the pool that the project names (Admin, Pools). |
| `harvest_window` | *is suspect*, *is incomplete* | Read the reason. What came is kept and merged; see below. |
| `register_dataset` | *windows are not complete* | Registered nevertheless; look at the red windows. |
| `register_dataset` | *… do not reconcile* | Both numbers are in the message; see docs/operating.md. |

**A window that waits** holds no worker and uses up no retry; its label says until when, and it goes on by itself: for
quota, for TikTok, which *could not answer* or gave an odd answer that *is not believed yet*, for a search that *rests*,
or because *another run is at work* on its days.

**A window that is suspect or incomplete** is tried again by the first run after 1, 3 and 7 days. Then it waits for you:
the plan names it, and no run asks for it until you trigger one with its dates, or accept it as it is with
`accept_window`. Until then its days are not covered.

Clearing a task never pays for a stored page again. The note of a run says what it was to cost and what came. A dry run
stops after its plan; it asks TikTok for up to five days, a request each, to tell what a first harvest will cost.
"""

import re
from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_parsing_context, task
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    DownstreamTasksSkipped,
)

from include.domain.index import Entry
from plugins.notifications import failure_notifiers
from plugins.project_variables import entries, entry, load_project
from plugins.wiring import airflow_outcomes, asked, form_of, is_run_over, research_api, storage, trigger_next

PREFIX = "harvest__"
DAY: dict[str, Any] = {"type": ["null", "string"], "format": "date"}
PARAMS = {
    "start_date": Param(None, **DAY, description_md="First day; empty: from the start of the period."),
    "end_date": Param(None, **DAY, description_md="Last day; empty: up to the last settled one."),
    "dry_run": Param(False, type="boolean", description_md="Stop after the plan, which says what a run would cost."),
    "reharvest": Param(False, type="boolean", description_md="Ask again for days that are covered already."),
}


@task
def plan_windows(project_id: str, **context: Any) -> list[str]:
    from include.stages.plan import plan
    from plugins.airflow_api import note_run

    dry_run, at = context["params"]["dry_run"], datetime.now(UTC)
    with airflow_outcomes():
        project, wanted, objects = load_project(project_id), asked(context), storage()
        if dry_run and project.sample:
            from include.stages.sample import sample  # a plan without it does not import TikTok's client

            sample(project, wanted, research_api(project), objects, at.date())
        windows, cost = plan(project, wanted, objects, at)
    context["ti"].xcom_push("estimate", str(cost))
    if cost.later:
        context["ti"].xcom_push("next_run", form_of(wanted.go_on(cost.later)))
    note_run(context["dag_run"].dag_id, context["run_id"], str(cost))
    return [] if dry_run else [str(window) for window in windows]


@task(map_index_template="{{ window.replace('_', ' to ') }}{{ waits | default('') }}", retries=5)
def harvest_window(project_id: str, window: str, **context: Any) -> dict:
    from include.domain.window import Window
    from include.stages.harvest import harvest

    with airflow_outcomes():
        project, again = load_project(project_id), asked(context).reharvest
        api, run, is_over = research_api(project), context["run_id"], partial(is_run_over, context["ti"])
        manifest = harvest(project, Window.parse(window), api, storage(), run, reharvest=again, is_over=is_over)
        manifest.check_complete()
    return manifest.summary()


@task(trigger_rule="all_done")
def merge_dataset(project_id: str, windows: list[str] | None, **context: Any) -> dict:
    from include.domain.window import Window
    from include.stages.merge import merge
    from include.stages.run_counts import count_run
    from plugins.airflow_api import note_run

    if windows is None:
        raise AirflowFailException("There is no plan to merge for: see plan_windows.")
    if context["params"]["dry_run"]:
        raise AirflowSkipException("A dry run ends with its plan.")
    run, dag_run = context["run_id"], context["dag_run"]
    with airflow_outcomes():
        project, objects = load_project(project_id), storage()
        dataset = merge(project, objects, run, lambda: datetime.now(UTC))
        counts = count_run(project, map(Window.parse, windows), objects, run, since=dag_run.start_date)
    if windows:
        note_run(dag_run.dag_id, run, str(counts))
    told = dataset.summary() | {"harvested": counts.summary()}
    if not (counts.complete and context["ti"].xcom_pull(task_ids="plan_windows", key="next_run")):
        # Here, because its own process would do nothing else; Airflow takes no result of a task that skips another.
        context["ti"].xcom_push("return_value", told)
        raise DownstreamTasksSkipped(tasks=["start_next_run"])  # type: ignore[no-untyped-call]
    return told


@task
def register_dataset(project_id: str, windows: list[str], **context: Any) -> dict:
    from include.domain.window import Window
    from include.stages.register import check_windows, register
    from plugins.icandid_hooks import collection_registry, icandid_choices, search_indices

    with airflow_outcomes():
        project, objects, at = load_project(project_id), storage(), datetime.now(UTC)
        registry, indices = collection_registry(), search_indices(at)
        run, choices = context["run_id"], icandid_choices()
        registration = register(project, objects, registry, run, at, indices, choices)
        check_windows(project, objects, map(Window.parse, windows))
    return registration.model_dump(mode="json")


@task
def start_next_run(**context: Any) -> None:
    """Trigger the run for the windows that this one has left; Airflow lets it wait for the end of this one."""
    form = context["ti"].xcom_pull(task_ids="plan_windows", key="next_run")
    if form is None:
        raise AirflowSkipException("The plan of this run has left no window.")
    raise trigger_next(context["dag_run"], form)


def turns(known: Entry) -> dict[str, Any]:
    """Windows of one API client take turns: by the project's pool, or one at a time where it names none."""
    return {"pool": known.pool} if known.pool else {"max_active_tis_per_dag": 1}


def harvest_dag(project_id: str, known: Entry) -> DAG:
    """The DAG of one research project; without a schedule, and saying why, when its configuration is broken."""
    with DAG(
        dag_id=PREFIX + re.sub(r"[^A-Za-z0-9_.-]", "-", project_id),
        description=known.title,
        doc_md=f"**{known.problem}**\n\n{__doc__}" if known.problem else __doc__,
        tags=["harvest", *known.tags, *(["config-error"] if known.problem else [])],
        schedule=CronDataIntervalTimetable(known.schedule, "UTC") if known.schedule else None,
        start_date=datetime(2016, 9, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=PARAMS,
        default_args={"retries": 3, "weight_rule": "fair_turns.ByKindOfRun"},
        on_failure_callback=failure_notifiers() or None,
        auto_register=False,
    ) as dag:
        windows = plan_windows(project_id)
        harvested = harvest_window.override(**turns(known)).partial(project_id=project_id).expand(window=windows)
        harvested >> merge_dataset(project_id, windows) >> [register_dataset(project_id, windows), start_next_run()]
    return dag


def checked(project_id: str, known: Entry) -> DAG:
    """The same, with a schedule that Airflow can read; otherwise the problem is put in its place."""
    try:
        dag = harvest_dag(project_id, known)
        dag.timetable.validate()
    except (AirflowException, ValueError) as error:
        return harvest_dag(project_id, Entry(title=known.title, problem=f"schedule = {known.schedule!r}: {error}"))
    return dag


only = get_parsing_context().dag_id
known_projects = {only.removeprefix(PREFIX): entry(only.removeprefix(PREFIX))} if only else entries()
for project_id, known in known_projects.items():
    globals()[PREFIX + project_id] = checked(project_id, known)
