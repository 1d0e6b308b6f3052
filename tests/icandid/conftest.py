"""Which search engine the tests of the index ran against, and said so."""

import os
from uuid import uuid4

import pytest

URL = os.environ.get("ICANDID_TEST_SEARCH_URL", "")


def _engine_in_words() -> str:
    return "search index: tested on " + (
        "the engine of ICANDID_TEST_SEARCH_URL" if URL else "the stand-in of tests/icandid, on no real engine"
    )


def pytest_report_header() -> str:
    return _engine_in_words()


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.write_line(_engine_in_words())


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
        yield client


@pytest.fixture
def alias(client):
    """A fresh alias; what a real engine holds under it goes away again."""
    alias = f"icandidtest{uuid4().hex[:8]}"
    yield alias
    if URL:
        client.indices.delete(index=f"{alias}_*")
        client.indices.delete_index_template(name=alias)
