"""Accepting a window: its checks are shown, a person approves, and the manifest says who, when and why."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from airflow.sdk.exceptions import AirflowSkipException

from include.domain.pasted import line
from include.stages.accept import Decision, accept, describe_window, find_window, read_window, sum_up, version_of
from plugins.airflow_api import note_run
from plugins.approval import is_approved, name_approver
from plugins.project_variables import load_project
from plugins.wiring import storage


def show_window(context: Mapping[str, Any]) -> dict[str, str]:
    """What a person is shown who is to accept the window, and which version of it that is.

    Raises:
        HarvestError: it cannot be accepted, and why.
    """
    project, params = load_project(context["params"]["project_id"]), context["params"]
    window = read_window(params["window"])
    manifest = find_window(project, window, storage())
    text = (
        f"Window **{window.start} to {window.end}** of research project **{project.project_id}** ({project.title}).",
        describe_window(manifest),
        f"To be accepted because: {line(params['why'])} (asked for by {_name_asker(context)})",
        "*Approve*: its days count as covered, and no run asks for them again by itself. What was found stays in the "
        "dataset either way. *Reject* leaves the window as it is; no answer within 30 days counts as *Reject*.",
    )
    return {"text": "\n\n".join(text), "shown": version_of(manifest)}


def accept_as_approved(context: Mapping[str, Any]) -> dict[str, Any]:
    """Accept the window when it was approved; returns how it stands.

    Raises:
        AirflowSkipException: a person rejected it, or nobody answered in time.
        HarvestError: it cannot be accepted any more, and why.
    """
    params, answer = context["params"], context["ti"].xcom_pull("approve_window")
    window, shown = read_window(params["window"]), context["ti"].xcom_pull("show_checks")["shown"]
    who = name_approver(answer)
    if not is_approved(answer):
        refused = f"window {window.start} to {window.end} is not accepted: rejected by {who}"
        _note(context, refused)
        raise AirflowSkipException(f"{refused}.")
    project = load_project(params["project_id"])
    decision = Decision(window, shown, f"{who}, asked for by {_name_asker(context)}", line(params["why"]))
    accepted = accept(project, decision, storage(), context["run_id"], lambda: datetime.now(UTC))
    _note(context, f"{project.project_id}: {sum_up(accepted)}")
    return accepted.summary() | {"accepted": decision.by, "why": decision.why}


def _note(context: Mapping[str, Any], text: str) -> None:
    note_run(context["dag_run"].dag_id, context["run_id"], text)


def _name_asker(context: Mapping[str, Any]) -> str:
    return context["dag_run"].triggering_user_name or "unknown"
