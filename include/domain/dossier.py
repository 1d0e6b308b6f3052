"""The dossier of an application: the answers in TikTok's order, what is missing, and by when to apply, as Markdown."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from include.domain.application import REVIEW, Application, Finding, Member

NO_ANSWER = "*No answer yet.*"


def dossier(name: str, application: Application, found: Iterable[Finding], today: date) -> str:
    """The dossier of the application called `name`, as it stands `today`."""
    found = list(found)
    answered = sum(each.answered for each in found)
    parts = [
        f"# Application to TikTok: {_inline(application.title or name)}",
        f"As it stands on {today}; {answered} of {len(found)} questions are answered.",
        _when(application, today),
        *_report(found),
        "# The application",
        *(part for each in found for part in _answered(application, each)),
    ]
    return "\n\n".join(parts) + "\n"


def _when(application: Application, today: date) -> str:
    if application.apply_by is None:
        return "**When to apply:** name the access start that you want; TikTok reviews for three to four weeks."
    late = " **That day has passed.**" if application.apply_by < today else ""
    return (
        f"**When to apply:** by {application.apply_by}, to start on {application.access_start}; TikTok reviews for "
        f"three to four weeks, of which the longer one counts ({REVIEW.days} days).{late}"
    )


def _report(found: list[Finding]) -> Iterator[str]:
    yield "## What is missing"
    lines = [f"- Question {each.number}, {each.question.text}: {said}" for each in found for said in _wanting(each)]
    yield "\n".join(lines) or "Nothing: every question is answered."


def _wanting(finding: Finding) -> Iterator[str]:
    if not finding.answered:
        yield "no answer yet"
    yield from map(_inline, finding.remarks)


def _answered(application: Application, finding: Finding) -> Iterator[str]:
    yield f"## {finding.number}. {finding.question.text}"
    yield _text(getattr(application, finding.question.name)) if finding.answered else NO_ANSWER


def _text(answer: object) -> str:
    """An answer as a quotation, so that nothing in it is taken for a part of the dossier."""
    if answer == ():
        return "> Nobody else."
    if isinstance(answer, tuple):
        return "\n".join(f"> - {_inline(_item(each))}" for each in answer)
    return "\n".join(f"> {line}".rstrip() for line in str(answer).splitlines())


def _item(item: object) -> str:
    if isinstance(item, Member):
        return "; ".join(filter(None, (item.name, item.university, item.title)))
    return str(item)


def _inline(text: str) -> str:
    return re.sub(r"\s+", " ", text)
