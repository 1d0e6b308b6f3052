from datetime import UTC, datetime

import pytest

from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import Client

MOMENT = datetime(2026, 3, 6, 10, tzinfo=UTC)
STILL = {"clock_start": MOMENT, "clock_runs": False, "search_ready_seconds": 0}
WHOLE = {**STILL, "sparse_errors": 0}
"""And every error is whole."""


@pytest.fixture
def sandbox():
    """A small corpus; the clock stands still, search ids work at once."""
    return Sandbox(SandboxSettings(**WHOLE, videos_per_day=20, creators=200))


@pytest.fixture
def client(sandbox):
    return Client(sandbox)


@pytest.fixture
def empty():
    """No videos but planted ones, and nothing at random."""
    return Sandbox(SandboxSettings(**WHOLE, videos_per_day=0, region_spelling="upper"))


@pytest.fixture
def at_empty(empty):
    return Client(empty)
