"""The report of a probe: every point with its finding, and the outlines of all answers, as JSON and as Markdown."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from include.stages.probe.asker import MOST
from include.stages.probe.form import ProbeForm
from include.stages.probe.outline import Outline, outline_request
from include.stages.probe.point import Figure, Finding, Outcome, Point
from include.stages.probe.reading import Reading
from include.storage.layout import ProbeLayout


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Settled(_Frozen):
    """One point as it was settled, or not."""

    name: str
    assumption: str
    source: str
    outcome: Outcome
    came: str
    figures: dict[str, Figure]
    change: str


class Told(_Frozen):
    """One answer in outline."""

    question: str
    path: str
    asked: Outline
    at: datetime
    status: int | None
    answered: bool
    code: str
    text: str
    log_id: str
    body: Outline


class Report(_Frozen):
    """What a probe found. Nothing in it names anybody."""

    connection: str
    first_day: date
    second_day: date
    query: Outline
    asked_at: datetime
    requests: int
    synthetic: bool
    points: tuple[Settled, ...]
    answers: tuple[Told, ...]

    @property
    def path(self) -> str:
        """Where the report lies in the object storage, to be read."""
        return ProbeLayout(self.connection, self.asked_at).report_text

    def brief(self) -> dict[str, Any]:
        """What a task returns."""
        return {"summary": self.summary, "requests": self.requests, "path": self.path}

    @property
    def summary(self) -> str:
        """One line for logs and notes."""
        by = {outcome: [each.name for each in self.points if each.outcome is outcome] for outcome in Outcome}
        held, failed, open_ = (by[each] for each in (Outcome.HOLDS, Outcome.FAILS, Outcome.OPEN))
        parts = [f"{len(held)} of {len(self.points)} assumptions hold"]
        parts += [f"{len(failed)} do not: {', '.join(failed)}"] if failed else []
        parts += [f"{len(open_)} not settled: {', '.join(open_)}"] if open_ else []
        return "; ".join(parts)

    def markdown(self) -> str:
        """The report to be read."""
        return "\n".join(_lines(self)) + "\n"


def make_report(
    form: ProbeForm, findings: Iterable[tuple[Point, Finding]], readings: Iterable[Reading], at: datetime, requests: int
) -> Report:
    """The report of a probe that began `at`."""
    readings = list(readings)
    return Report(
        connection=form.connection_id,
        first_day=form.first_day,
        second_day=form.second_day,
        query=outline_request({"query": form.query})["query"],
        asked_at=at,
        requests=requests,
        synthetic=any(each.synthetic for each in readings),
        points=tuple(_settled(point, finding) for point, finding in findings),
        answers=tuple(_told(each) for each in readings),
    )


def _settled(point: Point, finding: Finding) -> Settled:
    texts = {name: getattr(point, name) for name in ("name", "assumption", "source", "change")}
    return Settled(**texts, **dict(finding))


def _told(reading: Reading) -> Told:
    return Told(**{name: getattr(reading, name) for name in Told.model_fields})


def _lines(report: Report) -> Iterator[str]:
    yield f"# Probe of the TikTok Research API, {report.asked_at:%Y-%m-%d %H:%M} UTC"
    if report.synthetic:
        yield "\n**The sandbox answered, not TikTok: nothing here says anything about the live service.**"
    yield f"\n{report.summary}."
    days, spent = f"{report.first_day} and {report.second_day}", f"{report.requests} of {MOST} requests"
    yield f"\nConnection `{report.connection}`, {days}, {spent}."
    failed = [each for each in report.points if each.outcome is Outcome.FAILS]
    if failed:
        yield "\n## What to change\n"
        yield from (f"- **{each.name}**: {each.change}" for each in failed)
    yield "\n## Points\n"
    yield from _table(("Point", "Assumption", "Source", "Outcome", "What came"), map(_point, report.points))
    refused = [each for each in report.answers if not each.answered]
    if refused:
        yield "\n## Refusals, in TikTok's words\n"
        yield from _table(("Question", "Status", "Code", "Text", "log_id"), map(_refusal, refused))
    yield "\n## Requests\n"
    yield from _table(("Question", "Endpoint", "At (UTC)", "Status"), map(_request, report.answers))


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows)


def _point(each: Settled) -> tuple[Any, ...]:
    figures = ", ".join(f"{name} {value}" for name, value in each.figures.items())
    came = f"{each.came} ({figures})" if figures else each.came
    return each.name, each.assumption, each.source, f"**{each.outcome}**", came


def _refusal(each: Told) -> tuple[Any, ...]:
    return each.question, each.status or "none", each.code, each.text, each.log_id


def _request(each: Told) -> tuple[Any, ...]:
    return each.question, each.path.removeprefix("/v2/research/"), f"{each.at:%H:%M:%S}", each.status or "nothing came"
