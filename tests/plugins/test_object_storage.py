import json

import pytest

from include.domain.errors import SettingInvalid
from plugins.object_storage import storage


@pytest.fixture
def no_connection(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_ICANDID_STORAGE", raising=False)


def test_a_local_storage_needs_nothing_but_its_url(monkeypatch, tmp_path):
    monkeypatch.setenv("ICANDID_STORAGE", f"file://{tmp_path}/deep/storage")
    storage().write("a", b".")
    assert (tmp_path / "deep/storage/a").read_bytes() == b"."


@pytest.mark.parametrize("url", [None, ""])
def test_a_storage_that_is_not_set_says_how_to_set_it(monkeypatch, url):
    monkeypatch.delenv("ICANDID_STORAGE", raising=False)
    if url is not None:
        monkeypatch.setenv("ICANDID_STORAGE", url)
    with pytest.raises(SettingInvalid, match="ICANDID_STORAGE is not set; set it to file:///folder or s3://bucket"):
        storage()


def test_s3_takes_its_keys_and_endpoint_from_the_connection(monkeypatch):
    connection = {
        "conn_type": "aws",
        "login": "the-key",
        "password": "the-secret",
        "extra": {"endpoint_url": "http://127.0.0.1:9", "region_name": "eu-west-1"},
    }
    monkeypatch.setenv("AIRFLOW_CONN_ICANDID_STORAGE", json.dumps(connection))
    monkeypatch.setenv("ICANDID_STORAGE", "s3://bucket/prefix")
    store = storage().store
    assert store.config["endpoint_url_s3"] == "http://127.0.0.1:9"
    assert store.config["region"] == "eu-west-1"
    assert "the-secret" not in repr(storage())


def test_s3_without_a_connection_takes_the_environment_of_aws(monkeypatch, no_connection):
    monkeypatch.setenv("ICANDID_STORAGE", "s3://bucket/prefix")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert storage().store.config["endpoint_url_s3"] == "http://127.0.0.1:9"


def test_s3_without_any_credentials_is_a_setting_to_correct(monkeypatch, no_connection, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("ICANDID_STORAGE", "s3://bucket/prefix")
    with pytest.raises(SettingInvalid, match="there are no credentials"):
        storage()
