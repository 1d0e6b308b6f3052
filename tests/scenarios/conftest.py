import json
from contextlib import ExitStack

import pytest

from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from tests.scenarios.world import PROJECT_ID, Make, World, world

VARIABLE = f"AIRFLOW_VAR_RESEARCH_PROJECT__{PROJECT_ID.upper()}"


@pytest.fixture
def change(monkeypatch):
    """Changes the configuration of a world's project, as a person does between two runs."""

    def change(world: World, **changes) -> None:
        world.changes.update(changes)
        monkeypatch.setenv(VARIABLE, world.project_text)

    return change


@pytest.fixture
def make(monkeypatch, tmp_path) -> Make:
    """Makes the world of one scenario, and registers its project as the environment of a deployment may."""

    def make(changes=None, **switches) -> World:
        made = stack.enter_context(world(tmp_path, changes, **switches))
        sandbox = made.sandbox
        where = {"conn_type": "http", "host": sandbox.url, "login": sandbox.client_key}
        monkeypatch.setenv("ICANDID_STORAGE", made.objects.url)
        monkeypatch.setenv(VARIABLE, made.project_text)
        monkeypatch.setenv(
            f"AIRFLOW_CONN_TIKTOK_{PROJECT_ID.upper()}", json.dumps({**where, "password": sandbox.client_secret})
        )
        monkeypatch.setattr(
            "plugins.tiktok_hook.ResearchApi",
            lambda session, credentials, *_: ResearchApi(
                session, credentials, made.sleep, clock=Clock(sandbox.clock.now)
            ),
        )
        return made

    with ExitStack() as stack:
        yield make
