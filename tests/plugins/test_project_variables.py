import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from include.domain.errors import AirflowUnavailable, ProjectInvalid
from include.domain.index import Entry, index_from
from plugins import project_variables
from plugins.project_variables import PREFIX
from tests.airflow_server import airflow_server
from tests.projects import PROJECT, project, project_text

ID = PROJECT["project_id"]
INDEX = "research_projects"


class Variables:
    """Airflow's Variables, and how often they were asked."""

    def __init__(self):
        self.texts = {}
        self.calls = []

    def get(self, key, **otherwise):
        self.calls.append(key)
        if key in self.texts:
            return self.texts[key]
        if "default" in otherwise:
            return otherwise["default"]
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.VARIABLE_NOT_FOUND, detail={"key": key}))

    def keys(self, prefix):
        self.calls.append(f"{prefix}*")
        return [key for key in self.texts if key.startswith(prefix)]

    def set(self, key, value, **_):
        self.texts[key] = value


@pytest.fixture(autouse=True)
def variables(monkeypatch):
    known = Variables()
    monkeypatch.setattr(project_variables, "Variable", known)
    return known


def name(number):
    return f"tiktok_query_{number:07d}"


def test_a_project_made_by_hand_has_an_entry_at_once(variables):
    variables.texts[PREFIX + ID] = project_text(schedule="@daily", labels=["politics"])
    assert project_variables.entries() == {ID: Entry(title=PROJECT["title"], schedule="@daily", tags=("politics",))}


def test_an_indexed_project_is_not_read_while_a_dag_file_is_parsed(variables):
    for number in range(1000):
        variables.texts[PREFIX + name(number)] = project_text(project_id=name(number))
    project_variables.rebuild_index()
    variables.calls.clear()
    assert len(project_variables.entries()) == 1000
    assert sorted(variables.calls) == [f"{PREFIX}*", INDEX]


def test_a_parse_reads_only_some_projects_outside_the_index(variables):
    for number in range(200):
        variables.texts[PREFIX + name(number)] = project_text(project_id=name(number))
    known = project_variables.entries()
    assert len(known) == 200
    assert len(variables.calls) == 2 + project_variables.READ_AT_ONCE
    assert known[name(199)].tags == ("not-indexed",)


def test_a_removed_project_has_no_entry_even_while_the_index_has_it(variables):
    variables.texts[PREFIX + ID] = project_text()
    project_variables.rebuild_index()
    del variables.texts[PREFIX + ID]
    assert project_variables.entries() == {}


@pytest.mark.parametrize("text", ["{", "[]", "null", "7", '{"x": {"schedule": 5}}'])
def test_a_broken_index_hides_no_project(variables, text):
    variables.texts |= {INDEX: text, PREFIX + ID: project_text()}
    assert project_variables.entries()[ID].title == PROJECT["title"]
    assert "make index" in project_variables.index_problem()


@pytest.mark.parametrize("texts", [{}, {INDEX: ""}])
def test_a_missing_or_empty_index_is_no_problem(variables, texts):
    variables.texts |= texts
    assert project_variables.index_problem() is None
    assert project_variables.entries() == {}


def test_a_broken_project_is_an_entry_with_its_problem_beside_the_good_one(variables):
    variables.texts |= {PREFIX + name(1): "{", PREFIX + ID: project_text()}
    known = project_variables.entries()
    assert name(1) in known[name(1)].problem
    assert known[ID].problem is None


def test_one_project_is_known_without_reading_the_others(variables):
    variables.texts |= {PREFIX + name(1): project_text(project_id=name(1)), PREFIX + ID: project_text()}
    assert project_variables.entry(ID).title == PROJECT["title"]
    assert variables.calls == [INDEX, PREFIX + ID]


def test_a_project_without_a_variable_is_an_entry_with_its_problem():
    assert f"There is no Variable {PREFIX}{ID}; register the research project" in project_variables.entry(ID).problem


def test_rebuilding_the_index_keeps_what_a_dag_needs_and_no_more(variables):
    variables.texts |= {PREFIX + ID: project_text(schedule="@weekly"), PREFIX + name(1): "{}"}
    rebuilt = project_variables.rebuild_index()
    assert index_from(variables.texts[INDEX]) == rebuilt
    assert rebuilt[ID].schedule == "@weekly"
    assert rebuilt[name(1)].problem
    assert PROJECT["requestor_email"] not in variables.texts[INDEX]
    assert "synth_nieuws_be" not in variables.texts[INDEX]


def test_rebuilding_the_index_again_changes_nothing(variables):
    variables.texts[PREFIX + ID] = project_text()
    project_variables.rebuild_index()
    first = variables.texts[INDEX]
    project_variables.rebuild_index()
    assert variables.texts[INDEX] == first


def test_a_project_from_the_environment_counts_too(monkeypatch, variables):
    monkeypatch.setenv(f"AIRFLOW_VAR_{PREFIX.upper()}{ID.upper()}", project_text())
    assert project_variables.project_ids() == [ID]


