"""Retiring a research project: its schedule stops, its data are counted, and purged when a person approves."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from airflow.sdk.exceptions import AirflowSkipException

from include.domain.certificate import Approval, Inventory
from include.domain.errors import ProjectInvalid, PurgeRefused
from include.domain.project import ResearchProject, read_project
from include.stages.inventory import inventory
from include.stages.leftovers import after_retiring
from include.stages.purge import Order, purge
from include.storage import configurations
from include.storage.layout import ProjectLayout
from plugins.approval import is_approved, name_approver
from plugins.icandid_hooks import collection_registry, search_indices
from plugins.project_variables import check_changeable, index_project, load_project, stored_text, write_project
from plugins.wiring import storage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Form:
    """What the form of a run of retire_project says, who filled it in, and in which run."""

    project_id: str
    data: Literal["keep", "purge"]
    reason: str
    by: str
    run: str

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> "Form":
        by = context["dag_run"].triggering_user_name or "unknown"
        return cls(
            **{name: context["params"][name] for name in ("project_id", "data", "reason")}, by=by, run=context["run_id"]
        )

    @property
    def layout(self) -> ProjectLayout:
        return ProjectLayout(self.project_id)


def stopped(context: Mapping[str, Any]) -> dict[str, Any]:
    """Retire the project in its Variable, which stops its schedule.

    One whose Variable is broken or gone has no schedule: it cannot be retired, but what is stored of it can be purged.

    Raises:
        ProjectInvalid: there is no such project, or its Variable comes from the environment.
    """
    form = Form.of(context)
    check_changeable(form.project_id)
    left = _left_to_do(form)
    try:
        project = load_project(form.project_id)
    except ProjectInvalid as error:
        known = stored_text(form.project_id) or storage().folders(form.layout.everything)
        if form.data == "keep" or not known:
            raise
        return {"schedule": f"there is none: {error}", "left_to_do": left}
    if not project.retired:
        _retire(project, form)
    return {"schedule": "stopped", "left_to_do": left}


def counted(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a purge would remove: for the purge itself, and as text for whoever approves.

    Raises:
        AirflowSkipException: the data are to be kept.
        PurgeRefused: runs of the project's harvest have not ended.
    """
    form, at = Form.of(context), datetime.now(UTC)
    if form.data == "keep":
        raise AirflowSkipException("The data are kept.")
    _check_nobody_harvests(context)
    there = inventory(form.layout, storage(), collection_registry(), search_indices(at), at)
    lines = (
        f"Everything that is kept of the research project **{form.project_id}** goes for good, and cannot be brought "
        "back. A certificate with these counts stays.",
        f"Reason: {form.reason} (asked for by {form.by})",
        "\n".join(there.table()),
        "\n".join(f"- {each}" for each in there.sentences()),
        "*Reject* keeps all data; the project is retired nevertheless. No answer within 30 days counts as *Reject*.",
    )
    return {"inventory": there.model_dump(mode="json"), "text": "\n\n".join(lines)}


def purged(context: Mapping[str, Any]) -> dict[str, Any]:
    """Purge what was approved; returns the counts, where the certificate lies, and what is left for a person to do.

    Raises:
        AirflowSkipException: a person rejected it, or nobody answered in time.
        HarvestError: what is wrong, and who acts.
    """
    form, answer = Form.of(context), context["ti"].xcom_pull("approve_purge")
    if not is_approved(answer):
        raise AirflowSkipException(f"Nothing is removed: the purge was rejected by {name_approver(answer)}.")
    _check_nobody_harvests(context)
    order = Order(
        approved=Inventory.model_validate(context["ti"].xcom_pull("count_data")["inventory"]),
        approval=Approval(by=name_approver(answer), at=answer["responded_at"]),
        asked_by=form.by,
        reason=form.reason,
        run=form.run,
        left_to_do=tuple(_left_to_do(form)),
    )
    indices = search_indices(datetime.now(UTC))
    done = purge(order, storage(), collection_registry(), indices, lambda: datetime.now(UTC))
    where = form.layout.certificate_text(done.timestamp)
    return {**done.summary(), "certificate": where, "left_to_do": list(done.left_to_do)}


def outcome(context: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the project, in a sentence, and what is left for a person to do."""
    form = Form.of(context)
    told, answer, purged = (context["ti"].xcom_pull(each) for each in ("stop_schedule", "approve_purge", "purge_data"))
    data = "kept, as asked for"
    if purged:
        data = f"purged: {purged['removed']} objects, {purged['remaining']} remain; see {purged['certificate']}"
    elif answer:
        data = f"kept: the purge was rejected by {name_approver(answer)}"
    log.info("retired project=%s schedule=%s data=%s", form.project_id, told["schedule"], data)
    return {
        "project_id": form.project_id,
        "schedule": told["schedule"],
        "data": data,
        "left_to_do": (purged or told)["left_to_do"],
    }


def _check_nobody_harvests(context: Mapping[str, Any]) -> None:
    """A run that goes on after a purge, after it waited for quota, would make the collection again.

    Raises:
        PurgeRefused: runs have not ended.
    """
    project_id = context["params"]["project_id"]
    running = context["ti"].get_dr_count(dag_id=f"harvest__{project_id}", states=["queued", "running"])
    if running:
        raise PurgeRefused(
            f"Research project {project_id}: runs of its harvest have not ended ({running}). Nothing was removed. Let "
            "them end, or mark them as failed; then clear this task."
        )


def _retire(project: ResearchProject, form: Form) -> None:
    """Keep the version before and the new one, then write the Variable and the index."""
    at, objects = datetime.now(UTC), storage()
    written = json.loads(stored_text(form.project_id) or "{}")
    written["retired"] = {"on": at.date().isoformat(), "reason": form.reason}
    text = json.dumps(written, indent=2, ensure_ascii=False)
    retired = read_project(form.project_id, text)
    configurations.keep(objects, form.layout, project, at - datetime.resolution, "unknown: kept when it was retired")
    configurations.keep(objects, form.layout, retired, at, form.by)
    write_project(form.project_id, text)
    index_project(retired)


def _left_to_do(form: Form) -> list[str]:
    try:
        project = load_project(form.project_id)
    except ProjectInvalid:
        project = None
    return list(after_retiring(form.project_id, project))
