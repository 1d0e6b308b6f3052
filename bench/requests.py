"""Requests used over the least possible: without faults, and under the standard mix less what the faults cost."""

import math
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection

import requests

from include.domain.errors import Moment
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.sandbox.corpus import EVERYTHING
from include.sandbox.faults import Fault
from include.sandbox.sandbox import Sandbox
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from include.sandbox.speed import measure
from include.stages.harvest import harvest
from include.storage.objects import Objects, open_storage
from include.tiktok.client import ResearchApi
from include.tiktok.token import Credentials
from ops.minimum import least_requests

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
FIRST = date(2026, 1, 1)
WINDOWS = Window(FIRST, FIRST + timedelta(days=119)).cut(30)
VIDEOS = 20_000
STANDARD_MIX = {"internal_error": 0.02, "rate_limit": 0.01, "search_rejected": 0.01, "truncated": 0.005}
"""The mix that the acceptance of the harvest names: 2 % of 500s, 1 % of rate limits, and so on."""


def figures(scale: float = 1.0) -> dict[str, float]:  # noqa: ARG001 - it is small at any scale
    """The ratios, and beside them how many pages a second the sandbox served to a harvest that stores every page."""
    plain, seconds, pages = _harvested(())
    mix = tuple(Fault(kind=kind, probability=share, endpoint="video/query") for kind, share in STANDARD_MIX.items())
    faulty, _, _ = _harvested(mix)
    return {
        "harvest_requests_ratio": plain,
        "harvest_requests_ratio_faults": faulty,
        "harvest_pages_per_second": pages / seconds,
        "sandbox_pages_per_second": _sandbox_alone(),
    }


def _harvested(faults: tuple[Fault, ...]) -> tuple[float, float, int]:
    """Requests less failures over the least possible, the seconds it took, and the pages."""
    settings = SandboxSettings(
        clock_start=NOW,
        clock_runs=False,
        search_ready_seconds=0,
        removed_share=0,
        videos_per_day=math.ceil(VIDEOS / 120),
        faults=faults,
    )
    with running(settings) as sandbox, requests.Session() as session, tempfile.TemporaryDirectory() as folder:
        credentials = Credentials(sandbox.url, sandbox.client_key, sandbox.client_secret, list[str]().append)
        api = ResearchApi(session, credentials, sandbox.sleep)
        objects, started = open_storage(f"file://{folder}/storage"), time.perf_counter()
        for window in WINDOWS:
            _harvest(window, api, objects)
        seconds = time.perf_counter() - started
        asked, failed = _counts(sandbox)
        least = sum(least_requests(sandbox, window, NOW) for window in WINDOWS)
    return (asked - failed) / least, seconds, asked - failed


def _sandbox_alone() -> float:
    """What the same sandbox serves to a bare loop that only parses: the limit of any harvest figure here."""
    with running(SandboxSettings(clock_start=NOW, search_ready_seconds=0, videos_per_day=VIDEOS // 120)) as sandbox:
        return measure(HTTPConnection(sandbox.url.removeprefix("http://")))[1]


def _harvest(window: Window, api: ResearchApi, objects: Objects) -> None:
    """Harvest a window as Airflow would: again when it says "in a moment"."""
    for _ in range(5):
        try:
            return harvest(PROJECT, window, api, objects, "bench").check_complete()
        except Moment:
            continue
    raise SystemExit(f"bench: window {window} did not come to its end")


def _counts(sandbox: Sandbox) -> tuple[int, int]:
    asked = [entry for entry in sandbox.ledger if entry.endpoint == "video/query"]
    return len(asked), sum(entry.fault is not None for entry in asked)


PROJECT = ResearchProject.model_validate(
    {
        "project_id": "bench",
        "title": "Bench",
        "description": "Bench",
        "requestor": "Bench",
        "requestor_email": "bench@example.org",
        "query": EVERYTHING,
        "period": {"start": FIRST},
        "access": {"start": NOW.date(), "end": NOW.date() + timedelta(days=30)},
        "license": "none",
    }
)
