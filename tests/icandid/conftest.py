"""A search engine: the one that ICANDID_TEST_SEARCH_URL names, or else a stand-in."""

import os
from uuid import uuid4

import pytest

from tests.what_was_real import engines

URL = os.environ.get("ICANDID_TEST_SEARCH_URL", "")


@pytest.fixture
def engine():
    """The stand-in's inside, for tests that need an engine to fail; skipped on a real one."""
    if URL:
        pytest.skip("a real engine does not fail on demand")
    from tests.icandid.search_engine import stand_in

    engines.add("no real engine, but the stand-in of tests/icandid")
    with stand_in() as (url, inside):
        inside.url = url
        yield inside


@pytest.fixture
def client(request):
    from include.icandid.index_setup import search_client

    with search_client(URL or request.getfixturevalue("engine").url) as client:
        if URL:
            version = client.info()["version"]
            engines.add(f"{version.get('distribution', 'elasticsearch')} {version['number']}")
        yield client


@pytest.fixture
def alias(client):
    """A fresh alias; what a real engine holds under it goes away again."""
    alias = f"icandidtest{uuid4().hex[:8]}"
    yield alias
    if URL:
        client.indices.delete(index=f"{alias}_*")
        client.indices.delete_index_template(name=alias)
