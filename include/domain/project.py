"""What a research project is: an approved study, as its Airflow Variable describes it."""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from include.domain.errors import AccessEnded, ProjectInvalid, ProjectRetired
from include.domain.quota import REQUESTS_A_DAY
from include.domain.window import LONGEST, Window

LONGEST_ACCESS = timedelta(days=731)
"""Two years, one of which may be a leap year: the longest access TikTok's application form allows."""

PROJECT_ID = r"^[a-z0-9]+(_[a-z0-9]+)*$"
LONGEST_ID = 45
"""Of a research project, and of its dataset in iCANDID's registry."""

PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")


def _iso_day(value: object) -> object:
    """Accept TikTok's and iCANDID's `yyyymmdd` beside ISO days."""
    if isinstance(value, str) and re.fullmatch(r"\d{8}", value):
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return value


def _bare(prefix: str) -> AfterValidator:
    def check(value: str) -> str:
        if value.startswith(prefix):
            raise ValueError(f"write it without {prefix!r}: {value.lstrip(prefix)!r}")
        if "," in value:
            raise ValueError("one entry per item, without commas")
        return value

    return AfterValidator(check)


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"listed twice: {', '.join(twice)}")
    return values


def _cron_or_preset(value: str) -> str:
    if value not in PRESETS and not re.fullmatch(r"\S+( \S+){4}", value):
        presets = ", ".join(PRESETS)
        raise ValueError(f"write a cron expression such as '0 5 * * *', one of {presets}, or null for manual runs only")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
Text = StringConstraints(strip_whitespace=True, min_length=1)
Account = Annotated[str, Text, _bare("@")]
Hashtag = Annotated[str, Text, _bare("#")]
Keyword = Annotated[str, Text]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Label = Annotated[str, Text, StringConstraints(max_length=45)]
Schedule = Annotated[str, AfterValidator(_cron_or_preset)]
ProjectId = Annotated[str, StringConstraints(pattern=PROJECT_ID, max_length=LONGEST_ID)]
Item = TypeVar("Item")
Distinct = Annotated[tuple[Item, ...], AfterValidator(_distinct)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Strict):
    """The days a researcher asked for; without an end it stays open."""

    start: Day
    end: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end and self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}; swap them")
        return self


class Access(_Strict):
    """The access dates TikTok approved, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _at_most_two_years(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}; swap them")
        if self.end - self.start > LONGEST_ACCESS:
            raise ValueError(f"{self.start} to {self.end} is longer than two years, the longest access TikTok grants")
        return self

    def includes(self, day: date) -> bool:
        return self.start <= day <= self.end


class Publication(_Strict):
    """A planned publication: what, when, and where."""

    title: Annotated[str, Text, StringConstraints(max_length=255)]
    date: Day
    venue: Annotated[str, Text, StringConstraints(max_length=255)]


def _distinct_titles(publications: tuple[Publication, ...]) -> tuple[Publication, ...]:
    _distinct(tuple(each.title for each in publications))
    return publications


class Retired(_Strict):
    """Since when nothing more is harvested for a project, and why."""

    on: Day
    reason: Annotated[str, Text, StringConstraints(max_length=500)]


class ResearchProject(_Strict):
    """One research project: who, which query, which period, which access, and how to register the collection.

    Lengths are the column limits of iCANDID's Collection Registry.
    """

    project_id: ProjectId
    title: Annotated[str, Text, StringConstraints(max_length=100)]
    description: Annotated[str, Text, StringConstraints(max_length=255)]
    requestor: Annotated[str, Text, StringConstraints(max_length=100)]
    requestor_email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]

    accounts: Distinct[Account] = ()
    hashtags: Distinct[Hashtag] = ()
    keywords: Distinct[Keyword] = ()
    region_codes: Distinct[RegionCode] = ()
    query: dict[str, Any] | None = None

    period: Period
    access: Access
    schedule: Schedule | None = None
    window_days: Annotated[int, Field(ge=1, le=LONGEST)] = LONGEST
    settle_days: Annotated[int, Field(ge=0, le=30)] = 3
    fields: Distinct[str] = ()
    connection_id: str = ""
    pool: Annotated[str, Text] | None = None
    order: Literal["oldest_first", "newest_first"] = "oldest_first"
    daily_requests: Annotated[int, Field(ge=1, le=REQUESTS_A_DAY)] = REQUESTS_A_DAY
    sample: bool = True
    canary_queries: tuple[dict[str, Any], ...] = ()

    languages: Distinct[Language] = ()
    license: Annotated[str, Text, StringConstraints(max_length=255)]
    labels: Distinct[Label] = ()
    hidden: bool = True
    publications: Annotated[tuple[Publication, ...], AfterValidator(_distinct_titles)] = ()
    retired: Retired | None = None

    @model_validator(mode="before")
    @classmethod
    def _own_connection(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("connection_id"):
            return {**values, "connection_id": f"tiktok_{values.get('project_id', '')}"}
        return values

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        lists = [name for name in ("accounts", "hashtags", "keywords", "region_codes") if getattr(self, name)]
        if self.query is not None and lists:
            raise ValueError(f"query excludes {', '.join(lists)}: keep the raw query or the lists")
        if self.query is None and not lists:
            raise ValueError("nothing to ask for: fill accounts, hashtags, keywords or region_codes, or give a query")
        return self

    def check_access(self, day: date) -> None:
        """Nothing is harvested on a `day` outside the approved access dates, nor for a retired project.

        Raises:
            AccessEnded: the day lies outside.
            ProjectRetired: the project is retired.
        """
        if self.retired:
            raise ProjectRetired(
                f"Research project {self.project_id}: retired on {self.retired.on} ({self.retired.reason}). Nothing is "
                "harvested any more; to take the project up again, remove the field retired from its Variable."
            )
        if not self.access.includes(day):
            raise AccessEnded(
                f"Research project {self.project_id}: access is approved from {self.access.start} to "
                f"{self.access.end}, today is {day}. Nothing is harvested outside these dates; correct access when "
                "TikTok approved others, or retire the project."
            )

    def wanted(self, today: date) -> Window | None:
        """The days that may be harvested today: the period, without the days that are not settled yet.

        A day counts as settled `settle_days` after it: TikTok indexes a video up to 48 hours late
        (TikTok docs, Research API FAQ).
        """
        settled = today - timedelta(days=self.settle_days)
        end = min(settled, self.period.end or settled)
        return Window(self.period.start, end) if self.period.start <= end else None


def read_project(project_id: str, text: str) -> ResearchProject:
    """The research project in the JSON `text` of its Variable.

    Raises:
        ProjectInvalid: names every field that is wrong, its value, and what would be right.
    """
    try:
        project = ResearchProject.model_validate_json(text)
    except ValidationError as error:
        raise ProjectInvalid(f"Research project {project_id}: {'; '.join(map(_complaint, error.errors()))}.") from None
    if project.project_id != project_id:
        raise ProjectInvalid(f"Research project {project_id}: project_id is {project.project_id!r}; make them equal.")
    return project


def _complaint(error: Any) -> str:
    field = ".".join(map(str, error["loc"])) or "project"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{field}: is missing, add it"
    if error["type"] == "extra_forbidden":
        return f"{field}: is not a field of a research project, remove it or correct its name"
    if isinstance(error["input"], dict):
        return f"{field}: {message}"
    return f"{field} = {str(error['input'])[:80]!r}: {message}"
