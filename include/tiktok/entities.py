"""What the Research API has, one value each: where to ask, how, and how to read what comes.

Everything else works on an entity without knowing which. Source: TikTok docs, `research-api-specs-query-videos`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from include.domain.page import Cursor
from include.domain.quota import RECORDS_A_PAGE
from include.domain.slice import Narrowing, Slice
from include.domain.window import DAY, Window
from include.tiktok.fields import KINDS, SPELLINGS
from include.tiktok.query import accounts_of, narrowed, open_lengths, regions_of
from include.tiktok.schemas import VIDEO_SCHEMA, number, video_table

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Entity:
    """One kind of thing that can be harvested.

    `lists` are the names under which answers carry the records, `key` is the column that tells rows apart.
    `identify` gives a record's key, None where it has none; `moment` when it was made, as far as it says;
    `made_at` when a key was made. `ask` builds the request for a page of a slice. `narrow` says into which narrower
    questions a slice of one day can be split. `foreign` names for each record why it is not what was asked for.
    """

    name: str
    path: str
    lists: tuple[str, ...]
    key: str
    schema: pa.Schema
    kinds: Mapping[str, tuple[type, ...]]
    tabulate: Callable[[Iterable[Record], datetime, str, Sequence[str | None]], pa.Table]
    identify: Callable[[Record], int | None]
    moment: Callable[[Record], datetime | None]
    made_at: Callable[[int], datetime]
    ask: Callable[[Mapping[str, Any], Slice, Cursor], dict[str, Any]]
    narrow: Callable[[Mapping[str, Any], Slice], list[Narrowing]]
    on_day: Callable[[date], tuple[Window, Narrowing]]
    foreign: Callable[[Mapping[str, Any], Window, Sequence[Record]], list[str | None]]
    page_size: int = RECORDS_A_PAGE


def _identify_video(record: Record) -> int | None:
    """`id`, or `video_id` as TikTok's own example spells it (recorded behaviour, 4)."""
    found = number(record.get("id"))
    return number(record.get("video_id")) if found is None else found


def _moment_of_video(record: Record) -> datetime | None:
    """`create_time`; where that is missing or nonsense, the time in the id, a minute earlier."""
    seconds = number(record.get("create_time"))
    key = _identify_video(record)
    if seconds is None or not 0 < seconds < 2**33:
        return None if key is None else _made_at(key)
    return datetime.fromtimestamp(seconds, UTC)


def _made_at(key: int) -> datetime:
    """`id >> 32`: when a video was uploaded, 20 to 90 seconds before it was published unless it was scheduled."""
    return datetime.fromtimestamp(max(key, 0) >> 32, UTC)


def _ask_videos(query: Mapping[str, Any], asked: Slice, cursor: Cursor) -> dict[str, Any]:
    """The body that asks for one page: identical on every page of a search, but for cursor and search id."""
    request: dict[str, Any] = {
        "query": narrowed(query, asked.narrowing),
        "start_date": f"{asked.start:%Y%m%d}",
        "end_date": f"{asked.end:%Y%m%d}",
        "max_count": RECORDS_A_PAGE,
    }
    if cursor.index:
        request["cursor"] = cursor.index
        if cursor.search_id:
            request["search_id"] = cursor.search_id
    return request


def _narrow_videos(query: Mapping[str, Any], asked: Slice) -> list[Narrowing]:
    """By halves of the regions that the query names, then by classes of length; nothing when neither is left."""
    regions = asked.narrowing.get("region_code") or regions_of(query)
    if len(regions) > 1:
        middle = (len(regions) + 1) // 2
        return [{**asked.narrowing, "region_code": half} for half in (regions[:middle], regions[middle:])]
    if "video_length" not in asked.narrowing:
        return [{**asked.narrowing, "video_length": (length,)} for length in open_lengths(query)]
    return []


def _videos_on_day(day: date) -> tuple[Window, Narrowing]:
    """How to ask for one day whether TikTok counts `end_date` in or not (recorded behaviour, 10)."""
    return Window(day, day + DAY), {"create_date": (f"{day:%Y%m%d}",)}


def _foreign_videos(query: Mapping[str, Any], days: Window, records: Sequence[Record]) -> list[str | None]:
    """`day`: published outside the days; `account`: by nobody whom the query names (recorded behaviour, 24)."""
    names = accounts_of(query)

    def why(record: Record) -> str | None:
        made, name = _moment_of_video(record), record.get("username")
        if made is not None and not days.start <= made.date() <= days.end:
            return "day"
        return "account" if names and isinstance(name, str) and name.casefold() not in names else None

    return [why(each) for each in records]


VIDEOS = Entity(
    name="videos",
    path="/v2/research/video/query/",
    lists=("videos",),
    key="id",
    schema=VIDEO_SCHEMA,
    kinds={**KINDS, **{SPELLINGS[name]: KINDS[name] for name in SPELLINGS}},
    tabulate=video_table,
    identify=_identify_video,
    moment=_moment_of_video,
    made_at=_made_at,
    ask=_ask_videos,
    narrow=_narrow_videos,
    on_day=_videos_on_day,
    foreign=_foreign_videos,
)

ENTITIES = {each.name: each for each in (VIDEOS,)}
