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
from include.sandbox.ids import SEARCH, make_id
from include.sandbox.noise import noise
from include.sandbox.pages import hits_known, ids_on, note, spells_lower, way_on
from include.sandbox.query import compile_query, has_keyword, named_usernames, parse_day
from include.sandbox.records import VIDEO_FIELDS, asked_fields, record
from include.sandbox.refusals import cursor_rejected, invalid
from include.sandbox.sandbox import Sandbox
from include.sandbox.searches import Asked, Place, Search
from include.sandbox.settings import SandboxSettings
from include.sandbox.strays import strays
from include.sandbox.video import Video


class Narrowed(Exception):
    """The search touches a bad window and is still too broad for it."""

    def __init__(self, window: BadWindow) -> None:
        self.window = window


def query_videos(sandbox: Sandbox, call: Call) -> Answer:
    """A page of the videos that a query finds: the positions from `cursor` on, without the videos nobody may see.

    The next cursor counts those too (recorded: cursor 100 with 78 videos).
    """
    settings, body = sandbox.settings, call.body or {}
    fields = asked_fields(call.fields, VIDEO_FIELDS, settings.accept_favourites)
    asked = _asked(sandbox, body, fields)
    place = Place(number(body, "cursor", 0), page_size(body, settings.default_max_count))
    for window in settings.bad_windows:
        if window.fails(asked.start, asked.end, body["query"]):
            raise Narrowed(window)
    if body.get("is_random"):
        return _random_page(sandbox, _found(sandbox, asked, body["query"]), fields, place.size)
    return _page(sandbox, _search(sandbox, asked, body, place), place, fields, call.fault)


def _asked(sandbox: Sandbox, body: dict[str, Any], fields: list[str]) -> Asked:
    query, (start, end) = body.get("query"), _dates(sandbox, body)
    test = compile_query(query, sandbox.settings.fuzzy_matching)
    key = sha256(orjson.dumps([query, str(start), str(end), fields], option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Asked(key, test, start, end, named_usernames(body["query"]))


def _found(sandbox: Sandbox, asked: Asked, query: dict[str, Any]) -> Iterator[Video]:
    settings = sandbox.settings
    last = asked.end if _includes_end(settings, asked.start) else asked.end - timedelta(days=1)
    nothing = settings.silent_zero_all or (settings.silent_zero and has_keyword(query))
    if nothing or last < asked.start:
        return iter(())
    return sandbox.corpus.indexed(asked.test, asked.start, last, int(sandbox.clock.now().timestamp()))


def _includes_end(settings: SandboxSettings, start: date) -> bool:
    return start.toordinal() % 2 == 0 if settings.end_date_alternates else settings.end_date_inclusive


def _search(sandbox: Sandbox, asked: Asked, body: dict[str, Any], place: Place) -> Search:
    """The search that is asked to go on, or a new one."""
    now, search_id = sandbox.clock.now().timestamp(), str(body.get("search_id") or "")
    if search_id:
        search = sandbox.searches.resume(search_id, asked.key, place, now, sandbox.settings)
        if sandbox.settings.search_id_changes and place.cursor:
            search.search_id = _new_id(sandbox)
            sandbox.searches.remember(search, search.issued_at)
        return search
    if place.cursor:
        raise cursor_rejected()
    search = Search(asked, _found(sandbox, asked, body["query"]), _new_id(sandbox), now)
    sandbox.searches.remember(search, now - sandbox.settings.search_life_seconds)
    return search


def _dates(sandbox: Sandbox, body: dict[str, Any]) -> tuple[date, date]:
    start, end = (parse_day(body.get(name), name).date() for name in ("start_date", "end_date"))
    if start > end:
        raise invalid("start_date must not be after end_date")
    if (end - start).days > sandbox.settings.longest_window_days:
        raise invalid(f"end_date must be within {sandbox.settings.longest_window_days} days of start_date")
    return start, end


def _page(sandbox: Sandbox, search: Search, place: Place, fields: list[str], fault: str | None) -> Answer:
    settings, corpus, at = sandbox.settings, sandbox.corpus, int(sandbox.clock.now().timestamp())
    hits = hits_known(search, place, settings)
    if not search.ids:
        empty = {"search_id": ""} if settings.empty_search_id == "empty" else {}
        return Answer({"videos": [], "cursor": 0, "has_more": False, **empty})
    ids = ids_on(search, place, hits, settings, fault)
    if ids:
        ids += strays(corpus, search, place, settings, at)
    shown = _repeated(sandbox, search, place, fields) if ids else []
    shown += _records(sandbox, ids, fields)
    if spells_lower(search, place, settings):
        shown = [_lower_region(one) for one in shown]
    cursor, more = way_on(place, hits, settings, fault)
    note(search, place, hits, cursor)
    data = {"search_id": search.search_id, "videos": shown, "cursor": cursor, "has_more": more}
    if fault == "missing_list":
        del data["videos"]
    return Answer(data, len(shown), poison=_poison(sandbox, ids))


def _poison(sandbox: Sandbox, ids: list[int]) -> str | None:
    """What spoils a page with these ids, if it shows a poisoned one."""
    poison = sandbox.settings.poison
    if not poison:
        return None
    at, corpus = int(sandbox.clock.now().timestamp()), sandbox.corpus
    videos = filter(None, (corpus.video(one) for one in ids if one in poison))
    return next((poison[video.id] for video in videos if corpus.available(video, at)), None)


def _lower_region(shown: dict[str, Any]) -> dict[str, Any]:
    code = shown.get("region_code")
    return {**shown, "region_code": code.lower()} if isinstance(code, str) else shown


def _records(sandbox: Sandbox, ids: Iterable[int], fields: list[str]) -> list[dict[str, Any]]:
    at, corpus = int(sandbox.clock.now().timestamp()), sandbox.corpus
    videos = filter(None, map(corpus.video, ids))
    return [record(corpus, video, fields, at) for video in videos if corpus.available(video, at)]


def _repeated(sandbox: Sandbox, search: Search, place: Place, fields: list[str]) -> list[dict[str, Any]]:
    """The last videos that earlier pages showed, when pages are to overlap."""
    count = sandbox.settings.repeated_videos
    return _records(sandbox, search.ids[max(place.cursor - 1000, 0) : place.cursor], fields)[-count:] if count else []


def _random_page(sandbox: Sandbox, found: Iterator[Video], fields: list[str], size: int) -> Answer:
    """Any videos in any order: not for paging (TikTok docs)."""
    search_id = _new_id(sandbox)
    some = list(islice(found, 50 * size))
    videos = random.Random(search_id).sample(some, min(size, len(some)))  # noqa: S311
    shown = _records(sandbox, (video.id for video in videos), fields)
    return Answer({"videos": shown, "cursor": size, "has_more": len(some) > size, "search_id": search_id}, len(shown))


def _new_id(sandbox: Sandbox) -> str:
    low = noise(sandbox.settings.seed, 9_000_000 + sandbox.next_number())
    return str(make_id(int(sandbox.clock.now().timestamp()), SEARCH, low))
