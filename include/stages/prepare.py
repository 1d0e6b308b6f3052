"""Prepare: the answers of a form become a draft of the application to TikTok, with its dossier."""

import html
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson
from markdown_it import MarkdownIt

from include.domain.application import Application, Finding, findings, proposal, revised
from include.domain.dossier import dossier
from include.domain.errors import ApplicationInvalid
from include.storage.applications import read_draft, save_draft
from include.storage.layout import ApplicationLayout
from include.storage.objects import Objects

log = logging.getLogger(__name__)

APPLICATION_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
ID_LENGTH = 45

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }}
blockquote {{ border-left: 3px solid #999; margin: 0; padding-left: 1rem; overflow-wrap: anywhere; }}
</style>
</head>
<body>
{body}</body>
</html>
"""


@dataclass(frozen=True)
class Prepared:
    """How far an application is; no answer stands in it."""

    application_id: str
    version: int
    answered: int
    questions: int
    missing: list[str]
    remarks: int
    apply_by: str | None
    dossier: list[str]

    def summary(self) -> dict[str, Any]:
        """What Airflow shows of it."""
        return asdict(self)


def prepare(
    application_id: str, form: Mapping[str, Any], withdrawn: Sequence[str], objects: Objects, run: str, at: datetime
) -> Prepared:
    """Lay the filled fields of `form` over the draft, keep the new version, and put the dossier beside it.

    Raises:
        ApplicationInvalid: an answer cannot be used; nothing was stored.
    """
    before = read_draft(objects, _checked(application_id))
    answers = revised(before.answers if before else Application(), form, tuple(withdrawn))
    draft = save_draft(objects, application_id, answers, run, at)
    found = findings(answers, at.date())
    paths = _put_dossier(application_id, answers, found, objects, at.date())
    log.info(
        "prepared application=%s version=%d answered=%d of %d",
        *(application_id, draft.number, len(found) - len(answers.missing), len(found)),
    )
    return Prepared(
        application_id=application_id,
        version=draft.number,
        answered=len(found) - len(answers.missing),
        questions=len(found),
        missing=answers.missing,
        remarks=sum(len(each.remarks) for each in found),
        apply_by=str(answers.apply_by) if answers.apply_by else None,
        dossier=list(paths),
    )


def proposed(application_id: str, objects: Objects) -> dict[str, Any]:
    """The fields of a research project that an application already gives, for its registration.

    Raises:
        ApplicationInvalid: there is no such application.
    """
    draft = read_draft(objects, _checked(application_id))
    if draft is None:
        raise ApplicationInvalid(
            f"There is no application {application_id!r}; correct its id, or start it with the DAG prepare_application."
        )
    return proposal(draft.answers)


def _put_dossier(
    application_id: str, answers: Application, found: list[Finding], objects: Objects, today: date
) -> tuple[str, str, str]:
    markdown = dossier(application_id, answers, found, today)
    page = PAGE.format(title=html.escape(answers.title or application_id), body=_html(markdown))
    paths = ApplicationLayout(application_id).dossiers
    for path, content in zip(paths, (markdown.encode(), page.encode(), orjson.dumps(_report(found))), strict=True):
        objects.write(path, content)
    return paths


def _html(markdown: str) -> str:
    """Markdown as HTML; tags in an answer are shown, not obeyed."""
    text: str = MarkdownIt("commonmark", {"html": False, "breaks": True}).render(markdown)
    return text


def _report(found: list[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "number": each.number,
            "name": each.question.name,
            "question": each.question.text,
            "answered": each.answered,
            "remarks": each.remarks,
        }
        for each in found
    ]


def _checked(application_id: str) -> str:
    if not APPLICATION_ID.fullmatch(application_id) or len(application_id) > ID_LENGTH:
        raise ApplicationInvalid(
            f"application_id = {application_id[:80]!r}: lower case, digits and single underscores, "
            f"at most {ID_LENGTH} characters."
        )
    return application_id
