"""Retiring a research project through Airflow: keep, purge with approval, reject; good, borderline and bad."""

import json
from datetime import UTC, datetime

import pytest

from include.domain.index import index_from
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.stages.merge import merge
from include.stages.register import register as register_dataset
from include.storage.certificates import read
from include.storage.configurations import versions
from include.storage.leases import take
from tests.dags.people import answering
from tests.dags.runs import result, run, states
from tests.projects import PROJECT, project, project_text
from tests.stages.reading import LAYOUT, everything
from tests.stages.test_describe import ONE, TWO
from tests.stages.test_merge import JANUARY, complete

DAG_ID = "retire_project"
ID = PROJECT["project_id"]
KEY = f"research_project__{ID}"
TODAY = datetime.now(UTC).date().isoformat()
FORM = {"project_id": ID, "data": "purge", "reason": "the study is over"}
SKIPPED = {name: {"skipped"} for name in ("count_data", "approve_purge", "purge_data", "forget_project")}
GREEN = {name: {"success"} for name in ("stop_schedule", *SKIPPED, "report_outcome")}


def now():
    return datetime.now(UTC)


@pytest.fixture
def variables(metadata):
    """Airflow's Variables in the database, with one project that has a schedule."""
    from airflow.models.variable import Variable

    Variable.set(KEY, project_text(schedule="@daily", labels=["politics"], pool="a_client"))
    yield Variable
    for key in (KEY, "research_projects"):
        Variable.delete(key)


@pytest.fixture
def registry(storage):
    return Registry(registry_engine(f"sqlite:///{storage.url.removeprefix('file://')}/registry.sqlite"))


@pytest.fixture
def full(storage, registry):
    """What a harvest of that project leaves."""
    complete(storage, JANUARY, (ONE, 0), (TWO, 0))
    storage.write(LAYOUT.page(str(JANUARY), 1, 1, 1), b'{"videos": "synth_nieuws_be"}')
    merge(project(), storage, "run", now)
    register_dataset(project(), storage, registry, "run", now())


@pytest.fixture
def retire(parse, variables, storage):
    return lambda **changes: run(parse("retire_project.py")[DAG_ID], **FORM | changes)


@pytest.fixture
def said(caplog, capfd):
    return lambda: caplog.text + "".join(capfd.readouterr())


@pytest.mark.usefixtures("full")
def test_a_project_that_is_kept_has_its_dag_without_a_schedule(
    retire, variables, storage, registry, parse, monkeypatch
):
    before = everything(storage)
    done = retire(data="keep")
    assert done.state == "success"
    assert states(done) == {**SKIPPED, "stop_schedule": {"success"}, "report_outcome": {"success"}}
    written = json.loads(variables.get(KEY))
    assert written == json.loads(project_text(schedule="@daily", labels=["politics"], pool="a_client")) | {
        "retired": {"on": TODAY, "reason": "the study is over"}
    }
    entry = index_from(variables.get("research_projects"))[ID]
    assert (entry.schedule, entry.tags) == (None, ("politics", "retired"))
    told = result(done, "report_outcome")
    assert (told["schedule"], told["data"]) == ("stopped", "kept, as asked for")
    assert "The connection tiktok_tiktok_query_0000005 still holds" in told["left_to_do"][0]
    assert "The pool a_client stays" in told["left_to_do"][1]
    assert {path: everything(storage)[path] for path in before} == before
    assert [("retired" in each.configuration, each.by) for each in versions(storage, LAYOUT)] == [
        (False, "unknown: kept when it was retired"),
        (True, "dag_test"),
    ]
    monkeypatch.setenv(f"AIRFLOW_VAR_{KEY.upper()}", variables.get(KEY))
    dag = parse()[f"harvest__{ID}"]
    assert "retired" in dag.tags
    assert not dag.timetable.can_be_scheduled


def test_the_plan_of_a_retired_project_says_since_when_and_why(register, parse, storage, metadata, tiktok, said):
    register(retired={"on": "2026-06-01", "reason": "the study is over"})
    done = run(parse()[f"harvest__{ID}"])
    assert states(done)["plan_windows"] == {"failed"}
    assert "retired on 2026-06-01 (the study is over)" in said()


def test_retiring_twice_keeps_the_first_day_and_reason(retire, variables):
    retire(data="keep")
    before = variables.get(KEY)
    assert retire(data="keep", reason="again").state == "success"
    assert variables.get(KEY) == before


@pytest.mark.usefixtures("full")
def test_an_approved_purge_removes_everything_and_certifies_it(retire, variables, storage, registry, api_client, said):
    with answering(api_client, DAG_ID, "Approve") as person:
        done = retire()
    assert person.told.status_code == 200
    assert states(done) == GREEN
    assert person.asked["subject"] == f"Purge all data of the research project {ID}?"
    shown = person.asked["body"]
    assert "| pages | 1 |" in shown
    assert "Rows of the dataset of videos: 2" in shown
    assert "Row in iCANDID's registry: there" in shown
    assert not [content for content in ("synth_nieuws_be", "fietsen", str(ONE["id"])) if content in shown + said()]
    assert storage.paths(LAYOUT.everything) == []
    assert registry.row(ID) is None
    assert variables.get(KEY, default_var=None) is None
    assert ID not in index_from(variables.get("research_projects"))
    (certificate,) = read(storage, LAYOUT)
    (approval,) = certificate.approvals
    assert (approval.by, certificate.asked_by) == (person.told.json()["responded_by"]["name"], "dag_test")
    assert certificate.after.empty
    told = result(done, "report_outcome")
    assert told["data"].startswith(f"purged: {certificate.before.total.objects} objects, 0 remain; see certificates/")


