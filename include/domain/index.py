"""The index of research projects: all that a DAG file needs to know of them while it is parsed."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from include.domain.errors import ProjectInvalid
from include.domain.project import ResearchProject, read_project

RETIRED = "retired"
"""The tag by which the DAGs of retired projects are found."""


class Entry(BaseModel):
    """One research project in the index; `problem` says why its configuration cannot be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    schedule: str | None = None
    pool: str | None = None
    tags: tuple[str, ...] = ()
    problem: str | None = None

    @classmethod
    def of(cls, project: ResearchProject) -> "Entry":
        """A retired project keeps its DAG, and with it its runs, but no schedule."""
        tags, schedule = project.labels, project.schedule
        if project.retired:
            tags, schedule = (*tags, RETIRED), None
        return cls(title=project.title, schedule=schedule, pool=project.pool, tags=tags)


INDEX = TypeAdapter(dict[str, Entry])


def entry_of(project_id: str, text: str) -> Entry:
    """The entry of the project whose Variable holds `text`; a broken one becomes an entry with a problem."""
    try:
        return Entry.of(read_project(project_id, text))
    except ProjectInvalid as error:
        return Entry(problem=str(error))


def index_text(index: Mapping[str, Entry]) -> str:
    """The index as its Variable keeps it: a JSON object, project id to entry."""
    return INDEX.dump_json(dict(sorted(index.items())), exclude_defaults=True).decode()


def index_from(text: str) -> dict[str, Entry]:
    """The index in the text of its Variable.

    Raises:
        ProjectInvalid: the text is no index; it can be made again from the projects at any time.
    """
    try:
        return INDEX.validate_json(text)
    except ValidationError as error:
        raise ProjectInvalid(
            f"Variable research_projects is no index of research projects ({error.errors()[0]['msg']}). "
            "Trigger the DAG index_projects, or run make index, to make it again."
        ) from None
