"""What a synthetic video is, and each fact about it: one function per fact, all computed from its id when asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zlib import crc32

from include.sandbox import captions
from include.sandbox.creators import WELL_KNOWN, Creator, display_name
from include.sandbox.ids import MUSIC, make_id, snowflake
from include.sandbox.noise import noise, pick, share

DAY = 86_400
SETTLING_DAYS = 10
"""Counts of video/query are an archive snapshot, up to ten days old (TikTok docs, FAQ)."""

HOME = 1_577_836_800  # 2020-01-01, when the synthetic music and hashtags came into being


@dataclass(frozen=True, slots=True)
class Video:
    """One video; times in Unix seconds. `planted` holds a record that somebody wrote instead of the seed."""

    id: int
    create_time: int
    indexed_at: int
    deleted_at: int | None
    creator: Creator
    tags: tuple[str, ...] = ()
    planted: dict[str, Any] | None = field(default=None, compare=False)


def value(video: Video, name: str, at: int) -> Any:
    """The value of the field `name` at the moment `at`, or None if the video has none."""
    if video.planted is not None:
        return video.planted.get(name)
    return FACTS[name](video, at)


def _mention(video: Video) -> str | None:
    """The account a caption mentions: its handle, or the text shown for it, which has blanks (recorded)."""
    if noise(video.id, 1) % 8:
        return None
    handle = WELL_KNOWN[noise(video.id, 2) % 7][0]
    return display_name(handle) if noise(video.id, 32) % 3 else handle


def _caption(video: Video, _at: int) -> str:
    text = captions.caption(video.creator.language, video.id, video.tags, _mention(video))
    return text + "\x00" if "\x00" in video.creator.username and noise(video.id, 3) % 10 == 0 else text


def _music(video: Video, _at: int) -> int:
    rank = int(5000 * share(video.id, 4) ** 3)
    return make_id(HOME + rank * 9973, MUSIC, noise(rank, 5))


def _effects(video: Video, _at: int) -> list[str] | None:
    if noise(video.id, 6) % 5 < 3:
        return None
    first = noise(video.id, 7) % 60
    return ["0"] if first == 0 else [str(10_000_000 + first + n * 7) for n in range(1 + noise(video.id, 8) % 2)]


def _effect_infos(video: Video, at: int) -> list[dict[str, str]] | None:
    return [
        {
            "effect_id": effect,
            "effect_name": f"Effect {effect}",
            "effect_photo_url": f"https://cdn.example/{effect}.webp",
        }
        for effect in _effects(video, at) or []
        if effect != "0"
    ] or None


def _duration(video: Video, _at: int) -> int:
    shortest, longest = pick(video.id, 9, ((5, 14),) * 7 + ((15, 59),) * 9 + ((60, 299),) * 3 + ((300, 3600),))
    return shortest + noise(video.id, 10) % (longest - shortest + 1)


@lru_cache(maxsize=1000)
def _final_views(video_id: int) -> int:
    if noise(video_id, 11) % 400 == 0:
        return (1 << 31) + noise(video_id, 12) % 5_000_000_000
    return int(60 * ((share(video_id, 12) + 1e-5) ** -1.1 - 1))


def settled(final: int, age: float) -> int:
    """What the archive shows of a count after `age` seconds: it grows once a day and stands still after ten days."""
    days = min(max(int(age // DAY), 0), SETTLING_DAYS)
    left = (SETTLING_DAYS - days) * final // SETTLING_DAYS
    return final - left * (SETTLING_DAYS - days) // SETTLING_DAYS


def _count(lane: int, most: float) -> Callable[[Video, int], int]:
    def count(video: Video, at: int) -> int:
        final = _final_views(video.id)
        if lane:
            final = int(final * most * share(video.id, lane) ** 2)
        return final if at - video.create_time >= SETTLING_DAYS * DAY else settled(final, at - video.create_time)

    return count


def _now_and_then(lane: int, one_in: int, fact: Callable[[Video, int], Any]) -> Callable[[Video, int], Any]:
    return lambda video, at: fact(video, at) if noise(video.id, lane) % one_in == 0 else None


def playlist(video: Video) -> int:
    """The creator's playlist of the week in which the video was made; its id says whose and when."""
    week = video.create_time // (7 * DAY) * (7 * DAY)
    return snowflake(week, 0x5EED0000 ^ video.creator.index)


def _hashtag_infos(video: Video, _at: int) -> list[dict[str, Any]]:
    # The list may be shorter than hashtag_names, and NUL characters occur in nested texts too (recorded).
    listed = video.tags[:-1] if noise(video.id, 34) % 5 == 0 else video.tags
    end = "\x00" if "\x00" in video.creator.username else ""
    return [
        {
            "hashtag_id": (1 << 53) + noise(crc32(tag.encode()), 1) % (1 << 61),
            "hashtag_name": tag,
            "hashtag_description": f"Alles over {tag}{end}",
        }
        for tag in listed
    ]


def _label(video: Video, _at: int) -> dict[str, Any]:
    marked = noise(video.id, 27) % 60 == 0
    return {"type": int(marked), "vote": False, "warn": False, "content": "election" if marked else "", "sink": False}


def _speech(video: Video, _at: int) -> str:
    return f"welkom bij deze aflevering {captions.phrase(video.creator.language, noise(video.id, 13))}".lower().strip()


TAG_TYPES = (
    {"type": "AIGC Type", "number": 1},
    {"type": "AIGC Type", "number": 2},
    {"type": "Branded Type", "number": 1},
    {"type": "Branded Type", "number": 7},
)

FACTS: dict[str, Callable[[Video, int], Any]] = {
    "id": lambda video, _: video.id,
    "video_description": _caption,
    "create_time": lambda video, _: video.create_time,
    "region_code": lambda video, _: video.creator.region_code,
    "share_count": _count(14, 0.02),
    "view_count": _count(0, 1),
    "like_count": _count(15, 0.3),
    "comment_count": _count(16, 0.01),
    "music_id": _music,
    "hashtag_names": lambda video, _: list(video.tags),
    "username": lambda video, _: video.creator.username,
    "effect_ids": _effects,
    "playlist_id": _now_and_then(17, 8, lambda video, _: playlist(video)),
    "voice_to_text": _now_and_then(18, 5, _speech),
    "is_stem_verified": lambda video, _: noise(video.id, 19) % 40 == 0,
    "favorites_count": _count(20, 0.05),
    "video_duration": _duration,
    "hashtag_info_list": _now_and_then(25, 4, _hashtag_infos),
    "sticker_info_list": _now_and_then(26, 20, lambda _video, _at: [{"sticker_id": "901", "sticker_name": "Poll"}]),
    "effect_info_list": _effect_infos,
    "video_mention_list": lambda video, _: [name] if (name := _mention(video)) else None,
    "video_label": _label,
    "video_tag": _now_and_then(28, 25, lambda video, _: pick(video.id, 29, TAG_TYPES)),
}
"""The newest complete list of video fields, in the order of TikTok's documentation."""
