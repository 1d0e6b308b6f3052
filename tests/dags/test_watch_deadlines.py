"""The deadlines of research projects, told by mail through Airflow itself."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.dags.runs import result, run, states
from tests.plugins.mail import CONNECTION, mail_server


def day(days):
    return str(datetime.now(UTC).date() + timedelta(days=days))


def access(days):
    return {"start": day(days - 365), "end": day(days)}


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def dag(metadata, parse, storage, monkeypatch, server):
    monkeypatch.setenv(CONNECTION, server.connection())
    monkeypatch.setenv("ICANDID_NOTIFY", "engineer@example.org")
    return parse("watch_deadlines.py")["watch_deadlines"]


def test_every_morning_it_looks_by_itself(parse):
    dag = parse("watch_deadlines.py")["watch_deadlines"]
    assert dag.schedule == "0 5 * * *"
    assert not dag.catchup


def test_a_near_end_is_told_once(dag, register, server):
    register("project_a", access=access(14))
    register("project_b", access=access(31))
    paper = {"title": "Paper", "date": day(10), "venue": "A Journal"}
    register("project_c", access=access(200), publications=[paper])
    register("project_d", text="{")
    assert result(run(dag), "tell_deadlines") == {"projects": 3, "sent": 2, "nobody": 0, "failed": 0}
    first, second = sorted(letter.text for letter in server.letters)
    assert f"project_a is {day(14)}, in 14 days" in first + second
    assert f"the draft of &#x27;Paper&#x27; (research project project_c) is {day(3)}, in 3 days" in first + second
    assert server.letters[0].to == ["researcher@example.org", "engineer@example.org"]
    assert result(run(dag), "tell_deadlines")["sent"] == 0
    assert len(server.letters) == 2


def test_a_mail_server_that_refuses_leaves_the_task_to_its_retries(dag, register, server, storage):
    register("project_a", access=access(3))
    server.refuses = "@example.org"
    assert states(run(dag)) == {"tell_deadlines": {"failed"}}
    server.refuses = "\n"
    assert result(run(dag), "tell_deadlines")["sent"] == 1


def test_without_a_mail_server_it_only_says_so(dag, register, monkeypatch, caplog, capfd):
    monkeypatch.delenv(CONNECTION)
    register("project_a", access=access(0))
    done = run(dag)
    assert result(done, "tell_deadlines") == {"projects": 1, "sent": 0, "nobody": 1, "failed": 0}
    assert f"project_a is {day(0)}, today. Nothing is harvested after it." in caplog.text + "".join(capfd.readouterr())


def test_a_run_that_fails_tells_the_operators(dag, server, monkeypatch):
    monkeypatch.setenv("ICANDID_STORAGE", "nowhere")
    assert states(run(dag)) == {"tell_deadlines": {"failed"}}
    (letter,) = server.letters
    assert letter.to == ["engineer@example.org"]
    assert "of watch_deadlines failed" in letter.text


def test_where_nobody_is_named_a_failure_stays_in_the_ui(parse):
    assert not parse("watch_deadlines.py")["watch_deadlines"].on_failure_callback
