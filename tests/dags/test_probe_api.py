"""A probe through Airflow itself: it waits without a worker, and ends green whatever it finds."""

import json
import logging
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException

from plugins.wiring import APART
from tests.dags.runs import result, run, states

ID = "tiktok_probe"
QUERY = {"and": [{"operation": "IN", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}
EVERYTHING = {"and": [{"operation": "GTE", "field_name": "create_date", "field_values": ["20160101"]}]}


@pytest.fixture
def connected(monkeypatch, tiktok):
    """The connection of the sandbox, whose clock is moved where a task would sleep."""
    where = {"conn_type": "http", "host": tiktok.url, "login": tiktok.client_key, "password": tiktok.client_secret}
    monkeypatch.setenv(f"AIRFLOW_CONN_{ID.upper()}", json.dumps(where))
    monkeypatch.setenv("ICANDID_TIME", "sandbox")
    tiktok.forget_ledger()
    yield
    tiktok.reset()
    tiktok.clock.set(datetime.now(UTC))


@pytest.fixture
def dag(metadata, parse, storage, connected):
    return parse("probe_api.py")["probe_api"]


@pytest.fixture
def no_hour(monkeypatch):
    """An hour that passes at once."""
    for module in ("jumps", "others"):
        monkeypatch.setattr(f"include.stages.probe.{module}.HOUR", timedelta())


@pytest.mark.usefixtures("no_hour")
def test_a_probe_ends_with_a_report(dag, storage, caplog, capfd, tiktok):
    done = run(dag, connection_id=ID, query=EVERYTHING)
    assert done.state == "success"
    brief = result(done, "ask_tiktok")
    assert "assumptions hold" in brief["summary"]
    assert brief["requests"] == sum(entry.endpoint != "token" for entry in tiktok.ledger) <= 25
    text = storage.read(brief["path"]).decode()
    assert done.get_task_instance("ask_tiktok").xcom_pull(task_ids="ask_tiktok", key="report") == text
    assert json.loads(storage.read(brief["path"].replace(".md", ".json")))["connection"] == ID
    logged = caplog.text + "".join(capfd.readouterr())
    assert tiktok.client_secret not in logged


@pytest.mark.usefixtures("no_hour")
def test_what_does_not_hold_is_told_and_the_run_is_green(dag, tiktok, caplog, capfd):
    tiktok.switch(end_date_inclusive=False)
    done = run(dag, connection_id=ID, query=EVERYTHING)
    assert states(done) == {"ask_tiktok": {"success"}}
    assert "end_date" in result(done, "ask_tiktok")["summary"]
    assert "'end_date' does not hold" in caplog.text + "".join(capfd.readouterr())


def test_the_hour_is_waited_for_by_airflow(dag, storage, tiktok):
    from airflow.sdk.execution_time.context import set_current_context

    pushed = {}
    at = datetime.now(UTC)
    context = {
        "params": {"connection_id": ID, "first_day": None, "second_day": None, "query": EVERYTHING},
        "dag_run": SimpleNamespace(run_after=at, dag_id="probe_api"),
        "run_id": "manual__1",
        "ti": SimpleNamespace(xcom_push=pushed.__setitem__),
    }
    ask = dag.get_task("ask_tiktok").python_callable
    with set_current_context(context), pytest.raises(AirflowRescheduleException) as wait:
        ask(**context)
    assert timedelta(minutes=58) < wait.value.reschedule_date - datetime.now(UTC) <= timedelta(hours=1) + APART
    tiktok.clock.advance(timedelta(hours=1))
    with set_current_context(context):
        assert ask(**context)["requests"] <= 25
    assert pushed["report"].startswith("# Probe of the TikTok Research API")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second_day": str(datetime.now(UTC).date())}, "is not 3 days old yet"),
        ({"query": {"and": []}}, "it has no condition"),
        ({"connection_id": "tiktok_nobody"}, "Connection tiktok_nobody does not exist"),
    ],
)
def test_a_form_that_cannot_be_used_fails_with_the_reason(dag, storage, tiktok, caplog, capfd, changes, said):
    assert states(run(dag, **{"connection_id": ID, "query": QUERY} | changes)) == {"ask_tiktok": {"failed"}}
    assert said in caplog.text + "".join(capfd.readouterr())
    assert storage.paths("probes/") == []


@pytest.mark.parametrize("wrong", [{"connection_id": "tiktok_"}, {"query": "BE"}, {"first_day": "soon"}])
def test_what_the_form_itself_can_tell_never_becomes_a_run(dag, wrong):
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises((ParamValidationError, ValueError)):
        run(dag, **{"connection_id": ID, "query": QUERY} | wrong)


def test_no_log_names_an_account_of_the_query(dag, tiktok, caplog, capfd, no_hour):
    with caplog.at_level(logging.DEBUG, logger="include"), caplog.at_level(logging.DEBUG, logger="plugins"):
        run(dag, connection_id=ID, query=QUERY)
    assert "synth_nieuws_be" not in caplog.text + "".join(capfd.readouterr())
