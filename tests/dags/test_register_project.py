"""The registration form through Airflow, with good, borderline and bad input."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import Moment
from include.domain.form import project_of
from include.domain.index import index_from
from include.storage.configurations import versions
from include.storage.layout import ProjectLayout
from tests.airflow_server import airflow_server
from tests.applications import ANSWERS
from tests.dags.runs import result, run, states
from tests.forms import form

ID = "tiktok_query_0000042"
KEY = f"research_project__{ID}"
LAYOUT = ProjectLayout(ID)
TODAY = datetime.now(UTC).date()
ACCESS = {"access_start": str(TODAY), "access_end": str(TODAY + timedelta(days=365))}
WRITTEN = {"check_project": {"success"}, "write_project": {"success"}}


@pytest.fixture
def variables(metadata):
    """Airflow's Variables in the database, empty of ours before and after."""
    from airflow.models.variable import Variable

    yield Variable
    for key in (KEY, "research_projects"):
        Variable.delete(key)


@pytest.fixture
def airflow(monkeypatch):
    """Another Airflow's API, which knows one user, with the pools it was asked for."""
    with airflow_server() as server:
        connection = {"conn_type": "http", "host": server.url, "login": "keeper", "password": "pool-password"}
        monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps(connection))
        yield server


@pytest.fixture
def connected(monkeypatch, tiktok):
    where = {"conn_type": "http", "host": tiktok.url, "login": tiktok.client_key, "password": tiktok.client_secret}
    monkeypatch.setenv(f"AIRFLOW_CONN_TIKTOK_{ID.upper()}", json.dumps(where))
    tiktok.forget_ledger()


@pytest.fixture
def trigger(parse, variables, airflow, connected, storage):
    """Fills in the form with these changes and triggers it."""
    return lambda **changes: run(parse("register_project.py")["register_project"], **form(**ACCESS | changes))


def nothing_is_written(variables, storage, airflow):
    assert variables.get(KEY, default_var=None) is None
    assert variables.get("research_projects", default_var=None) is None
    assert storage.paths("projects/") == []
    assert airflow.pools == {}


def test_a_filled_form_becomes_a_project_with_pool_version_variable_and_index(
    trigger, variables, storage, airflow, tiktok
):
    done = trigger(schedule="@daily", labels="politics")
    assert states(done) == WRITTEN
    project = project_of(json.loads(variables.get(KEY)))
    assert project.accounts == ("synth_nieuws_be", "synth_journal_be")
    assert airflow.pools == {project.pool: 1}
    (version,) = versions(storage, LAYOUT)
    assert (version.by, version.configuration["title"]) == ("dag_test", "Cycling and climate")
    assert index_from(variables.get("research_projects"))[ID].schedule == "@daily"
    told = result(done, "check_project")
    assert told["asks"].startswith("Videos posted by synth_nieuws_be or synth_journal_be")
    assert told["probe"].startswith("TikTok accepts the query (1 request, and 5 for days to estimate the cost)")
    assert told["cost"].endswith("by 5 sampled days; it may take 1000 requests a day")
    assert result(done, "write_project")["dag"] == f"harvest__{ID}"
    assert sum(entry.requests for entry in tiktok.ledger if entry.endpoint == "video/query") == 6


def test_no_log_names_an_account_or_the_secret(trigger, tiktok, capfd, caplog):
    with caplog.at_level(logging.DEBUG, logger="include"), caplog.at_level(logging.DEBUG, logger="plugins"):
        trigger(accounts="@unheard_of")
    logged = caplog.text + "".join(capfd.readouterr())
    assert "accounts: nothing -> 1 listed" in logged
    for hidden in ("unheard_of", tiktok.client_secret, "pool-password", "researcher@example.org"):
        assert hidden not in logged


def test_the_dag_of_the_new_project_is_there_at_the_next_parse(trigger, parse, monkeypatch, variables):
    trigger(schedule="@daily")
    monkeypatch.setenv(f"AIRFLOW_VAR_{KEY.upper()}", variables.get(KEY))
    assert parse()[f"harvest__{ID}"].description == "Cycling and climate"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accounts": "Jan Janssens"}, "accounts = 'Jan Janssens': 'Jan Janssens' is no username"),
        ({"region_codes": ["XX"]}, "'XX' is not a region of TikTok"),
        ({"period": "20260101"}, "period = '20260101': write both days"),
        ({"access_end": "2040-01-01"}, "longer than two years"),
        ({"access_start": None}, "access.start: is missing, add it"),
        ({"title": ""}, "title: is missing, add it"),
        ({"accounts": "", "hashtags": "", "region_codes": []}, "nothing to ask for"),
        ({"query": {"and": []}}, "query excludes"),
        ({"project_id": "my-project"}, "project_id = 'my-project'"),
        ({"connection_id": "tiktok_nobody"}, "Connection tiktok_nobody does not exist"),
    ],
)
def test_bad_input_is_refused_with_the_reason_and_writes_nothing(
    trigger, variables, storage, airflow, capfd, caplog, changes, said
):
    done = trigger(**changes)
    assert states(done)["check_project"] == {"failed"}
    assert said in caplog.text + "".join(capfd.readouterr())
    nothing_is_written(variables, storage, airflow)


