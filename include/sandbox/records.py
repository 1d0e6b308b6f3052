"""A video as the API shows it: the fields asked for, keys without a value left out, keys in changing order."""

from collections.abc import Sequence
from typing import Any

from include.sandbox.corpus import Corpus
from include.sandbox.drift import drift
from include.sandbox.noise import noise
from include.sandbox.refusals import invalid
from include.sandbox.video import FACTS, Video, value

VIDEO_FIELDS = tuple(FACTS)
USER_VIDEO_FIELDS = tuple(name for name in VIDEO_FIELDS if name not in ("effect_ids", "playlist_id", "voice_to_text"))

ALWAYS = frozenset({"id", "create_time", "username"})
ADDED_LATE = frozenset({"is_stem_verified", "favorites_count", "video_duration"})
"""Fields added late (TikTok docs, changelog): older records often lack them."""

OLD_SPELLING = "favourites_count"


def asked_fields(text: str, known: Sequence[str], accept_favourites: bool = False) -> list[str]:
    """The field names in the `fields` parameter of a request.

    Raises:
        Refusal: there is none, or one is unknown, which makes the whole request fail (peata-v2).
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    accepted = {*known, OLD_SPELLING} if accept_favourites and "favorites_count" in known else set(known)
    if not names:
        raise invalid("fields is required")
    if unknown := [name for name in names if name not in accepted]:
        raise invalid(f"unknown field {', '.join(unknown)}")
    return list(dict.fromkeys(names))


def record(corpus: Corpus, video: Video, fields: Sequence[str], at: int) -> dict[str, Any]:
    """`video` as a JSON object with at most `fields`."""
    return drift(_documented(corpus, video, fields, at), video.id, corpus.settings)


def _documented(corpus: Corpus, video: Video, fields: Sequence[str], at: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    turn = noise(video.id, 31) % len(fields)
    left_out = _left_out(video.id) if corpus.settings.missing_keys and video.planted is None else ()
    changed = corpus.counts.get(video.id) or {}
    for name in (*fields[turn:], *fields[:turn]):
        if name in left_out:
            continue
        true_name = "favorites_count" if name == OLD_SPELLING else name
        found = changed[true_name] if true_name in changed else value(video, true_name, at)
        if found is not None:
            shown[name] = found
    return shown


def user_record(corpus: Corpus, video: Video, fields: Sequence[str], at: int) -> dict[str, Any]:
    """`video` as the user endpoints show it: two structures are spelled differently there (TikTok docs)."""
    shown = _documented(corpus, video, fields, at)
    tag = shown.get("video_tag")
    if tag and "type" in tag:
        number = 3 - tag["number"] if tag["type"] == "AIGC Type" else tag["number"]
        shown["video_tag"] = {"video_tag_type": tag["type"], "video_tag_number": number}
    if effects := shown.get("effect_info_list"):
        renamed = {"effect_photo_url": "effect_photo_URI"}
        shown["effect_info_list"] = [{renamed.get(key, key): text for key, text in one.items()} for one in effects]
    return drift(shown, video.id, corpus.settings)


def _left_out(video_id: int) -> frozenset[str]:
    """The fields this record lacks: one in 8 of those added late, one in 64 of the others (the rates are invented)."""
    eighth = noise(video_id, 1001) & noise(video_id, 1002) & noise(video_id, 1003)
    rare = eighth & noise(video_id, 1004) & noise(video_id, 1005) & noise(video_id, 1006)
    if not rare & _ANY and not eighth & _LATE:
        return frozenset()
    drawn = ((name, eighth if name in ADDED_LATE else rare) for name in VIDEO_FIELDS)
    names = {name for place, (name, bits) in enumerate(drawn) if bits >> place & 1} - ALWAYS
    return frozenset(names | {OLD_SPELLING} if "favorites_count" in names else names)


_ANY = (1 << len(VIDEO_FIELDS)) - 1
_LATE = sum(1 << VIDEO_FIELDS.index(name) for name in ADDED_LATE)
