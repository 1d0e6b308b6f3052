"""Accepting a window through Airflow: shown, approved, rejected, refused; and what later runs make of it."""

from datetime import UTC, datetime

import pytest

from include.domain.manifest import State
from include.storage.leases import take
from include.storage.manifests import read_dataset, read_unit, write_unit
from include.storage.project_store import ProjectStore
from tests.airflow_server import airflow_server
from tests.dags.people import answering
from tests.dags.runs import result, run, states
from tests.dags.test_run import AnyRun
from tests.projects import PROJECT
from tests.stages.reading import LAYOUT, everything
from tests.stages.test_accept import JANUARY, ended

DAG_ID, HARVEST = "accept_window", f"harvest__{PROJECT['project_id']}"
FORM = {"project_id": PROJECT["project_id"], "window": "2026-01-01 to 2026-01-30", "why": "a holiday in Belgium"}
PERIOD = {"start": "2026-01-01", "end": "2026-01-30"}
GREEN = {"show_checks": {"success"}, "approve_window": {"success"}, "accept_window": {"success"}}
REFUSED = {"show_checks": {"failed"}, "approve_window": {"upstream_failed"}, "accept_window": {"upstream_failed"}}


@pytest.fixture
def store(storage):
    return ProjectStore(storage, LAYOUT)


@pytest.fixture
def suspect(store, metadata, register):
    """A project with one window, which waits for a person."""
    register(period=PERIOD)
    manifest = ended()
    write_unit(store, manifest)
    return manifest


@pytest.fixture
def accept(parse, metadata, storage):
    return lambda **changes: run(parse("accept_window.py")[DAG_ID], **FORM | changes)


@pytest.fixture
def notes(monkeypatch):
    """The notes of all runs."""
    with airflow_server() as airflow:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", airflow.url)
        airflow.all_admins, airflow.notes = True, AnyRun()
        yield airflow.notes


@pytest.fixture
def said(caplog, capfd):
    return lambda: caplog.text + "".join(capfd.readouterr())


def accepted(store):
    return read_unit(store, str(JANUARY)).accepted


def test_an_approved_window_says_who_when_and_why_and_is_not_asked_again(
    accept, suspect, store, parse, tiktok, api_client, notes
):
    begun = datetime.now(UTC)
    with answering(api_client, DAG_ID, "Approve") as person:
        done = accept()
    assert states(done) == GREEN
    assert person.asked["subject"] == (
        "Accept the window 2026-01-01 to 2026-01-30 of the research project tiktok_query_0000005 as it is?"
    )
    shown = person.asked["body"]
    assert "Window **2026-01-01 to 2026-01-30** of research project **tiktok_query_0000005** (Cycling and cli" in shown
    assert "To be accepted because: a holiday in Belgium (asked for by dag_test)" in shown
    assert "It is **suspect** after 4 tries" in shown
    assert "| records found | 1,230 |" in shown
    assert "| neighbours | **failed** | expected 2e+04, canary unknown | 1230 records came" in shown

    who = f"{person.told.json()['responded_by']['name']}, asked for by dag_test"
    assert (accepted(store).by, accepted(store).why) == (who, "a holiday in Belgium")
    assert begun < accepted(store).at < datetime.now(UTC)
    assert read_unit(store, str(JANUARY)).now == suspect.now
    line = (
        "window 2026-01-01 to 2026-01-30 (suspect, 1,230 records found, 66 withheld by TikTok) "
        f"accepted by {who}: a holiday in Belgium"
    )
    assert list(notes.values()) == [f"tiktok_query_0000005: {line}"]
    told = result(done, "accept_window")
    assert (told["window"], told["state"], told["accepted"]) == ("2026-01-01_2026-01-30", "suspect", who)

    tiktok.forget_ledger()
    assert result(run(parse()[HARVEST]), "plan_windows") == []
    assert tiktok.ledger == []


