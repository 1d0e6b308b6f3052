"""A proposal: what a form asks to register, held against what is registered, before anything is written."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from include.domain.difference import counted, difference
from include.domain.errors import ProjectInvalid
from include.domain.form import configuration_of, object_in, project_id_of, project_of, text_of
from include.domain.project import ResearchProject
from include.tiktok.query import fields_of, query_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proposal:
    """A research project that can be used, the text of its Variable, and what that would change.

    `stored` is the text of the Variable that exists, None for a new project; `earlier` is the project in it, None where
    it is broken.
    """

    project: ResearchProject
    text: str
    stored: str | None
    earlier: ResearchProject | None
    changes: Mapping[str, Mapping[str, Any]]

    @property
    def state(self) -> str:
        if self.stored is None:
            return "new"
        return f"registered already, {len(self.changes) or 'no'} fields change"

    def check_replace(self, wanted: Mapping[str, Any]) -> None:
        """What is registered is changed only on purpose.

        Raises:
            ProjectInvalid: the project exists and `replace` is off.
        """
        if self.stored is not None and not wanted.get("replace") and not wanted.get("check_only"):
            raise ProjectInvalid(
                f"Research project {self.project.project_id}: project_id = {self.project.project_id!r}: is registered "
                f"already, and this form would change {', '.join(self.changes) or 'nothing'}. Trigger again with "
                "check_only to see the difference, with replace to change it, or with another project_id."
            )


def propose(form: Mapping[str, Any], stored: Callable[[str], str | None], applied: Mapping[str, Any]) -> Proposal:
    """The proposal in a form, its gaps filled from what was `applied` for at TikTok.

    `stored` gives the text of a project's Variable, or None when there is none.

    Raises:
        ProjectInvalid: names the fields that cannot be used, their values, and what would be right.
    """
    text = stored(project_id_of(form))
    before = object_in(text)
    configuration = configuration_of(form, before, applied)
    project = project_of(configuration)
    query_of(project)
    fields_of(project)
    earlier = _usable(before)
    changes = difference(_settled(earlier) if earlier else before, _settled(project))
    for change in counted(changes):
        log.info("project=%s %s", project.project_id, change)
    return Proposal(project, text_of(configuration), text, earlier, changes)


def _usable(configuration: Mapping[str, Any]) -> ResearchProject | None:
    try:
        return project_of(configuration)
    except ProjectInvalid:
        return None


def _settled(project: ResearchProject) -> dict[str, Any]:
    """With all defaults, so that writing out a default is no change."""
    return project.model_dump(mode="json")
