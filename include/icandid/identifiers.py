"""The identifiers of a video: what else in TikTok it is, uses or belongs to."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from include.icandid.text import clean

_NO_ID = ("", "0")
"""TikTok writes 0 where a video has no effect, sound or playlist."""


def given_id(value: Any) -> str:
    """An id of TikTok as a string, empty when there is none; a number beyond 2^53 would be rounded by browsers."""
    if value is None or isinstance(value, bool):
        return ""
    text = str(value) if isinstance(value, int) else clean(value)
    return "" if text in _NO_ID else text


def identifier(name: str, value: str, key: str = "") -> dict[str, Any]:
    """A schema.org PropertyValue with an `@id` of its own; `key` stands in for a value that is too long for one."""
    return {"@type": "PropertyValue", "@id": f"{name}_{key or value}", "name": name, "value": value}


def video_identifiers(video: Mapping[str, Any], video_id: str) -> list[dict[str, Any]]:
    """The video's own id first, then every id and mark that TikTok gives, each once."""
    found = {one["@id"]: one for one in _identifiers(video, video_id)}
    return list(found.values())


def _identifiers(video: Mapping[str, Any], video_id: str) -> Iterator[dict[str, Any]]:
    yield identifier("video_id", video_id)
    if music := given_id(video.get("music_id")):
        yield identifier("music_id", music)
    for effect in filter(None, map(given_id, video.get("effect_ids") or ())):
        yield identifier("effect_id", effect)
    if playlist := given_id(video.get("playlist_id")):
        yield identifier("playlist_id", playlist)
    if hashtags := video.get("hashtag_info_list"):
        for hashtag in filter(None, map(given_id, _hashtag_ids(hashtags))):
            yield identifier("hashtag_id", hashtag)
    if label := _meaning(video.get("video_label")):
        yield identifier("video_label", label, key=video_id)
    if video.get("is_stem_verified"):
        yield identifier("is_stem_verified", "true")


def _hashtag_ids(text: str) -> Iterator[Any]:
    """TikTok calls this a struct and sends a list; both are read, and a text that is neither says nothing."""
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    for one in parsed if isinstance(parsed, list) else [parsed]:
        if isinstance(one, dict):
            yield one.get("hashtag_id")


def _meaning(text: Any) -> str:
    """The JSON text of an undocumented structure, empty when it says nothing."""
    text = clean(text)
    return "" if text in ("{}", "[]", "null", '""') else text
