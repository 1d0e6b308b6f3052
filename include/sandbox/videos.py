"""The endpoint video/query: searches, their pages, and the days they cover."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

import orjson

from include.sandbox.exchange import Answer, Call, number, page_size
from include.sandbox.faults import BadWindow
from include.sandbox.noise import noise, snowflake
from include.sandbox.query import compile_query, has_keyword, parse_day
from include.sandbox.records import VIDEO_FIELDS, asked_fields, record
from include.sandbox.refusals import cursor_rejected, invalid
from include.sandbox.sandbox import Sandbox
from include.sandbox.searches import Search
from include.sandbox.video import Video


class Narrowed(Exception):
    """The search touches a bad window and is still too broad for it."""

    def __init__(self, window: BadWindow) -> None:
        self.window = window


def query_videos(sandbox: Sandbox, call: Call) -> Answer:
    """A page of the videos that a query finds: `ids[cursor : cursor + max_count]` without those removed meanwhile.

    The next cursor counts the removed ones (recorded: cursor 100 with 27 videos, tiktok_research_api_helper).
    """
    settings, body = sandbox.settings, call.body or {}
    fields = asked_fields(call.fields, VIDEO_FIELDS, settings.accept_favourites)
    test = compile_query(body.get("query"), settings.fuzzy_matching)
    start, end = _dates(sandbox, body)
    size = page_size(body, settings.default_max_count)
    for window in settings.bad_windows:
        if window.fails(start, end, body["query"]):
            raise Narrowed(window)
    now = sandbox.clock.now().timestamp()
    last = end if settings.end_date_inclusive else end - timedelta(days=1)
    nothing = settings.silent_zero and has_keyword(body["query"])
    found = iter(()) if nothing or last < start else sandbox.corpus.indexed(test, start, last, int(now))
    if body.get("is_random"):
        return _random_page(sandbox, found, fields, size)
    key = sha256(orjson.dumps([body["query"], str(start), str(end), fields], option=orjson.OPT_SORT_KEYS)).hexdigest()
    search_id, cursor = body.get("search_id"), number(body, "cursor", 0)
    if search_id:
        search_id = str(search_id)
        search = sandbox.searches.resume(search_id, key, cursor, now, settings)
    elif cursor:
        raise cursor_rejected()
    else:
        search, search_id = Search(key, found, now), _new_id(sandbox)
        sandbox.searches.remember(search_id, search, now - settings.search_life_seconds)
    return _page(sandbox, search, search_id, (cursor, size), fields)


def _dates(sandbox: Sandbox, body: dict[str, Any]) -> tuple[date, date]:
    start, end = (parse_day(body.get(name), name).date() for name in ("start_date", "end_date"))
    if start > end:
        raise invalid("start_date must not be after end_date")
    if (end - start).days > sandbox.settings.longest_window_days:
        raise invalid(f"end_date must be within {sandbox.settings.longest_window_days} days of start_date")
    return start, end


def _page(sandbox: Sandbox, search: Search, search_id: str, place: tuple[int, int], fields: list[str]) -> Answer:
    cursor, size = place
    total = search.reach(cursor + size + 1)
    if not total:
        empty = {"search_id": ""} if sandbox.settings.empty_search_id == "empty" else {}
        return Answer({"videos": [], "cursor": 0, "has_more": False, **empty})
    search.pages += 1
    if sandbox.settings.search_id_changes and cursor:
        search_id = _new_id(sandbox)
        sandbox.searches.remember(search_id, search, search.issued_at)
    shown = _repeated(sandbox, search, cursor, fields)
    shown += _records(sandbox, search.ids[cursor : cursor + size], fields)
    following = cursor + size
    if sandbox.settings.stalled_cursor:
        data = {"search_id": search_id, "videos": shown, "cursor": cursor, "has_more": True}
        return Answer(data, len(shown))
    search.boundaries.add(following)
    return Answer(
        {"search_id": search_id, "videos": shown, "cursor": following, "has_more": following < total}, len(shown)
    )


def _records(sandbox: Sandbox, ids: Iterable[int], fields: list[str]) -> list[dict[str, Any]]:
    at, corpus = int(sandbox.clock.now().timestamp()), sandbox.corpus
    videos = filter(None, map(corpus.video, ids))
    return [record(corpus, video, fields, at) for video in videos if corpus.available(video, at)]


def _repeated(sandbox: Sandbox, search: Search, cursor: int, fields: list[str]) -> list[dict[str, Any]]:
    """The last videos that earlier pages showed, when pages are to overlap."""
    count = sandbox.settings.repeated_videos
    return _records(sandbox, search.ids[max(cursor - 1000, 0) : cursor], fields)[-count:] if count else []


def _random_page(sandbox: Sandbox, found: Iterator[Video], fields: list[str], size: int) -> Answer:
    """Any videos in any order: not for paging (TikTok docs)."""
    search_id = _new_id(sandbox)
    some = list(islice(found, 50 * size))
    videos = random.Random(search_id).sample(some, min(size, len(some)))  # noqa: S311
    shown = _records(sandbox, (video.id for video in videos), fields)
    return Answer({"videos": shown, "cursor": size, "has_more": len(some) > size, "search_id": search_id}, len(shown))


def _new_id(sandbox: Sandbox) -> str:
    number_of_search = sandbox.next_number()
    return str(
        snowflake(int(sandbox.clock.now().timestamp()), noise(sandbox.settings.seed, 9_000_000 + number_of_search))
    )
