"""Which search engine and which databases the tests ran against; the report says so."""

import os
from uuid import uuid4

import pytest

from tests.icandid import databases

URL = os.environ.get("ICANDID_TEST_SEARCH_URL", "")


real_engines: set[str] = set()


def _in_words() -> list[str]:
    engine = ", ".join(real_engines) or ("no real engine, but the stand-in of tests/icandid" if not URL else "nothing")
    servers = ", ".join(["SQLite", *databases.started])
    absent = "".join(f"; not on {name}: {reason}" for name, reason in databases.absent.items())
    return [f"search index: tested on {engine}", f"registry: tested on {servers}{absent}"]


def pytest_terminal_summary(terminalreporter) -> None:
    for line in _in_words():
        terminalreporter.write_line(line)


@pytest.fixture
def engine():
    """The stand-in's inside, for tests that need an engine to fail; skipped on a real one."""
    if URL:
        pytest.skip("a real engine does not fail on demand")
    from tests.icandid.search_engine import stand_in

    with stand_in() as (url, inside):
        inside.url = url
        yield inside


@pytest.fixture
def client(request):
    from include.icandid.index_setup import search_client

    with search_client(URL or request.getfixturevalue("engine").url) as client:
        if URL:
            version = client.info()["version"]
            real_engines.add(f"{version.get('distribution', 'elasticsearch')} {version['number']}")
        yield client


@pytest.fixture
def alias(client):
    """A fresh alias; what a real engine holds under it goes away again."""
    alias = f"icandidtest{uuid4().hex[:8]}"
    yield alias
    if URL:
        client.indices.delete(index=f"{alias}_*")
        client.indices.delete_index_template(name=alias)
