"""The drafts of applications to TikTok: every version is kept, the last one counts."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from include.domain.application import Application
from include.domain.errors import SettingInvalid
from include.storage.layout import ApplicationLayout
from include.storage.objects import Objects


class Draft(BaseModel):
    """One version of the answers: its number, when it was saved, and by which run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    saved_at: datetime
    run: str
    answers: Application


def read_draft(objects: Objects, application_id: str) -> Draft | None:
    """The last version of an application, or None when there is none yet."""
    paths = objects.paths(ApplicationLayout(application_id).drafts)
    content = objects.read(paths[-1]) if paths else None
    if content is None:
        return None
    try:
        return Draft.model_validate_json(content)
    except ValidationError as error:
        raise SettingInvalid(
            f"{paths[-1]} cannot be read: {error.errors()[0]['msg']}. Restore it, or delete it to go on from the "
            "version before it."
        ) from error


def save_draft(objects: Objects, application_id: str, answers: Application, run: str, at: datetime) -> Draft:
    """Keep the answers as a new version, unless the last one says the same; returns the version that says it."""
    last = read_draft(objects, application_id)
    if last and last.answers == answers:
        return last
    draft = Draft(number=last.number + 1 if last else 1, saved_at=at, run=run, answers=answers)
    path = ApplicationLayout(application_id).draft(draft.number)
    objects.write(path, draft.model_dump_json(indent=1, exclude_none=True).encode())
    return draft
