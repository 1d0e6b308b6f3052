"""Registering a research project: pool, version, Variable, index, in this order, after every check.

Nothing finds a project before its Variable is there. Whatever fails before leaves a pool nobody uses and a version that
the next one follows; what fails after is made good by the hourly index.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from include.domain.difference import told
from include.domain.pasted import line
from include.stages.examine import examine
from include.stages.prepare import proposed
from include.stages.proposal import Proposal, propose
from include.storage import configurations
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from plugins.airflow_api import AirflowApi
from plugins.project_variables import check_changeable, index_project, stored_text, write_project
from plugins.wiring import research_api, storage, today

log = logging.getLogger(__name__)

BY_HAND = "unknown: the Variable was edited by hand"


def checked(form: Mapping[str, Any], tell: Callable[[str], None]) -> dict[str, str]:
    """What a form asks for, examined; nothing is written. `tell` is told what would change, also when it is refused.

    Raises:
        HarvestError: what is wrong, and who acts.
    """
    proposal = propose(form, stored_text, _applied(form, storage()))
    tell(told(proposal.changes))
    proposal.check_replace(form)
    check_changeable(proposal.project.project_id)
    examined = examine(proposal, research_api(proposal.project), storage(), today(), probe=bool(form["probe"]))
    for name in ("state", "generation", "connection", "probe", "cost", "notes"):
        log.info("project=%s %s: %s", proposal.project.project_id, name, examined[name])
    return examined


def written(form: Mapping[str, Any], api: AirflowApi, by: str, at: datetime) -> dict[str, Any]:
    """Write what a form asks for, which was checked before.

    Raises:
        HarvestError: what is wrong, and who acts.
    """
    objects = storage()
    proposal = propose(form, stored_text, _applied(form, objects))
    project = proposal.project
    made = api.make_pool(project.pool, "Searches of one TikTok API client, one at a time") if project.pool else None
    kept = keep_versions(proposal, objects, by, at)
    write_project(project.project_id, proposal.text)
    index_project(project)
    log.info("registered project=%s state=%s by=%s", project.project_id, proposal.state, by)
    return {
        "project_id": project.project_id,
        "dag": f"harvest__{project.project_id}",
        "changed_by": by,
        "changes": told(proposal.changes),
        "pool": f"{project.pool}: {'made, one slot' if made else 'was there'}" if project.pool else "none",
        "new_version": kept,
    }


def _applied(form: Mapping[str, Any], objects: Objects) -> dict[str, Any]:
    """What the application that the form names has answered already."""
    application_id = line(form.get("application_id"))
    return proposed(application_id, objects) if application_id else {}


def keep_versions(proposal: Proposal, objects: Objects, by: str, at: datetime) -> bool:
    """Keep the new version, and before it what it replaces where nobody has kept that yet; tells whether it is new."""
    layout, before = ProjectLayout(proposal.project.project_id), at - datetime.resolution
    if proposal.earlier:
        configurations.keep(objects, layout, proposal.earlier, before, BY_HAND)
    elif proposal.stored is not None:
        configurations.keep_unreadable(objects, layout, proposal.stored, before, BY_HAND)
    return configurations.keep(objects, layout, proposal.project, at, by)
