"""What a harvest costs beside a bare loop over the same pages, and the memory that a window of a million takes."""

import tempfile
from datetime import date
from typing import Any

import requests

from bench.apart import apart
from bench.requests import NOW, PROJECT
from bench.sandbox import SEARCH, move_clock, sandbox_apart, token
from include.domain.errors import Tomorrow
from include.domain.page import START
from include.domain.slice import Slice
from include.domain.window import Window
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET
from include.stages.harvest import harvest
from include.storage.objects import open_storage
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.entities import VIDEOS
from include.tiktok.schemas import VIDEO_FIELDS
from include.tiktok.token import Credentials

MANY = 100_000
VERY_MANY = 1_000_000
WINDOW = Window(date(2026, 1, 1), date(2026, 1, 30))
DAYS = 30
ROUNDS = 2
"""Of both, in turns; the cheapest counts."""


def figures(scale: float) -> dict[str, float]:
    """Processor time of a harvest over that of the loop, and the peak of memory."""
    with _corpus(MANY * scale) as url:
        rounds = [(apart("bench.harvest:harvested", url), apart("bench.harvest:looped", url)) for _ in range(ROUNDS)]
    if any(ours.result != loop.result for ours, loop in rounds):
        raise SystemExit("bench: the harvest and the loop found different numbers of videos")
    ours, loop = (min(cost.cpu for cost in costs) for costs in zip(*rounds, strict=True))
    pages = rounds[0][0].result / 100
    with _corpus(VERY_MANY * scale) as url:
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
    time = NOW
    with requests.Session() as session, tempfile.TemporaryDirectory() as folder:
        credentials = Credentials(url, CLIENT_KEY, CLIENT_SECRET, list[str]().append)
        api, objects = ResearchApi(session, credentials, clock=Clock(lambda: time)), open_storage(f"file://{folder}")
        while True:
            try:
                return harvest(PROJECT, WINDOW, api, objects, "bench").now.counts.found
            except Tomorrow as wait:
                time = api.now() + wait.wait
                move_clock(url, time)


def looped(url: str) -> int:
    """The least that any client does: ask for the same pages over one connection, and parse them."""
    videos, more = 0, True
    fields = {"fields": ",".join(VIDEO_FIELDS)}
    body = VIDEOS.ask(PROJECT.query or {}, Slice(number=1, start=WINDOW.start, end=WINDOW.end), START)
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {token(session, url)}"}
        while more:
            answer = session.post(f"{url}{SEARCH}", params=fields, json=body, headers=headers, timeout=120)
            data = answer.json()["data"]
            body |= {"cursor": data["cursor"], "search_id": data["search_id"]}
            videos, more = videos + len(data["videos"]), data["has_more"]
    return videos


def _corpus(videos: float) -> Any:
    """Pages are full, as none of the videos is withheld: the most that a page can cost."""
    return sandbox_apart(
        clock_start=NOW.isoformat(),
        clock_runs="false",
        daily_variation=0,
        withheld_share=0,
        videos_per_day=max(1, round(videos / DAYS)),
    )