def test_a_run_reads_its_project_as_the_variable_says_now(variables):
    variables.texts[PREFIX + ID] = project_text()
    project_variables.rebuild_index()
    variables.texts[PREFIX + ID] = project_text(title="Another title")
    assert project_variables.load_project(ID).title == "Another title"


def test_a_run_of_a_project_that_is_gone_says_so(variables):
    project_variables.rebuild_index()
    with pytest.raises(ProjectInvalid, match=f"There is no Variable {PREFIX}{ID}"):
        project_variables.load_project(ID)


def test_a_run_is_tried_again_where_airflow_does_not_find_the_index_either():
    """A task of Airflow 3.3 is told "not found" as well when the API server has just been restarted."""
    with pytest.raises(
        AirflowUnavailable, match=rf"There is no Variable {PREFIX}{ID}.* Or Airflow's API server does not"
    ):
        project_variables.load_project(ID)


def test_registering_one_project_reads_no_other(variables):
    variables.texts |= {PREFIX + ID: project_text(), PREFIX + name(1): project_text(project_id=name(1))}
    project_variables.rebuild_index()
    variables.calls.clear()
    project_variables.index_project(project(title="Another title", schedule="@daily"))
    assert variables.calls == [INDEX]
    assert index_from(variables.texts[INDEX])[ID] == Entry(title="Another title", schedule="@daily")
    assert name(1) in index_from(variables.texts[INDEX])


@pytest.mark.parametrize("text", ["{", ""])
def test_a_broken_or_missing_index_is_made_again_when_a_project_is_registered(variables, text):
    variables.texts |= {INDEX: text, PREFIX + ID: project_text(), PREFIX + name(1): project_text(project_id=name(1))}
    project_variables.index_project(project())
    assert index_from(variables.texts[INDEX]).keys() == {ID, name(1)}


def test_a_project_of_the_environment_cannot_be_changed_by_a_form(monkeypatch):
    monkeypatch.setenv(f"AIRFLOW_VAR_{PREFIX.upper()}{ID.upper()}", project_text())
    with pytest.raises(ProjectInvalid, match="comes from the environment"):
        project_variables.check_changeable(ID)


def test_what_is_written_is_what_is_stored():
    assert project_variables.stored_text(ID) is None
    project_variables.write_project(ID, "{}")
    assert project_variables.stored_text(ID) == "{}"


@pytest.fixture
def server(monkeypatch, variables):
    """Airflow's REST API, which shows a thousand projects to everybody."""
    with airflow_server() as running:
        running.all_admins = True
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", running.url)
        running.variables = {PREFIX + name(each): project_text(project_id=name(each)) for each in range(1000)}
        variables.texts |= running.variables
        yield running


def test_the_index_of_a_thousand_projects_is_made_from_ten_answers(server, variables):
    assert len(project_variables.rebuild_index()) == 1000
    assert variables.calls == [f"{PREFIX}*"]
    assert len([call for call in server.calls if "/variables?" in call]) == 10


def test_a_thousand_projects_are_read_from_ten_answers(server, variables):
    assert [each.project_id for each in project_variables.readable_projects()] == list(map(name, range(1000)))
    assert variables.calls == [f"{PREFIX}*"]


def test_what_airflow_masks_is_read_by_itself(server, variables):
    masked = project_text(project_id=name(3)).replace("Cycling", "***")
    server.variables |= {PREFIX + name(3): masked, PREFIX + name(4): "***"}
    titles = {each.title for each in project_variables.readable_projects()}
    assert titles == {PROJECT["title"]}
    assert variables.calls == [f"{PREFIX}*", PREFIX + name(3), PREFIX + name(4)]


def test_a_variable_of_the_environment_hides_what_airflow_shows(server, variables, monkeypatch):
    monkeypatch.setenv(f"AIRFLOW_VAR_{PREFIX}{name(5)}".upper(), "")
    variables.texts[PREFIX + name(5)] = project_text(project_id=name(5), title="From the environment")
    assert project_variables.rebuild_index()[name(5)].title == "From the environment"


def test_a_project_that_appears_between_two_calls_is_read_by_itself(server, variables):
    del server.variables[PREFIX + name(7)]
    assert not project_variables.rebuild_index()[name(7)].problem
    assert variables.calls == [f"{PREFIX}*", PREFIX + name(7)]


@pytest.mark.parametrize("refusal", [{"forbidden": True}, {"status": 500}, {"status": 200}, {"all_admins": False}])
def test_where_airflow_does_not_let_us_in_projects_are_read_one_by_one(server, variables, refusal):
    for name_, value in refusal.items():
        setattr(server, name_, value)
    assert len(project_variables.rebuild_index()) == 1000
    assert len(variables.calls) == 1001


def test_a_broken_project_hides_no_other_from_who_reads_all(server):
    server.variables[PREFIX + name(1)] = "{"
    assert len(list(project_variables.readable_projects())) == 999
