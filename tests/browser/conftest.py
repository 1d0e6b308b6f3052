"""An Airflow with a login, its UI in Debian's chromium, and a sandbox of TikTok behind it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.sandbox.server import running as sandbox_running
from include.sandbox.settings import SandboxSettings
from tests.conftest import ROOT

USER, PASSWORD = "engineer", "a-password-of-the-test"
PROJECT_ID = "tiktok_query_0000042"


@pytest.fixture(scope="session")
def chromium():
    """The browser of this machine, from Debian."""
    if os.environ.get("ICANDID_BROWSER") != "wanted":
        pytest.skip("make test-browser")
    from ops.packages import need, path_of

    need("chromium", ["chromium"])
    return path_of("chromium")


@pytest.fixture
def airflow(chromium, monkeypatch, tmp_path):
    """Airflow as a deployment has it: one user, who may do what an engineer does, with a password."""
    from ops.local_airflow import free_port, running

    port = free_port()
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({USER: PASSWORD}))
    api = {"conn_type": "http", "host": f"http://127.0.0.1:{port}", "login": USER, "password": PASSWORD}
    with sandbox_running(SandboxSettings(search_ready_seconds=0)) as tiktok:
        client = {"host": tiktok.url, "login": tiktok.client_key, "password": tiktok.client_secret}
        settings = {
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:op",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW_CONN_AIRFLOW_API": json.dumps(api),
            f"AIRFLOW_CONN_TIKTOK_{PROJECT_ID.upper()}": json.dumps({"conn_type": "http", **client}),
            "ICANDID_STORAGE": f"file://{tmp_path}/storage",
            "PYTHONPATH": str(ROOT),
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        command = str(Path(sys.executable).with_name("airflow"))
        subprocess.run([command, "db", "migrate"], check=True, capture_output=True)
        with running(port) as started:
            yield started


@pytest.fixture
def page(chromium, airflow):
    """A page of the browser, tall enough for the form, that has not logged in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, base_url=airflow.url)
        page.set_default_timeout(60_000)
        yield page
        browser.close()
