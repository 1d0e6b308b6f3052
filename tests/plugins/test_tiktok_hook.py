import json

import pytest
import requests

from include.domain.errors import AirflowUnavailable, SettingInvalid
from plugins import tiktok_hook
from plugins.tiktok_hook import TikTokResearchHook


@pytest.fixture
def connection(monkeypatch):
    """Puts the connection tiktok_x into the environment and returns its hook."""

    def connection(**parts):
        made = {"conn_type": "http", "login": "the-key", "password": "the-secret"} | parts
        monkeypatch.setenv("AIRFLOW_CONN_TIKTOK_X", json.dumps(made))
        return TikTokResearchHook("tiktok_x")

    return connection


@pytest.fixture
def masked(monkeypatch):
    """What was told to Airflow as secret."""
    told = []
    monkeypatch.setattr(tiktok_hook, "mask_secret", told.append)
    return told


def sent_headers(api):
    request = api.session.prepare_request(requests.Request("POST", api.credentials.base_url + "/v2/x", json={}))
    return request.headers


def test_login_and_password_are_the_key_and_the_secret(connection):
    credentials = connection(host="https://open.tiktokapis.com").research_api().credentials
    assert (credentials.client_key, credentials.client_secret) == ("the-key", "the-secret")


def test_neither_key_nor_secret_go_out_as_basic_authentication(connection):
    api = connection(host="https://open.tiktokapis.com").research_api()
    assert "Authorization" not in sent_headers(api)


def test_a_netrc_file_adds_no_authentication(connection, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine open.tiktokapis.com login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert "Authorization" not in sent_headers(connection(host="https://open.tiktokapis.com").research_api())


def test_nothing_of_the_extra_goes_out_as_a_header(connection):
    extra = {"X-Note": "internal", "headers": {"A": "b"}}
    api = connection(host="https://open.tiktokapis.com", extra=extra).research_api()
    assert not {"x-note", "a", "headers"} & {name.lower() for name in sent_headers(api)}


def test_proxy_and_certificates_are_taken_from_the_extra(connection):
    extra = {"proxies": {"https": "http://proxy.example:3128"}, "verify": "/etc/ca.pem"}
    session = connection(host="https://open.tiktokapis.com", extra=extra).research_api().session
    assert session.proxies["https"] == "http://proxy.example:3128"
    assert session.verify == "/etc/ca.pem"


@pytest.mark.parametrize(
    ("parts", "base_url"),
    [
        ({}, "https://open.tiktokapis.com"),
        ({"host": ""}, "https://open.tiktokapis.com"),
        ({"host": "open.tiktokapis.com"}, "https://open.tiktokapis.com"),
        ({"host": "open.tiktokapis.com", "schema": "https"}, "https://open.tiktokapis.com"),
        ({"host": "https://open.tiktokapis.com/"}, "https://open.tiktokapis.com"),
        ({"host": "proxy.example", "port": 8443}, "https://proxy.example:8443"),
        ({"host": "http://127.0.0.1:8700"}, "http://127.0.0.1:8700"),
        ({"host": "http://localhost", "port": 8700}, "http://localhost:8700"),
        ({"host": "127.0.0.1", "schema": "http", "port": 8700}, "http://127.0.0.1:8700"),
    ],
)
def test_https_is_the_default_and_plain_http_stays_on_this_machine(connection, parts, base_url):
    assert connection(**parts).research_api().credentials.base_url == base_url


@pytest.mark.parametrize(
    "parts",
    [
        {"host": "http://open.tiktokapis.com"},
        {"host": "open.tiktokapis.com", "schema": "http"},
        {"host": "http://127.0.0.1.example.org"},
        {"host": "http://localhost.example.org:8700"},
        {"host": "http://127.0.0.1@example.org"},
        {"host": "ftp://open.tiktokapis.com"},
    ],
)
def test_a_connection_that_is_not_encrypted_is_refused(connection, parts):
    with pytest.raises(SettingInvalid, match="is not encrypted; use https"):
        connection(**parts).research_api()


@pytest.mark.parametrize("missing", [{"login": None}, {"password": None}, {"login": ""}, {"password": ""}])
def test_a_connection_without_key_or_secret_says_where_they_go(connection, missing):
    with pytest.raises(SettingInvalid, match=r"Connection tiktok_x: login \(client key\) and password") as caught:
        connection(host="https://open.tiktokapis.com", **missing).research_api()
    assert "the-secret" not in str(caught.value)


def test_a_project_without_a_connection_says_which_to_add(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_TIKTOK_X", raising=False)
    monkeypatch.setenv("AIRFLOW_VAR_RESEARCH_PROJECTS", "{}")
    with pytest.raises(SettingInvalid, match="Connection tiktok_x does not exist; add it with login"):
        TikTokResearchHook("tiktok_x").research_api()


def test_a_connection_is_not_missing_where_airflow_finds_nothing_at_all(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_TIKTOK_X", raising=False)
    with pytest.raises(AirflowUnavailable, match=r"Connection tiktok_x does not exist.* Or Airflow's API server"):
        TikTokResearchHook("tiktok_x").research_api()


def test_the_secret_and_every_token_are_masked(connection, masked, tiktok):
    api = connection(host=tiktok.url, login=tiktok.client_key, password=tiktok.client_secret).research_api()
    assert masked == [tiktok.client_secret, api.bearer()]


@pytest.mark.parametrize(("extra", "warnings"), [({"verify": False}, 1), ({"verify": True}, 0), ({}, 0)])
def test_certificates_that_nobody_looks_at_stand_in_the_log_once(connection, caplog, extra, warnings):
    session = connection(host="https://open.tiktokapis.com", extra=extra).research_api().session
    assert session.verify is extra.get("verify", True)
    assert ["verify is false" in record.message for record in caplog.records] == [True] * warnings