def test_a_reharvest_that_completes_replaces_the_acceptance(accept, suspect, store, parse, tiktok, api_client):
    with answering(api_client, DAG_ID, "Approve"):
        accept()
    assert accepted(store)
    again = run(parse()[HARVEST], start_date=PERIOD["start"], end_date=PERIOD["end"], reharvest=True)
    assert states(again)["harvest_window"] == {"success"}
    manifest = read_unit(store, str(JANUARY))
    assert (manifest.accepted, manifest.state, manifest.now.number) == (None, State.COMPLETE, 2)
    assert read_dataset(store).rows == manifest.now.counts.found > 0


def test_a_rejected_window_stays_as_it_is(accept, suspect, store, storage, api_client, notes):
    before = everything(storage)
    with answering(api_client, DAG_ID, "Reject") as person:
        done = accept()
    assert done.state == "success"
    assert states(done) == GREEN | {"accept_window": {"skipped"}}
    assert everything(storage) == before
    who = person.told.json()["responded_by"]["name"]
    assert list(notes.values()) == [f"window 2026-01-01 to 2026-01-30 is not accepted: rejected by {who}"]


def test_the_window_may_be_written_as_the_task_is_given_it(accept, suspect, store, api_client):
    with answering(api_client, DAG_ID, "Approve"):
        accept(window=" 2026-01-01_2026-01-30 ")
    assert accepted(store)


def test_the_window_of_a_retired_project_can_be_accepted(accept, suspect, store, register, api_client):
    register(period=PERIOD, retired={"on": "2026-06-01", "reason": "the study is over"})
    with answering(api_client, DAG_ID, "Approve"):
        accept()
    assert accepted(store)


def test_a_window_that_was_tried_again_while_a_person_thought_is_not_accepted(accept, suspect, store, api_client, said):
    with answering(api_client, DAG_ID, "Approve", lambda: write_unit(store, ended(number=2, tries=5))):
        done = accept()
    assert states(done)["accept_window"] == {"failed"}
    assert "has changed since its checks were shown: they were those of round 1" in said()
    assert accepted(store) is None


def test_a_window_is_not_accepted_twice(accept, suspect, store, api_client, said):
    with answering(api_client, DAG_ID, "Approve"):
        accept()
    assert states(accept()) == REFUSED
    assert "already, by " in said()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"project_id": "tiktok_query_9999999"}, "There is no Variable research_project__tiktok_query_9999999"),
        ({"window": "2026-01-01 to 2026-01-29"}, "These can be accepted: 2026-01-01 to 2026-01-30 (suspect)."),
        ({"window": "January"}, "write its first and last day, such as 2026-01-01 to 2026-01-30"),
    ],
)
def test_what_is_not_there_is_refused_before_anybody_is_asked(accept, suspect, storage, said, form, told):
    before = everything(storage)
    assert states(accept(**form)) == REFUSED
    assert told in said()
    assert everything(storage) == before


def test_a_complete_window_is_refused_before_anybody_is_asked(accept, suspect, store, said):
    write_unit(store, ended(state=State.COMPLETE))
    assert states(accept()) == REFUSED
    assert "it is complete since 2026-05-20" in said()


def test_a_window_of_an_earlier_query_is_refused_before_anybody_is_asked(accept, suspect, register, said):
    register(period=PERIOD, hashtags=["voetbal"])
    assert states(accept()) == REFUSED
    assert "an earlier query" in said()


def test_a_round_that_goes_on_is_let_end(accept, suspect, store, said):
    write_unit(store, suspect.with_round(suspect.now.reopen("manual__2")))
    take(store.objects, LAYOUT.unit(str(JANUARY)), "manual__2", datetime.now(UTC))
    assert states(accept()) == REFUSED
    assert "begun by run manual__2, has not ended" in said()


@pytest.mark.parametrize(
    "wrong", [{"project_id": "../quota"}, {"window": ""}, {"window": "x" * 101}, {"why": "ok"}, {"why": "x" * 501}]
)
def test_a_form_that_is_filled_in_badly_starts_no_run(accept, storage, wrong):
    from airflow.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        accept(**wrong)
    assert storage.paths("") == []


def test_the_page_operators_read_explains_itself(parse):
    dag = parse("accept_window.py")[DAG_ID]
    assert [task.task_id for task in dag.topological_sort()] == ["show_checks", "approve_window", "accept_window"]
    assert "What to do" in dag.doc_md
