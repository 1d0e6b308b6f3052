"""What a harvest costs beside a bare loop over the same pages, and the memory that a window of a million takes."""

import tempfile
from datetime import date
from typing import Any

import requests

from bench.apart import apart
from bench.requests import NOW, PROJECT
from bench.sandbox import SEARCH, move_clock, sandbox_apart, token
from include.domain.errors import Tomorrow
from include.domain.window import Window
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET
from include.stages.harvest import harvest
from include.storage.objects import open_storage
from include.tiktok import clock
from include.tiktok.client import ResearchApi, video_request
from include.tiktok.schemas import VIDEO_FIELDS
from include.tiktok.token import Credentials

VIDEOS = 100_000
MANY = 1_000_000
WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
DAYS = 30
ROUNDS = 2
"""Of both, in turns; the cheapest counts."""


def figures(scale: float) -> dict[str, float]:
    """Processor time of a harvest over that of the loop, and the peak of memory."""
    with _corpus(VIDEOS * scale) as url:
        rounds = [(apart("bench.harvest:harvested", url), apart("bench.harvest:looped", url)) for _ in range(ROUNDS)]
    if any(ours.result != loop.result for ours, loop in rounds):
        raise SystemExit("bench: the harvest and the loop found different numbers of videos")
    ours, loop = (min(cost.cpu for cost in costs) for costs in zip(*rounds, strict=True))
    pages = rounds[0][0].result / 100
    with _corpus(MANY * scale) as url:
        many = apart("bench.harvest:harvested", url)
    return {
        "harvest_cpu_ratio": ours / loop,
        "harvest_cpu_ms_per_page": ours / pages * 1000,
        "loop_cpu_ms_per_page": loop / pages * 1000,
        "harvest_rss_mb": many.rss_mb,
        "harvest_rss_videos": many.result,
    }


def harvested(url: str) -> int:
    """The window through the stage, to stored pages and Parquet; as many days as its quota takes. Returns videos."""
    with requests.Session() as session, tempfile.TemporaryDirectory() as folder:
        api = ResearchApi(session, Credentials(url, CLIENT_KEY, CLIENT_SECRET, list[str]().append))
        objects = open_storage(f"file://{folder}")
        while True:
            try:
                return harvest(PROJECT, WINDOW, api, objects, "bench").distinct
            except Tomorrow as wait:
                later = api.now() + wait.wait
                move_clock(url, later)
                clock.heard(url, later)


def looped(url: str) -> int:
    """The least that any client does: ask for the same pages over one connection, and parse them."""
    videos, more = 0, True
    fields = {"fields": ",".join(VIDEO_FIELDS)}
    body: dict[str, Any] = video_request(PROJECT.query or {}, WINDOW, None)
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {token(session, url)}"}
        while more:
            answer = session.post(f"{url}{SEARCH}", params=fields, json=body, headers=headers, timeout=120)
            data = answer.json()["data"]
            body |= {"cursor": data["cursor"], "search_id": data["search_id"]}
            videos, more = videos + len(data["videos"]), data["has_more"]
    return videos


def _corpus(videos: float) -> Any:
    per_day = max(1, round(videos / DAYS))
    return sandbox_apart(clock_start=NOW.isoformat(), clock_runs="false", daily_variation=0, videos_per_day=per_day)