@pytest.mark.parametrize(
    "changes",
    [
        {"window_days": 31},
        {"probe": "perhaps"},
        {"order": "sideways"},
        {"query": "keyword = x"},
    ],
)
def test_what_the_form_itself_can_tell_is_refused_before_a_run(trigger, variables, storage, airflow, changes):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises((ParamValidationError, ValueError)):
        trigger(**changes)
    nothing_is_written(variables, storage, airflow)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"period": "20260101 –"}, "period", {"start": "2026-01-01"}),
        ({"period": None, "period_start": "2026-01-01", "period_end": "2026-01-01"}, "period",
         {"start": "2026-01-01", "end": "2026-01-01"}),
        ({"accounts": ["@a", "@b, @A"]}, "accounts", ["a", "b"]),
        ({"region_codes": "be nl"}, "region_codes", ["BE", "NL"]),
        ({"settle_days": 0}, "settle_days", 0),
        ({"project_id": f" {ID.upper()} "}, "project_id", ID),
    ],
)  # fmt: skip
def test_borderline_input_is_understood(trigger, variables, changes, field, value):
    trigger(**changes, probe=False)
    written = json.loads(variables.get(KEY))[field]
    assert {name: each for name, each in written.items() if each} == value if field == "period" else written == value


def test_check_only_writes_nothing(trigger, variables, storage, airflow):
    done = trigger(check_only=True, probe=False)
    assert states(done) == {"check_project": {"success"}, "write_project": {"skipped"}}
    nothing_is_written(variables, storage, airflow)


def test_a_registered_project_is_changed_only_with_replace_and_the_difference_is_shown(
    trigger, variables, storage, capfd, caplog
):
    trigger(probe=False)
    before = variables.get(KEY)
    refused = trigger(title="Another", probe=False)
    assert states(refused)["check_project"] == {"failed"}
    shown = refused.get_task_instance("check_project").xcom_pull(task_ids="check_project", key="changes")
    assert shown == "title: Cycling and climate -> Another"
    reason = refused.get_task_instance("check_project").xcom_pull(task_ids="check_project", key="refused")
    assert "is registered already, and this form would change title" in reason
    assert variables.get(KEY) == before
    assert "is registered already" in caplog.text + "".join(capfd.readouterr())

    done = trigger(title="Another", replace=True, probe=False)
    assert states(done) == WRITTEN
    assert result(done, "write_project")["changes"] == shown
    assert json.loads(variables.get(KEY))["title"] == "Another"
    assert [version.configuration["title"] for version in versions(storage, LAYOUT)] == [
        "Cycling and climate",
        "Another",
    ]


def test_what_was_made_by_hand_is_kept_before_it_is_replaced(trigger, variables, storage):
    variables.set(KEY, "{")
    trigger(replace=True, probe=False)
    first, second = versions(storage, LAYOUT)
    assert first.configuration == {"unreadable": "{"}
    assert first.by.startswith("unknown")
    assert second.configuration["title"] == "Cycling and climate"


STEPS = ["AirflowApi.make_pool", "keep_versions", "write_project", "index_project"]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_leaves_no_half_registered_project(trigger, variables, storage, monkeypatch, parse, step):
    def fails(*_args):
        raise Moment(f"{step} fails")

    with monkeypatch.context() as broken:
        broken.setattr(f"plugins.project_registration.{step}", fails)
        done = trigger(probe=False)
    assert states(done) == {"check_project": {"success"}, "write_project": {"failed"}}
    registered = step == "index_project"
    assert (variables.get(KEY, default_var=None) is not None) == registered
    if registered:
        assert project_of(json.loads(variables.get(KEY))).pool
        assert len(list(versions(storage, LAYOUT))) == 1

    done = trigger(probe=False, replace=registered)
    assert states(done) == WRITTEN
    assert len(list(versions(storage, LAYOUT))) == 1
    assert ID in index_from(variables.get("research_projects"))


def test_an_airflow_that_lets_nobody_make_pools_registers_nothing(trigger, variables, airflow, capfd, caplog):
    airflow.forbidden = True
    done = trigger(probe=False)
    assert states(done)["write_project"] == {"failed"}
    assert "Add the connection airflow_api" in caplog.text + "".join(capfd.readouterr())
    assert variables.get(KEY, default_var=None) is None


def test_without_a_pool_no_airflow_is_asked(trigger, airflow):
    assert states(trigger(use_pool=False, probe=False)) == WRITTEN
    assert airflow.pools == {}


def test_every_field_explains_itself(parse):
    params = parse("register_project.py")["register_project"].params
    for name in params:
        schema = params.get_param(name).schema
        assert schema["title"], name
        assert len(schema["description_md"]) > 10, name


def test_every_field_of_the_form_is_read(parse):
    from include.domain.form import OWN

    asked = set(parse("register_project.py")["register_project"].params)
    days = {"period_start", "period_end", "access_start", "access_end"}
    assert asked == OWN - {"access"} | days | {"application_id", "replace", "check_only", "probe", "use_pool"}


def test_the_answers_of_the_application_fill_what_the_form_leaves_empty(trigger, variables, storage, parse):
    answers = ANSWERS | ACCESS
    run(parse("prepare_application.py")["prepare_application"], application_id="cycling_2027", **answers)
    empty = dict.fromkeys(("title", "description", "access_start", "access_end"))
    assert states(trigger(application_id="cycling_2027", **empty)) == WRITTEN
    project = project_of(json.loads(variables.get(KEY)))
    assert project.title == ANSWERS["title"]
    assert project.requestor == "A. Researcher"
    assert {"access_start": str(project.access.start), "access_end": str(project.access.end)} == ACCESS


def test_an_application_nobody_prepared_is_named(trigger, variables, storage, airflow):
    refused = trigger(application_id="unheard_of").get_task_instance("check_project")
    assert "There is no application 'unheard_of'" in refused.xcom_pull(task_ids="check_project", key="refused")
    nothing_is_written(variables, storage, airflow)
