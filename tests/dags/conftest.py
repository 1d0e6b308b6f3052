"""An Airflow for the tests of the DAGs: home and database of this session, projects from the environment."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from tests.conftest import ROOT
from tests.projects import PROJECT, project_text


@pytest.fixture(scope="session")
def metadata():
    """The migrated metadata database, in the Airflow home of this session."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture(scope="session")
def api_client(metadata):
    """A client of Airflow's own REST API on the database of the tests, let in as everybody on this machine is."""
    from airflow.api_fastapi.app import create_app
    from fastapi.testclient import TestClient

    client = TestClient(create_app(), base_url="http://127.0.0.1:8080")
    token = client.get("/auth/token").json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture(scope="session")
def tiktok():
    """A sandbox on today's clock: a DAG run takes its today from the real one."""
    with running(SandboxSettings(search_ready_seconds=0)) as sandbox:
        yield sandbox


@pytest.fixture
def register(monkeypatch, tiktok):
    """Registers a research project and its connection, as the environment of a deployment may."""
    today = datetime.now(UTC).date()
    approved = {"start": str(today - timedelta(days=1)), "end": str(today + timedelta(days=365))}

    def register(project_id=PROJECT["project_id"], text=None, **changes):
        text = text or project_text(**{"access": approved, **changes}, project_id=project_id)
        monkeypatch.setenv(f"AIRFLOW_VAR_RESEARCH_PROJECT__{project_id.upper()}", text)
        connection = {
            "conn_type": "http",
            "host": tiktok.url,
            "login": tiktok.client_key,
            "password": tiktok.client_secret,
        }
        monkeypatch.setenv(f"AIRFLOW_CONN_TIKTOK_{project_id.upper()}", json.dumps(connection))

    return register


@pytest.fixture
def parse():
    """Parses a DAG file as the DAG processor does, and returns its DAGs by id."""

    def parse(name="harvest.py"):
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=str(ROOT / "dags" / name), load_op_links=False)
        assert not bag.import_errors
        return bag.dags

    return parse


@pytest.fixture
def storage(monkeypatch, tmp_path):
    """The object storage of one test, also as the DAGs see it."""
    from include.storage.objects import open_storage

    url = f"file://{tmp_path}/storage"
    monkeypatch.setenv("ICANDID_STORAGE", url)
    return open_storage(url)
