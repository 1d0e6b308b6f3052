"""What every test may use: an object storage, a sandbox with its clock under control, an Airflow of its own.

The settings of Airflow must stand in the environment before anything imports it. Each process of `make test` has its
own home of Airflow.
"""

import atexit
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="icandid-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)

hypothesis.settings.register_profile("any machine", deadline=None)  # a first call imports; others may be busy
hypothesis.settings.load_profile("any machine")

for line in (ROOT / "airflow.env").read_text().splitlines():
    if line and not line.startswith("#"):
        name, value = line.split("=", 1)
        os.environ[name] = value
os.environ.update(
    AIRFLOW__API__BASE_URL="http://127.0.0.1:9",  # nobody's: a task must not find the Airflow of who runs the tests
    AIRFLOW_HOME=str(AIRFLOW_HOME),
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    AIRFLOW__API_AUTH__JWT_SECRET="a key of the tests, of the 64 bytes that SHA-512 asks of a key at least",
    AIRFLOW__CORE__UNIT_TEST_MODE="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{AIRFLOW_HOME}/airflow.db",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    ICANDID_STORAGE=f"file://{AIRFLOW_HOME}/storage",
)

from include.sandbox.server import running  # noqa: E402
from include.sandbox.settings import SandboxSettings  # noqa: E402
from include.storage.objects import open_storage  # noqa: E402
from include.tiktok.client import ResearchApi  # noqa: E402
from include.tiktok.clock import Clock  # noqa: E402
from include.tiktok.token import Credentials  # noqa: E402

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
LONGEST = ["scenarios/test_chaos.py", "dags/test_retire_project.py", "dags/test_register_project.py"]
"""These begin first, so that none of them is still running when everything else has ended."""

pytest_plugins = ["tests.what_was_real"]


def pytest_collection_modifyitems(items):
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """A test that calls out fails; the sandbox and the services of the tests listen on loopback."""
    import socket

    connect = socket.socket.connect

    def checked(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.fixture
def objects(tmp_path):
    return open_storage(f"file://{tmp_path}/storage")


@pytest.fixture(scope="session")
def _sandbox():
    settings = SandboxSettings(
        clock_start=NOW, clock_runs=False, search_ready_seconds=0, withheld_share=0, scheduled_share=0
    )
    with running(settings) as sandbox:
        yield sandbox


@pytest.fixture
def tiktok(_sandbox):
    """A sandbox as at its start: its clock stands at NOW, its search ids work at once, and it withholds nothing."""
    _sandbox.reset()
    _sandbox.clock.set(NOW)
    return _sandbox


@pytest.fixture
def api(tiktok):
    """A client of that sandbox that never waits: it moves the sandbox's clock, which is its own one too."""
    import requests

    with requests.Session() as session:
        credentials = Credentials(tiktok.url, tiktok.client_key, tiktok.client_secret, [].append)
        yield ResearchApi(session, credentials, tiktok.sleep, clock=Clock(tiktok.clock.now))
