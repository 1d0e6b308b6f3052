"""What an application to TikTok says: the answers so far, what is missing, and what a research project takes over."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)

from include.domain.errors import ApplicationInvalid
from include.domain.project import Access, Day, Text
from include.domain.questions import NAMES, QUESTIONS, TOPICS, Question

REVIEW = timedelta(days=28)
"""TikTok estimates three to four weeks for its review (iCANDID help page); the longer one counts."""

COLLABORATORS = 9
"""Beside the principal researcher (TikTok docs, Research API FAQ)."""

FIRST_ACCESS = date(2023, 1, 1)
"""The Research API's first year; an earlier start is a slip of the pen."""

DESCRIPTION_LENGTH = 255


def _link(value: str) -> str:
    link = value if "://" in value else f"https://{value}"
    if not re.fullmatch(r"https?://[^\s<>/]+\.[^\s<>/]+(/[^\s<>]*)?", link):
        raise ValueError("write the address of a web page, such as https://www.example.org")
    return link


def _topic(value: str) -> str:
    if value not in TOPICS:
        raise ValueError(f"choose one of: {'; '.join(TOPICS)}")
    return value


def _lines(value: object) -> object:
    """A pasted text is one item to a line."""
    items = value.splitlines() if isinstance(value, str) else value
    return [item for item in items if not _empty(item)] if isinstance(items, list | tuple) else items


Answer = Annotated[str, Text]
Line = Annotated[str, Text, StringConstraints(max_length=500)]
Link = Annotated[str, Text, AfterValidator(_link)]
Lines = Annotated[tuple[Annotated[str, Text], ...], BeforeValidator(_lines)]


class Member(BaseModel):
    """One member of the research team; what is not known yet may wait."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    university: Line | None = None
    title: Line | None = None


class Application(BaseModel):
    """The answers so far; None and empty ones are not given yet. The last three are ours, not TikTok's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    university: Line | None = None
    address: Answer | None = None
    university_link: Link | None = None
    department_link: Link | None = None
    expertise: Answer | None = None
    team: Line | None = None
    team_access: Literal["yes", "no"] | None = None
    members: tuple[Member, ...] = ()
    past_work: Lines = ()
    topic: Annotated[str, AfterValidator(_topic)] | None = None
    summary: Answer | None = None
    design: Answer | None = None
    access_start: Day | None = None
    access_end: Day | None = None
    sharing: Answer | None = None
    data_protection: Answer | None = None
    research_questions: Answer | None = None
    outputs: Answer | None = None
    literature: Answer | None = None
    references: Lines = ()

    title: Annotated[str, Text, StringConstraints(max_length=100)] | None = None
    requestor: Annotated[str, Text, StringConstraints(max_length=100)] | None = None
    requestor_email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)] | None = (
        None
    )

    @model_validator(mode="after")
    def _access_that_can_be_granted(self) -> Self:
        if self.access_start and self.access_start < FIRST_ACCESS:
            raise ValueError(f"{self.access_start} lies before the Research API ({FIRST_ACCESS:%Y})")
        if self.access_start and self.access_end:
            try:
                Access(start=self.access_start, end=self.access_end)
            except ValidationError as error:
                raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        return self

    @property
    def apply_by(self) -> date | None:
        """The last day to apply for the wanted start; None while no start is wanted."""
        return self.access_start - REVIEW if self.access_start else None

    @property
    def missing(self) -> list[str]:
        """The names of TikTok's questions that have no answer yet, in its order."""
        return [name for name in NAMES if self.lacks(name)]

    def lacks(self, name: str) -> bool:
        """Whether a question still wants an answer; nobody has to be named where no team needs access."""
        return _empty(getattr(self, name)) and not (name == "members" and self.team_access == "no")


@dataclass(frozen=True)
class Finding:
    """What the completeness report says of one question: whether it is answered, and what could be better."""

    number: int
    question: Question
    answered: bool
    remarks: tuple[str, ...] = ()


def filled(form: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a form that were filled in; an empty field says nothing, so that a draft keeps what it has."""
    return {name: value for name, value in form.items() if not _empty(value)}


def revised(draft: Application, form: Mapping[str, Any], withdrawn: tuple[str, ...] = ()) -> Application:
    """The draft with the answers of a form laid over it, and without the `withdrawn` ones.

    Raises:
        ApplicationInvalid: names every answer that cannot be used, and why; the draft stays as it was.
    """
    unknown = [name for name in withdrawn if name not in Application.model_fields]
    if unknown:
        raise ApplicationInvalid(f"There is no answer named {', '.join(unknown)}.")
    answers = {name: value for name, value in draft.model_dump().items() if name not in withdrawn}
    try:
        return Application.model_validate({**answers, **filled(form)})
    except ValidationError as error:
        said = (f"{_place(each['loc'])}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors())
        raise ApplicationInvalid(f"The application was not saved. {'; '.join(said)}.") from None


def findings(application: Application, today: date) -> list[Finding]:
    """The completeness report: one finding for each of TikTok's questions, in its order."""
    return [
        Finding(number, question, not application.lacks(question.name), tuple(_remarks(application, question, today)))
        for number, question in enumerate(QUESTIONS, 1)
    ]


def proposal(application: Application) -> dict[str, Any]:
    """The fields of a research project that the answers already give, as its registration form takes them.

    The description is the beginning of the summary. Access is what was applied for: TikTok may approve other dates.
    """
    access = {"start": application.access_start, "end": application.access_end}
    fields = {
        "title": application.title,
        "description": _beginning(application.summary) if application.summary else None,
        "requestor": application.requestor,
        "requestor_email": application.requestor_email,
        "access": {name: str(day) for name, day in access.items()} if all(access.values()) else None,
    }
    return {name: value for name, value in fields.items() if value}


def _remarks(application: Application, question: Question, today: date) -> Iterator[str]:
    answer = getattr(application, question.name)
    if question.words and answer:
        yield from _length(len(answer.split()), *question.words)
    if question.name == "members":
        yield from _of_members(application)
    if question.name == "access_start" and application.apply_by and application.apply_by < today:
        yield f"too soon: apply by {application.apply_by} for this start; applying today, ask for {today + REVIEW}"


def _length(words: int, fewest: int, most: int) -> Iterator[str]:
    if not fewest <= words <= most:
        yield f"{words} words; about {fewest} to {most} are usual"


def _of_members(application: Application) -> Iterator[str]:
    for member in application.members:
        wanting = [name for name in ("university", "title") if not getattr(member, name)]
        if wanting:
            yield f"{member.name}: {' and '.join(wanting)} missing"
    if len(application.members) > COLLABORATORS + 1:
        yield f"{len(application.members)} members; TikTok accepts the principal researcher and {COLLABORATORS} others"


def _beginning(text: str) -> str:
    """As much of a text as a description holds, cut between words."""
    line = " ".join(text.split())
    if len(line) <= DESCRIPTION_LENGTH:
        return line
    return line[: DESCRIPTION_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _empty(value: object) -> bool:
    return value is None or value == [] or value == () or (isinstance(value, str) and not value.strip())


def _place(location: tuple[int | str, ...]) -> str:
    names = {question.name: question.text for question in QUESTIONS}
    first, *rest = location or ("access dates",)
    return ".".join([names.get(str(first), str(first)), *(str(step) for step in rest)])
