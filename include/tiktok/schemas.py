"""The columns of each entity's Parquet files, and how a record as TikTok sent it becomes a row.

Every field of TikTok is nullable: a key without a value is simply absent (contract, basics). Ids are int64.
Structures whose shape TikTok does not document are kept as JSON text.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from include.domain.observation import FIRST_SEEN, FOREIGN, OBSERVED_AT, QUERY_ID, RAW
from include.tiktok.fields import SPELLINGS

INSTANT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())

VIDEO_FIELDS = {
    "id": pa.int64(),
    "video_description": pa.string(),
    "create_time": pa.timestamp("s", tz="UTC"),
    "region_code": pa.string(),
    "share_count": pa.int64(),
    "view_count": pa.int64(),
    "like_count": pa.int64(),
    "comment_count": pa.int64(),
    "music_id": pa.int64(),
    "hashtag_names": TEXTS,
    "username": pa.string(),
    "effect_ids": TEXTS,
    "playlist_id": pa.int64(),
    "voice_to_text": pa.string(),
    "is_stem_verified": pa.bool_(),
    "favorites_count": pa.int64(),
    "video_duration": pa.int64(),
    "hashtag_info_list": pa.string(),
    "sticker_info_list": pa.string(),
    "effect_info_list": pa.string(),
    "video_mention_list": TEXTS,
    "video_label": pa.string(),
    "video_tag": pa.string(),
}
"""The newest complete list of video/query fields, in the order of the documentation."""

REGION = list(VIDEO_FIELDS).index("region_code")

YEAR_10000 = 253_402_300_800
"""In Unix seconds. Later times, such as milliseconds taken for seconds, are no dates of Python, pandas or databases."""

OBSERVATION = {FIRST_SEEN: INSTANT, OBSERVED_AT: INSTANT, QUERY_ID: pa.string(), FOREIGN: pa.string(), RAW: pa.string()}

VIDEO_SCHEMA = pa.schema({**VIDEO_FIELDS, **OBSERVATION})

SCHEMA_VERSION = 2
"""Raised when the columns of a dataset change; see Data in CHANGELOG.md."""


def video_table(
    records: Iterable[Mapping[str, Any]],
    observed_at: datetime,
    query_id: str,
    foreign: Sequence[str | None] | None = None,
) -> pa.Table:
    """A table of VIDEO_SCHEMA, a row for each record that has an id, be it written as a number or as digits.

    `foreign` says of each record why it is not what was asked for; none of them where it is left out. Texts lose NUL
    characters and half emoji (lone surrogates), which databases and UTF-8 refuse, and region codes are in capitals;
    `raw` keeps everything as it came. A value of another type than TikTok documents becomes null in its column.
    """
    records = list(records)
    marks = foreign or [None] * len(records)
    both = [each for each in zip(records, marks, strict=True) if number(_spelled(each[0], "id")) is not None]
    known, marked = [record for record, _ in both], [mark for _, mark in both]
    observation = {FIRST_SEEN: observed_at, OBSERVED_AT: observed_at, QUERY_ID: query_id}
    columns = [_column(_values(known, name), kind) for name, kind in VIDEO_FIELDS.items()]
    columns[REGION] = pc.utf8_upper(columns[REGION])
    columns += [pa.repeat(pa.scalar(value, OBSERVATION[name]), len(known)) for name, value in observation.items()]
    columns += [pa.array(marked, pa.string()), pa.array(map(_json, known), pa.string())]
    return pa.Table.from_arrays(columns, schema=VIDEO_SCHEMA)


def number(value: Any) -> int | None:
    """A whole number that fits 64 bits, also when TikTok wrote it as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    fits = isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
    return value if fits else None


def _values(records: Iterable[Mapping[str, Any]], name: str) -> list[Any]:
    if name in SPELLINGS:
        return [_spelled(record, name) for record in records]
    return [record.get(name) for record in records]


def _spelled(record: Mapping[str, Any], name: str) -> Any:
    """The value of a field that TikTok also spells otherwise."""
    found = record.get(name)
    return record.get(SPELLINGS[name]) if found is None else found


def _column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """The values of one field: all at once where every one is as TikTok documents it, else one by one."""
    if _plain(values, kind):
        with suppress(pa.ArrowInvalid, OverflowError, UnicodeEncodeError):  # more than 64 bits, half an emoji
            return pa.array(values, kind)
    return pa.array([_value(value, kind) for value in values], kind)


def _plain(values: list[Any], kind: pa.DataType) -> bool:
    """Whether these values can go into a column as they are."""
    there = [value for value in values if value is not None]
    types = set(map(type, there))
    if kind == TEXTS:
        return types <= {list} and _plain(list(chain.from_iterable(there)), pa.string()) and None not in chain(*there)
    if pa.types.is_string(kind):
        return types <= {str} and "\x00" not in "".join(there)
    if pa.types.is_timestamp(kind):
        return types <= {int} and (not there or (min(there) >= 0 and max(there) < YEAR_10000))
    return types <= {bool if pa.types.is_boolean(kind) else int}


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind):
        return _text(value) if isinstance(value, str) else _json(value)
    if pa.types.is_list(kind):
        return [_text(str(item)) for item in value if item is not None] if isinstance(value, list) else None
    if pa.types.is_timestamp(kind):
        value = number(value)
        return value if value is not None and 0 <= value < YEAR_10000 else None
    if pa.types.is_boolean(kind):
        return value if isinstance(value, bool) else None
    return number(value)


def _text(value: str) -> str:
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _json(value: Any) -> str:
    """One text for equal values: TikTok's keys come in another order every time (observed)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:  # half an emoji, a number beyond 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