@pytest.mark.usefixtures("full")
def test_a_rejected_purge_removes_nothing_and_says_who_rejected_it(retire, variables, storage, registry, api_client):
    before = everything(storage)
    with answering(api_client, DAG_ID, "Reject"):
        done = retire()
    assert done.state == "success"
    assert states(done) == GREEN | {"purge_data": {"skipped"}, "forget_project": {"skipped"}}
    assert result(done, "report_outcome")["data"].startswith("kept: the purge was rejected by ")
    assert {path: everything(storage)[path] for path in before} == before
    assert registry.row(ID)["available"]
    assert "retired" in json.loads(variables.get(KEY))
    assert read(storage, LAYOUT) == []


@pytest.mark.usefixtures("full")
def test_a_window_that_is_harvested_when_the_approval_comes_stops_the_purge(
    retire, storage, registry, api_client, said
):
    with answering(
        api_client, DAG_ID, "Approve", lambda: take(storage, LAYOUT.unit(str(JANUARY)), "another run", now())
    ):
        done = retire()
    assert states(done)["purge_data"] == {"failed"}
    assert "a harvest is at work" in said()
    assert storage.read(LAYOUT.page(str(JANUARY), 1, 1, 1)) is not None
    assert registry.row(ID) is not None


@pytest.fixture
def harvest_that_waits(variables, parse, monkeypatch):
    """A run of the project's harvest that has not ended, as one that waits for quota."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunType

    dag_id = f"harvest__{ID}"
    with create_session() as session:
        session.merge(DagBundleModel(name="dags-folder"))
        session.flush()
        session.merge(DagModel(dag_id=dag_id, bundle_name="dags-folder"))
        session.flush()
        session.add(
            DagRun(
                dag_id=dag_id,
                run_id="manual__waits",
                run_type=DagRunType.MANUAL,
                run_after=now(),
                state=DagRunState.RUNNING,
            )
        )
    yield
    with create_session() as session:
        session.query(DagRun).filter(DagRun.run_id == "manual__waits").delete()


@pytest.mark.usefixtures("full", "harvest_that_waits")
def test_a_run_of_the_harvest_that_has_not_ended_stops_a_purge_before_anybody_is_asked(retire, storage, said):
    before = everything(storage)
    done = retire()
    assert states(done)["count_data"] == {"failed"}
    assert states(done)["purge_data"] == {"upstream_failed"}
    assert "runs of its harvest have not ended (1)" in said()
    assert {path: everything(storage)[path] for path in before} == before


@pytest.mark.parametrize("data", ["keep", "purge"])
def test_an_unknown_project_is_refused_before_anything_happens(retire, storage, said, data):
    done = retire(project_id="tiktok_query_9999999", data=data)
    assert states(done)["stop_schedule"] == {"failed"}
    assert "There is no Variable research_project__tiktok_query_9999999" in said()
    assert storage.paths("") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"project_id": ""},
        {"project_id": "../quota"},
        {"project_id": "Tiktok"},
        {"project_id": "a/b"},
        {"data": "delete"},
        {"reason": ""},
        {"reason": None},
    ],
)
def test_a_form_that_is_filled_in_badly_starts_no_run(retire, storage, wrong):
    from airflow.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        retire(**wrong)
    assert storage.paths("") == []


def test_a_project_of_the_environment_cannot_be_retired_by_a_form(register, retire, storage, said):
    register()
    done = retire()
    assert states(done)["stop_schedule"] == {"failed"}
    assert "comes from the environment (AIRFLOW_VAR_RESEARCH_PROJECT__TIKTOK_QUERY_0000005)" in said()


@pytest.mark.parametrize("text", [None, "{", '{"project_id": "tiktok_query_0000005"}'])
@pytest.mark.usefixtures("full")
def test_what_a_broken_or_deleted_project_left_can_be_purged(retire, variables, storage, registry, api_client, text):
    variables.delete(KEY)
    variables.set("research_projects", "{}")
    if text:
        variables.set(KEY, text)
    with answering(api_client, DAG_ID, "Approve"):
        done = retire()
    assert states(done) == GREEN
    assert storage.paths(LAYOUT.everything) == []
    assert registry.row(ID) is None
    assert variables.get(KEY, default_var=None) is None


@pytest.mark.usefixtures("full")
def test_a_purge_that_dies_in_the_middle_is_finished_by_another_run(
    retire, variables, storage, registry, api_client, monkeypatch
):
    from include.storage.objects import Objects

    together, seen = Objects.delete_together, []

    def dies(self, paths):
        seen.extend(paths)
        together(self, paths[: len(paths) // 2])
        if len(seen) > 3:
            raise SystemExit("killed")
        together(self, paths)

    monkeypatch.setattr(Objects, "delete_together", dies)
    with answering(api_client, DAG_ID, "Approve"):
        done = retire()
    assert states(done)["purge_data"] == {"failed"}
    assert variables.get(KEY), "a project is forgotten last"
    (open_one,) = read(storage, LAYOUT)
    assert open_one.finished_at is None
    assert storage.paths(LAYOUT.everything)
    monkeypatch.setattr(Objects, "delete_together", together)
    with answering(api_client, DAG_ID, "Approve"):
        done = retire()
    assert states(done) == GREEN
    (certificate,) = read(storage, LAYOUT)
    assert certificate.before.total == open_one.before.total
    assert len(certificate.approvals) == 2
    assert storage.paths(LAYOUT.everything) == []
