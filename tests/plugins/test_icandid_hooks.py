import json
from datetime import UTC, datetime

import pytest

from include.domain.errors import SettingInvalid
from include.icandid.choices import Choices
from include.icandid.registry import Registry
from include.icandid.registry_http import HttpRegistry
from plugins.icandid_hooks import collection_registry, icandid_choices, search_indices

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def connect(monkeypatch):
    def connect(name, uri="", **connection):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", uri or json.dumps(connection))

    return connect


@pytest.fixture
def engine():
    pytest.importorskip("opensearchpy", reason="not installed: the Python package opensearch-py")
    from tests.icandid.search_engine import stand_in

    with stand_in() as (url, inside):
        inside.url = url
        yield inside


def test_without_a_connection_the_registry_is_a_file_beside_the_data(monkeypatch, tmp_path):
    monkeypatch.setenv("ICANDID_STORAGE", f"file://{tmp_path}/storage")
    assert isinstance(collection_registry(), Registry)
    assert (tmp_path / "storage/registry.sqlite").exists()


def test_data_in_a_bucket_need_a_registry_that_is_named(monkeypatch):
    """A file on the disk of one worker would be registered in, and be gone with it."""
    monkeypatch.setenv("ICANDID_STORAGE", "s3://icandid/tiktok")
    with pytest.raises(SettingInvalid, match="add the connection icandid_registry"):
        collection_registry()


def test_a_connection_names_the_registrys_database(connect, tmp_path):
    connect("icandid_registry", f"sqlite:///{tmp_path}/other.sqlite")
    assert isinstance(collection_registry(), Registry)
    assert (tmp_path / "other.sqlite").exists()


@pytest.mark.parametrize(
    "connection",
    [
        {"conn_type": "http", "host": "https://icandid.example.org", "password": "the-token"},
        {"conn_type": "https", "host": "icandid.example.org", "password": "the-token"},
        {"conn_type": "http", "schema": "https", "host": "icandid.example.org", "password": "the-token"},
    ],
)
def test_a_connection_over_http_is_the_admin_api_with_its_token(connect, connection):
    connect("icandid_registry", **connection)
    registry = collection_registry()
    assert isinstance(registry, HttpRegistry)
    assert registry._base_url == "https://icandid.example.org"
    assert registry._session.headers["Authorization"] == "Bearer the-token"


def test_a_token_is_never_sent_unencrypted(connect):
    connect("icandid_registry", conn_type="http", host="icandid.example.org", password="the-token")
    with pytest.raises(SettingInvalid, match="is not encrypted; use https") as error:
        collection_registry()
    assert "the-token" not in str(error.value)


def test_without_a_connection_there_is_no_search_index():
    assert search_indices(NOW) == []


def test_a_connection_switches_the_search_index_on(connect, engine):
    connect("icandid_search", conn_type="http", host=engine.url, extra={"index": "dev", "own": True})
    (index,) = search_indices(NOW)
    assert (index.name, index.count("tiktok_query_0000005")) == ("index", 0)
    assert list(engine.aliases) == ["dev"]


def test_an_index_that_is_missing_is_made_only_where_it_is_ours(connect, engine):
    connect("icandid_search", engine.url)
    with pytest.raises(SettingInvalid, match="has no alias 'icandid'"):
        search_indices(NOW)
    assert engine.aliases == {}


def test_a_password_of_the_index_is_never_sent_unencrypted(connect):
    connect("icandid_search", "http://somebody:the-secret@search.example.org:9200")
    with pytest.raises(SettingInvalid, match="9200 is not encrypted") as error:
        search_indices(NOW)
    assert "the-secret" not in str(error.value)


def test_certificates_that_are_not_there_are_a_setting_to_correct(connect):
    connect("icandid_search", conn_type="https", host="127.0.0.1", extra={"ca_certs": "/nowhere/ca.pem"})
    with pytest.raises(SettingInvalid, match="no file of certificates at /nowhere"):
        search_indices(NOW)


def test_a_host_that_is_no_host_is_a_setting_to_correct(connect):
    connect("icandid_search", conn_type="http", host="ftp://search.example.org")
    with pytest.raises(SettingInvalid, match="write its host as a name or https://name"):
        search_indices(NOW)


def test_without_a_choice_the_tree_is_filled_and_types_are_schema_orgs():
    assert icandid_choices() == Choices(tree=True, record_type="Message", sender_type="Person")


@pytest.mark.parametrize(
    ("named", "tree", "indices"), [("tree", True, 0), ("index", False, 1), ("tree, index", True, 1), ("", True, 1)]
)
def test_the_ways_in_are_those_that_a_deployment_names(connect, engine, monkeypatch, named, tree, indices):
    connect("icandid_search", conn_type="http", host=engine.url, extra={"own": True})
    monkeypatch.setenv("ICANDID_SINKS", named)
    assert (icandid_choices().tree, len(search_indices(NOW))) == (tree, indices)


def test_an_index_that_is_named_needs_its_connection(monkeypatch):
    monkeypatch.setenv("ICANDID_SINKS", "index")
    with pytest.raises(SettingInvalid, match="add the connection icandid_search"):
        search_indices(NOW)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("ICANDID_SINKS", "tree,trash", "name tree or index"),
        ("ICANDID_RECORD_TYPE", "Video", "write Message or message"),
        ("ICANDID_SENDER_TYPE", "person", "write Person or Organization"),
    ],
)
def test_a_choice_that_nobody_knows_is_a_setting_to_correct(monkeypatch, setting, value, says):
    monkeypatch.setenv(setting, value)
    with pytest.raises(SettingInvalid, match=f"{setting} = '{value}': {says}"):
        icandid_choices()
