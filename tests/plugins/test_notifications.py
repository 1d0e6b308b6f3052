import json
from types import SimpleNamespace

import pytest

from include.domain.errors import NoticeNotSent, SettingInvalid
from plugins.notifications import failure_notifiers, send, tell
from tests.plugins.mail import CONNECTION, mail_server
from tests.projects import project


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def configured(server, monkeypatch):
    monkeypatch.setenv(CONNECTION, server.connection())
    monkeypatch.setenv("ICANDID_NOTIFY", "engineer@example.org, other@example.org")


@pytest.mark.usefixtures("configured")
def test_the_requestor_and_the_operators_are_told(server):
    assert tell(project(), "The last day is near.")
    (letter,) = server.letters
    assert letter.to == ["researcher@example.org", "engineer@example.org", "other@example.org"]
    assert letter.message["Subject"] == "TikTok research project tiktok_query_0000005: Cycling and climate"
    assert letter.message["From"] == "icandid@example.org"
    assert letter.text == "<p>The last day is near.</p>\n"


@pytest.mark.usefixtures("configured")
def test_somebody_who_is_both_is_told_once(server, monkeypatch):
    monkeypatch.setenv("ICANDID_NOTIFY", "researcher@example.org")
    tell(project(), "Near.")
    assert server.letters[0].to == ["researcher@example.org"]


def test_without_a_connection_nothing_is_sent(server, monkeypatch):
    monkeypatch.setenv("ICANDID_NOTIFY", "engineer@example.org")
    assert not tell(project(), "Near.")
    assert server.letters == []


@pytest.mark.usefixtures("configured")
def test_a_title_is_neither_a_template_nor_a_tag_nor_a_header(server):
    odd = project(title="{{ conn.smtp_default.password }}\nBcc: all@example.org")
    assert tell(odd, "<script>{{ 1 + 1 }}</script>")
    (letter,) = server.letters
    assert letter.message["Bcc"] is None
    assert letter.message["Subject"].endswith("{{ conn.smtp_default.password }} Bcc: all@example.org")
    assert letter.text == "<p>&lt;script&gt;{{ 1 + 1 }}&lt;/script&gt;</p>\n"


@pytest.mark.usefixtures("configured")
def test_a_mail_that_the_server_refuses_is_tried_again_later(server):
    server.refuses = "@example.org"
    with pytest.raises(NoticeNotSent, match="SMTPRecipientsRefused") as caught:
        tell(project(), "Near.")
    assert "researcher@" not in str(caught.value)


@pytest.mark.usefixtures("configured")
def test_a_server_that_is_away_is_tried_again_later(server, monkeypatch):
    connection = json.loads(server.connection())
    monkeypatch.setenv(CONNECTION, json.dumps(connection | {"port": 1}))
    with pytest.raises(NoticeNotSent, match="ConnectionRefusedError"):
        tell(project(), "Near.")


@pytest.mark.usefixtures("configured")
def test_a_connection_without_a_sender_needs_a_person(server, monkeypatch):
    monkeypatch.setenv(CONNECTION, server.connection(from_email=None))
    with pytest.raises(SettingInvalid, match="give it `from_email`"):
        send(["engineer@example.org"], "Near", "Near.")


@pytest.mark.usefixtures("configured")
def test_a_password_is_never_sent_unencrypted_to_another_machine(server, monkeypatch):
    connection = json.loads(server.connection()) | {"host": "smtp.example.org", "login": "a", "password": "b" * 20}
    monkeypatch.setenv(CONNECTION, json.dumps(connection))
    with pytest.raises(SettingInvalid, match="sent unencrypted") as caught:
        tell(project(), "Near.")
    assert "bbb" not in str(caught.value)


@pytest.mark.parametrize("value", ["", " ", " , ;"])
def test_without_an_address_there_is_no_failure_notifier(monkeypatch, value):
    monkeypatch.setenv("ICANDID_NOTIFY", value)
    assert failure_notifiers() == []


def contexts():
    dag_run = SimpleNamespace(dag_id="harvest__a", run_id="manual__2026-01-01T00:00:00+00:00")
    yield pytest.param({"dag_run": dag_run, "exception": ValueError("a caption")}, id="of a task")
    dag = SimpleNamespace(dag_id="harvest__a")
    yield pytest.param({"dag": dag, "run_id": dag_run.run_id, "reason": "a caption"}, id="of a DAG")


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("context", contexts())
def test_the_operators_learn_which_run_failed_and_where_to_look(server, context):
    (notifier,) = failure_notifiers()
    notifier.notify(context)
    (letter,) = server.letters
    assert letter.to == ["engineer@example.org", "other@example.org"]
    assert letter.message["Subject"] == "harvest__a failed"
    assert "/dags/harvest__a/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00" in letter.text
    assert "a caption" not in letter.text


def test_a_failure_without_a_connection_is_only_logged(server, monkeypatch):
    monkeypatch.setenv("ICANDID_NOTIFY", "engineer@example.org")
    (notifier,) = failure_notifiers()
    notifier.notify({"dag": SimpleNamespace(dag_id="harvest__a")})
    assert server.letters == []
