import json

import pytest

from include.domain.questions import NAMES, TOPICS
from include.storage.layout import ApplicationLayout
from tests.applications import ANSWERS
from tests.dags.runs import result, run, states

NAME = "cycling_2027"
LAYOUT = ApplicationLayout(NAME)


@pytest.fixture
def dag(metadata, parse, storage):
    return parse("prepare_application.py")["prepare_application"]


def said(caplog, capfd):
    return caplog.text + "".join(capfd.readouterr())


def test_the_form_asks_what_tiktok_asks_in_its_order(parse):
    from airflow.serialization.serialized_objects import DagSerialization

    dag = parse("prepare_application.py")["prepare_application"]
    shown = list(DagSerialization.from_dict(DagSerialization.to_dict(dag)).params)
    assert shown[:21] == ["application_id", *NAMES]
    topics = dag.params.get_param("topic").schema
    assert topics["enum"] == [None, *TOPICS]
    assert dag.params.get_param("members").schema["items"]["type"] == "object"
    assert "two years" in dag.params.get_param("access_end").schema["description_md"]
    assert "About 100 to 500 words." in dag.params.get_param("summary").schema["description_md"]


def test_a_full_form_becomes_a_dossier(dag, storage):
    done = run(dag, application_id=NAME, **ANSWERS)
    assert done.state == "success"
    returned = result(done, "prepare_application")
    assert (returned["answered"], returned["missing"], returned["apply_by"]) == (20, [], "2027-02-01")
    assert all(storage.read(path) for path in returned["dossier"])
    assert "Example University" not in json.dumps(returned)


def test_a_form_filled_in_twice_is_one_application(dag, parse, storage):
    run(dag, application_id=NAME, summary="A beginning", team_access="no")
    again = parse("prepare_application.py")["prepare_application"]  # a test run leaves its form in the DAG
    done = run(again, application_id=NAME, team="Team", withdraw=["team_access"])
    returned = result(done, "prepare_application")
    assert (returned["version"], returned["answered"]) == (2, 2)
    assert {"summary", "team"}.isdisjoint(returned["missing"])
    assert len(storage.paths(LAYOUT.drafts)) == 2


def test_a_form_with_nothing_but_a_name_is_a_draft_that_lacks_everything(dag):
    assert result(run(dag, application_id=NAME), "prepare_application")["missing"] == list(NAMES)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"access_start": "2027-03-01", "access_end": "2029-03-02"}, "longer than two years"),
        ({"university_link": "example"}, "write the address of a web page"),
        ({"withdraw": ["shoe_size"]}, "no answer named shoe_size"),
    ],
)
def test_a_form_that_cannot_be_used_fails_with_the_reason_and_leaves_nothing(
    dag, storage, wrong, reason, caplog, capfd
):
    done = run(dag, application_id=NAME, **ANSWERS | wrong)
    assert states(done) == {"prepare_application": {"failed"}}
    assert reason in said(caplog, capfd)
    assert storage.paths("") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"application_id": "../projects"},
        {"application_id": ""},
        {"topic": "Cats"},
        {"members": ["A"]},
        {"access_start": "soon"},
        {"title": "x" * 101},
    ],
)
def test_what_the_form_itself_can_tell_never_becomes_a_run(dag, storage, wrong):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises((ParamValidationError, ValueError)):
        run(dag, **{"application_id": NAME} | wrong)
    assert storage.paths("") == []
