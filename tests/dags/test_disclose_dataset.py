"""A dataset disclosed and exported through Airflow itself."""

import json

import pytest

from include.domain.pseudonyms import Pseudonyms
from include.stages.merge import merge
from tests.dags.runs import result, run, states
from tests.projects import PROJECT, project
from tests.stages.reading import LAYOUT, now, rows
from tests.stages.test_disclose import videos
from tests.stages.test_merge import JANUARY, complete

KEY = "a key of the tests, 32 characters"
ID = PROJECT["project_id"]


@pytest.fixture
def dag(metadata, parse, storage, register):
    register()
    return parse("disclose_dataset.py")["disclose_dataset"]


@pytest.fixture
def merged(storage):
    complete(storage, JANUARY, *((each, 0) for each in videos()))
    merge(project(), storage, "manual__1", now)


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_ICANDID_PSEUDONYMS", json.dumps({"conn_type": "generic", "password": KEY}))


@pytest.mark.usefixtures("merged", "key")
def test_a_dataset_gets_its_report_and_its_export(dag, storage, caplog, capfd):
    done = run(dag, project_id=ID)
    assert done.state == "success"
    assert result(done, "disclose_dataset") == {"videos": 15, "accounts": 13, "small_cells": 6}
    assert result(done, "export_dataset")["videos"] == 15
    assert all(storage.read(path) for path in LAYOUT.disclosure)
    accounts = {row["account"] for row in rows(storage, LAYOUT.export_month("2026-01"))}
    assert Pseudonyms(KEY, ID).of("account", "synth_nl") in accounts
    said = caplog.text + "".join(capfd.readouterr())
    assert "synth_nl" not in said
    assert KEY not in said


@pytest.mark.usefixtures("merged", "key")
def test_other_bounds_make_another_report(dag, storage):
    done = run(dag, project_id=ID, k=2, longer_than=1000, export=False)
    assert states(done)["export_dataset"] == {"skipped"}
    figures = json.loads(storage.read(LAYOUT.disclosure[1]))
    assert (figures["k"], figures["texts"]["voice_to_text"]["longer"]) == (2, 0)
    assert storage.paths(LAYOUT.export) == []


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize("password", [None, "too short to be a key"])
def test_without_a_good_key_there_is_a_report_and_no_export(dag, storage, monkeypatch, password, caplog, capfd):
    if password:
        connection = json.dumps({"conn_type": "generic", "password": password})
        monkeypatch.setenv("AIRFLOW_CONN_ICANDID_PSEUDONYMS", connection)
    done = run(dag, project_id=ID)
    assert states(done) == {"disclose_dataset": {"success"}, "export_dataset": {"failed"}}
    assert "give it a password of at least 32 random characters" in caplog.text + "".join(capfd.readouterr())
    assert storage.paths(LAYOUT.export) == []


@pytest.mark.parametrize(
    ("project_id", "reason"),
    [(ID, "has no dataset yet"), ("unknown", "There is no Variable research_project__unknown")],
)
def test_a_project_that_has_nothing_to_disclose_fails_with_the_reason(dag, storage, project_id, reason, caplog, capfd):
    assert states(run(dag, project_id=project_id))["disclose_dataset"] == {"failed"}
    assert reason in caplog.text + "".join(capfd.readouterr())
    assert storage.paths("") == []


@pytest.mark.parametrize("wrong", [{"project_id": "../x"}, {"k": 1}, {"longer_than": 0}, {"k": "many"}, {}])
def test_what_the_form_itself_can_tell_never_becomes_a_run(dag, wrong):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises((ParamValidationError, ValueError)):
        run(dag, **({"project_id": ID} if wrong else {}) | wrong)
