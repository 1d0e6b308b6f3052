"""Research projects live in Airflow Variables: one each, and one small index of them all.

A DAG file that is being parsed lists the keys (one call) and reads the index (one call); it reads a project's own
Variable only for a project that the index does not know yet. A task reads the Variable of its own project; the two
tasks that read every project do so through Airflow's REST API, where it lets them (decision 0022).
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowRuntimeError

from include.domain.errors import AirflowUnavailable, Person, ProjectInvalid, SettingInvalid
from include.domain.index import Entry, entry_of, index_from, index_text
from include.domain.project import ResearchProject, read_project

log = logging.getLogger(__name__)

PREFIX = "research_project__"
INDEX = "research_projects"
DESCRIPTION = "Derived from the research_project__ Variables; DAG index_projects or make index makes it again."
READ_AT_ONCE = 50
"""Projects outside the index that one parse reads by themselves; the rest waits for the next index."""

#: What Airflow's REST API shows in place of what looks like a secret.
MASK = "***"


def project_ids() -> list[str]:
    """The ids of all registered research projects.

    Variables from the environment count too; they are the only ones outside a running Airflow (`airflow dags test`).
    """
    environment = _environment_name("")
    keys = [name.lower().removeprefix("airflow_var_") for name in os.environ if name.startswith(environment)]
    with suppress(ImportError):  # outside a running Airflow only the environment can be listed
        keys += Variable.keys(prefix=PREFIX)
    return sorted({key.removeprefix(PREFIX) for key in keys})


def entries() -> dict[str, Entry]:
    """What a DAG file needs to know of every research project; a broken index counts as an empty one."""
    index, ids = _index(), project_ids()
    unknown = [project_id for project_id in ids if project_id not in index]
    known = {project_id: index[project_id] for project_id in ids if project_id in index}
    fresh = {project_id: _fresh_entry(project_id) for project_id in unknown[:READ_AT_ONCE]}
    waiting = {project_id: Entry(tags=("not-indexed",)) for project_id in unknown[READ_AT_ONCE:]}
    return known | fresh | waiting


def entry(project_id: str) -> Entry:
    """The same for one project, where only that one matters."""
    return _index().get(project_id) or _fresh_entry(project_id)


def load_project(project_id: str) -> ResearchProject:
    """The research project as its Variable says now.

    Raises:
        ProjectInvalid: there is no such Variable, or it cannot be used.
        AirflowUnavailable: Airflow does not say whether there is.
    """
    try:
        text = _text(project_id)
    except ProjectInvalid as error:
        raise not_found(error) from error
    return read_project(project_id, text)


def readable_projects() -> Iterator[ResearchProject]:
    """Every project that can be read; the others say on their own DAG what is wrong."""
    shown = _shown_texts()
    for project_id in project_ids():
        with suppress(ProjectInvalid):
            yield read_project(project_id, shown.get(project_id) or _text(project_id))


def not_found(error: Person) -> Person | AirflowUnavailable:
    """What it means that Airflow does not find something; a task is told so, too, when its API server does not answer.

    Then the index of projects, which every Airflow of ours has, is not found either, and the task is tried again.
    """
    if Variable.get(INDEX, default=None) is None:
        return AirflowUnavailable(f"{error} Or Airflow's API server does not answer: it does not find {INDEX} either.")
    return error


def rebuild_index() -> dict[str, Entry]:
    """Make the index again from all project Variables and store it; returns what it holds."""
    shown = _shown_texts()
    index = {project_id: _fresh_entry(project_id, shown.get(project_id)) for project_id in project_ids()}
    Variable.set(INDEX, index_text(index), description=DESCRIPTION)
    return index


def stored_text(project_id: str) -> str | None:
    """The text of a project's Variable, or None when there is none."""
    return Variable.get(PREFIX + project_id, default=None)


def write_project(project_id: str, text: str) -> None:
    """Write the Variable of a project; the next parse finds a new one by its key."""
    Variable.set(PREFIX + project_id, text, description="A research project; DAG register_project changes it.")


def index_project(project: ResearchProject) -> None:
    """Bring the entry of one project up to date, so that nobody waits for the hourly index."""
    index = _index()
    if not index:
        rebuild_index()
        return
    index[project.project_id] = Entry.of(project)
    Variable.set(INDEX, index_text(index), description=DESCRIPTION)


def forget(project_id: str) -> None:
    """Delete the Variable of a project, and its entry in the index; its DAG goes with the next parse."""
    Variable.delete(PREFIX + project_id)
    index = _index()
    if index.pop(project_id, None):
        Variable.set(INDEX, index_text(index), description=DESCRIPTION)


def check_changeable(project_id: str) -> None:
    """A Variable of the environment hides that of the database: a form could not change it.

    Raises:
        ProjectInvalid: this project is one of those.
    """
    name = _environment_name(project_id)
    if name in os.environ:
        raise ProjectInvalid(f"Research project {project_id} comes from the environment ({name}); change it there.")


def index_problem() -> str | None:
    """Why the index cannot be read; None when it can, or when there is none yet."""
    text = Variable.get(INDEX, default=None) or "{}"
    try:
        index_from(text)
    except ProjectInvalid as error:
        return str(error)
    return None


def _index() -> dict[str, Entry]:
    try:
        return index_from(Variable.get(INDEX, default=None) or "{}")
    except ProjectInvalid:
        return {}


def _fresh_entry(project_id: str, text: str | None = None) -> Entry:
    """The entry of a project, from the text of its Variable where somebody has read it already."""
    try:
        return entry_of(project_id, text or _text(project_id))
    except ProjectInvalid as error:
        return Entry(problem=str(error))


def _shown_texts() -> dict[str, str]:
    """Project id to text as far as Airflow's REST API shows it; empty where it does not let us in.

    What is masked is left out, and what a Variable of the environment hides: it is read by itself.
    """
    from plugins.airflow_api import airflow_api  # not while a DAG file is parsed

    try:
        shown = airflow_api().read_variables(PREFIX)
    except (SettingInvalid, AirflowUnavailable) as error:
        log.info("projects are read one by one: %s", error)
        return {}
    texts = {key.removeprefix(PREFIX): text for key, text in shown.items() if MASK not in text}
    return {project_id: text for project_id, text in texts.items() if _environment_name(project_id) not in os.environ}


def _environment_name(project_id: str) -> str:
    return f"AIRFLOW_VAR_{PREFIX}{project_id}".upper()


def _text(project_id: str) -> str:
    try:
        return Variable.get(PREFIX + project_id)
    except AirflowRuntimeError as error:
        raise ProjectInvalid(f"There is no Variable {PREFIX}{project_id}; register the research project.") from error
