import json

import pytest

from include.domain.errors import AirflowUnavailable, SettingInvalid
from plugins.airflow_api import LONGEST_NOTE, AirflowApi, airflow_api, note_run
from tests.airflow_server import airflow_server

SECRET = "pool-password"


@pytest.fixture
def server():
    with airflow_server() as running:
        yield running


def keeper(server):
    return AirflowApi(server.url, "keeper", SECRET)


def test_a_pool_is_made_once_and_never_resized(server):
    assert keeper(server).make_pool("tiktok_team", "Searches")
    server.pools["tiktok_team"] = 3
    assert not keeper(server).make_pool("tiktok_team", "Searches")
    assert server.pools == {"tiktok_team": 3}


RUN = "dags/harvest__x/dagRuns/scheduled__2026-01-01T00%3A00%3A00%2B00%3A00"
RUN_ID = "scheduled__2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("before", [None, "", "asked for by mail", "3 windows", "asked for by mail\n3 windows"])
def test_the_note_of_a_run_says_a_line_once_and_keeps_what_people_wrote(server, before):
    server.notes[RUN] = before
    for _ in range(2):
        keeper(server).note_run("harvest__x", RUN_ID, "3 windows")
    assert server.notes[RUN] == ("asked for by mail\n3 windows" if "mail" in (before or "") else "3 windows")


def test_a_line_that_is_too_long_for_a_note_is_cut_short_once(server):
    server.notes[RUN] = "asked for by mail"
    for _ in range(2):
        keeper(server).note_run("harvest__x", RUN_ID, "warnings: " + "x" * 2000)
    note = server.notes[RUN]
    assert len(note) == LONGEST_NOTE
    assert note.startswith("asked for by mail\nwarnings: xx")
    assert note.endswith("x…")


def test_a_full_note_stays_as_it_is(server):
    server.notes[RUN] = full = "x" * (LONGEST_NOTE - 20)
    keeper(server).note_run("harvest__x", RUN_ID, "y" * 100)
    assert server.notes[RUN] == full
    keeper(server).note_run("harvest__x", RUN_ID, "3 windows")
    assert server.notes[RUN] == f"{full}\n3 windows"


def test_a_run_goes_on_where_its_note_cannot_be_written(server, monkeypatch, caplog):
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", server.url)
    with caplog.at_level("INFO"):
        note_run("harvest__x", "unknown", "3 windows")
        server.all_admins = True
        note_run("harvest__x", "unknown", "3 windows")
        server.status = 503
        note_run("harvest__x", "unknown", "3 windows")
        server.status = 200  # as the login page of a proxy
        note_run("harvest__x", "unknown", "3 windows")
    said = [record.message for record in caplog.records]
    assert [code in text for code, text in zip(("401", "404", "503", "200"), said, strict=True)] == [True] * 4
    assert "make pools, edit runs and read Variables" in said[0]


def test_a_local_airflow_lets_everybody_in(server):
    server.all_admins = True
    assert AirflowApi(server.url).make_pool("x", "")


@pytest.mark.parametrize("login", ["", "somebody"])
def test_who_is_not_let_in_is_told_what_to_do(server, login):
    with pytest.raises(SettingInvalid, match=r"does not let us in \(HTTP 401\)\. Add the connection airflow_api"):
        AirflowApi(server.url, login, "wrong-password").make_pool("x", "")


def test_who_may_make_no_pools_is_told_what_to_do(server):
    server.forbidden = True
    with pytest.raises(SettingInvalid, match=r"the pool 'x' \(HTTP 403\)\. Add the connection airflow_api"):
        keeper(server).make_pool("x", "")


def test_a_busy_airflow_is_asked_again_later(server):
    server.status = 503
    with pytest.raises(AirflowUnavailable, match="HTTP 503"):
        keeper(server).make_pool("x", "")


def test_an_airflow_that_is_not_there_is_asked_again_later():
    with pytest.raises(AirflowUnavailable, match="does not answer: ConnectionError"):
        AirflowApi("http://127.0.0.1:9").make_pool("x", "")


def test_a_redirect_is_not_followed_with_a_password(server):
    server.status = 302
    with pytest.raises(SettingInvalid, match="HTTP 302"):
        keeper(server).make_pool("x", "")


@pytest.mark.parametrize(
    ("connection", "url"),
    [
        ({"host": "airflow.example.org", "schema": "https"}, "https://airflow.example.org"),
        ({"host": "https://airflow.example.org/"}, "https://airflow.example.org"),
        ({"host": "api-server", "port": 8080}, "http://api-server:8080"),
    ],
)
def test_the_connection_says_where_airflow_is(monkeypatch, connection, url):
    whole = {"conn_type": "http", "login": "keeper", "password": SECRET, **connection}
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_API", json.dumps(whole))
    assert airflow_api() == AirflowApi(url, "keeper", SECRET)


def test_without_the_connection_airflow_knows_itself(monkeypatch):
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "http://127.0.0.1:8080/")
    assert airflow_api() == AirflowApi("http://127.0.0.1:8080")


def test_a_password_is_shown_nowhere():
    assert SECRET not in repr(AirflowApi("http://x", "keeper", SECRET))


@pytest.mark.parametrize(("number", "calls"), [(0, 1), (100, 1), (101, 2), (1000, 10)])
def test_variables_are_read_a_hundred_at_a_time(server, number, calls):
    server.variables = {"another": "x"} | {f"research_project__{each}": str(each) for each in range(number)}
    read = keeper(server).read_variables("research_project__")
    assert read == {f"research_project__{each}": str(each) for each in range(number)}
    assert len([call for call in server.calls if "/variables?" in call]) == calls


def test_a_user_who_may_not_read_variables_is_told_what_to_add(server):
    server.forbidden = True
    with pytest.raises(SettingInvalid, match=r"does not let us read Variables .* Add the connection airflow_api"):
        keeper(server).read_variables("research_project__")
