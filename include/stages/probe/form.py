"""What a probe is asked to look at: a connection, two days, and a query."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from include.domain.errors import ProjectInvalid
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.tiktok.query import query_of

#: How old a day must be: TikTok indexes videos up to 48 hours late (TikTok docs, Research API FAQ).
SETTLED = timedelta(days=3)

#: How old the second day is where nobody names one: counts have settled by then.
USUAL_AGE = timedelta(days=12)

#: Days between the two that any reading of TikTok's limit allows.
FARTHEST = timedelta(days=29)


class ProbeForm(BaseModel):
    """The answers of the form; both days are UTC days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connection_id: str
    first_day: date
    second_day: date
    query: dict[str, Any]

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if not timedelta() < self.second_day - self.first_day <= FARTHEST:
            raise ValueError(f"second_day must lie 1 to {FARTHEST.days} days after first_day")
        return self

    @property
    def days(self) -> Window:
        return Window(self.first_day, self.second_day)

    @property
    def words(self) -> list[str]:
        """The values of the query, which may name people: no text that is stored may quote them."""
        return [value for clause in self.query.values() for each in clause for value in each["field_values"]]


def read_form(answers: Mapping[str, Any], today: date) -> ProbeForm:
    """The form's answers; days that are left empty are two settled ones.

    Raises:
        ProjectInvalid: TikTok would refuse the query, or the days cannot be used.
    """
    second = answers.get("second_day") or _day_before(answers.get("first_day"), -1) or str(today - USUAL_AGE)
    days = {"first_day": answers.get("first_day") or _day_before(second), "second_day": second}
    try:
        form = ProbeForm.model_validate({**{name: answers.get(name) for name in ("connection_id", "query")}, **days})
    except ValidationError as error:
        complaints = (f"{'.'.join(map(str, each['loc'])) or 'days'}: {each['msg']}" for each in error.errors())
        raise ProjectInvalid(f"The probe cannot begin: {'; '.join(complaints)}.") from None
    if form.second_day > today - SETTLED:
        raise ProjectInvalid(f"The probe cannot begin: {form.second_day} is not {SETTLED.days} days old yet.")
    _check_query(form.query)
    return form


def _check_query(query: dict[str, Any]) -> None:
    """Refuse what a research project with this query would be refused for."""
    asked: dict[str, Any] = {"project_id": "probe_api", "query": query, "canary_queries": ()}
    query_of(ResearchProject.model_construct(**asked))


def _day_before(day: object, days: int = 1) -> str:
    """The day before one that is written as ISO; nothing where there is none, or no day."""
    try:
        return str(date.fromisoformat(str(day)) - timedelta(days=days))
    except ValueError:
        return ""
