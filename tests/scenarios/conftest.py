import json
from contextlib import ExitStack

import pytest

from include.tiktok.client import ResearchApi
from tests.scenarios.world import PROJECT_ID, Make, World, world


@pytest.fixture
def make(monkeypatch, tmp_path) -> Make:
    """Makes the world of one scenario, and registers its project as the environment of a deployment may."""

    def make(changes=None, **switches) -> World:
        made = stack.enter_context(world(tmp_path, changes, **switches))
        sandbox = made.sandbox
        where = {"conn_type": "http", "host": sandbox.url, "login": sandbox.client_key}
        monkeypatch.setenv("ICANDID_STORAGE", made.objects.url)
        monkeypatch.setenv(f"AIRFLOW_VAR_RESEARCH_PROJECT__{PROJECT_ID.upper()}", made.project_text)
        monkeypatch.setenv(
            f"AIRFLOW_CONN_TIKTOK_{PROJECT_ID.upper()}", json.dumps({**where, "password": sandbox.client_secret})
        )
        monkeypatch.setattr(
            "plugins.tiktok_hook.ResearchApi",
            lambda session, credentials, *_: ResearchApi(session, credentials, made.sleep),
        )
        return made

    with ExitStack() as stack:
        yield make
