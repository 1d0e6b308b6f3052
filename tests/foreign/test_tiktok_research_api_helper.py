"""The public client tiktok_research_api_helper (MIT) harvests the sandbox, as it would the real service."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings

DRIVER = Path(__file__).with_name("harvest.py")
START, END = date(2026, 3, 1), date(2026, 3, 7)
QUERY = {
    "and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL"]}],
    "not": [{"operation": "EQ", "field_name": "hashtag_name", "field_values": ["viral"]}],
}
SETTINGS = SandboxSettings(clock_start=datetime(2026, 4, 1, tzinfo=UTC), search_ready_seconds=0)


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """The interpreter of a virtual environment that is thrown away afterwards."""
    home = tmp_path_factory.mktemp("foreign")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    python = home / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "tiktok_research_api_helper==0.1.3"]
    subprocess.run(install, check=True)
    return python


@pytest.fixture
def credentials(tmp_path):
    file = tmp_path / "secrets.yaml"
    file.write_text("client_secret: sandbox-secret\nclient_key: sandbox-client\n")
    return file


def harvest(python, credentials, sandbox, *more):
    arguments = [sandbox.url, credentials, json.dumps(QUERY), START.isoformat(), END.isoformat(), *more]
    done = subprocess.run([python, DRIVER, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def truth(sandbox):
    return [video.id for video in sandbox.corpus.search(QUERY, START, END, sandbox.clock.now())]


def test_it_harvests_every_video_of_a_week(python, credentials):
    with running(SETTINGS) as sandbox:
        found = harvest(python, credentials, sandbox)
        assert found["ids"] == truth(sandbox)
        assert len(found["ids"]) > 300
        asked = [entry for entry in sandbox.ledger if entry.endpoint == "video/query"]
        assert len(asked) == found["requests"] > 3


def test_it_fetches_the_users_too(python, credentials):
    # The client strips NUL characters from names and then cannot find those users: its business, not ours.
    settings = SETTINGS.model_copy(update={"null_characters": False, "removed_share": 0})
    with running(settings) as sandbox:
        found = harvest(python, credentials, sandbox, "users")
        assert len(set(found["users"])) > 100
        assert set(found["users"]) <= set(sandbox.corpus.population.by_name)


def test_it_fetches_comments_too(python, credentials):
    # Comments that are refused or null end the client's run (its issues 104 and 105), so there are none here.
    settings = SETTINGS.model_copy(update={"comments_refused_share": 0, "removed_share": 0, "videos_per_day": 40})
    with running(settings) as sandbox:
        assert harvest(python, credentials, sandbox, "comments")["comments"] > 0


def test_it_survives_an_expired_token_a_fresh_search_id_and_broken_json(python, credentials):
    # It waits five seconds for a rejected search id, and longer for a server fault, so only the short ones are here.
    with running(SETTINGS) as sandbox:
        sandbox.script([None, "token_invalid", "search_rejected", None, "truncated"])
        assert harvest(python, credentials, sandbox)["ids"] == truth(sandbox)
        assert [entry.fault for entry in sandbox.ledger if entry.fault] == [
            "token_invalid",
            "search_rejected",
            "truncated",
        ]
