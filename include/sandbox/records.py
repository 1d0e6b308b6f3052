"""A video as the API shows it: the fields asked for, keys without a value left out, keys in changing order."""

from collections.abc import Sequence
from typing import Any

from include.sandbox.corpus import Corpus
from include.sandbox.noise import noise
from include.sandbox.refusals import invalid
from include.sandbox.video import FACTS, Video

VIDEO_FIELDS = tuple(FACTS)
USER_VIDEO_FIELDS = tuple(name for name in VIDEO_FIELDS if name not in ("effect_ids", "playlist_id", "voice_to_text"))

ALWAYS = frozenset({"id", "create_time", "username"})
RARELY_THERE = frozenset({"is_stem_verified", "favorites_count", "video_duration"})
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
    shown: dict[str, Any] = {}
    turn = noise(video.id, 31) % len(fields)
    for name in (*fields[turn:], *fields[:turn]):
        if corpus.settings.missing_keys and video.planted is None and _left_out(video, name):
            continue
        found = corpus.value(video, "favorites_count" if name == OLD_SPELLING else name, at)
        if found is not None:
            shown[name] = found
    return shown


def user_record(corpus: Corpus, video: Video, fields: Sequence[str], at: int) -> dict[str, Any]:
    """`video` as the user endpoints show it: two structures are spelled differently there (TikTok docs)."""
    shown = record(corpus, video, fields, at)
    tag = shown.get("video_tag")
    if tag and "type" in tag:
        number = 3 - tag["number"] if tag["type"] == "AIGC Type" else tag["number"]
        shown["video_tag"] = {"video_tag_type": tag["type"], "video_tag_number": number}
    if effects := shown.get("effect_info_list"):
        renamed = {"effect_photo_url": "effect_photo_URI"}
        shown["effect_info_list"] = [{renamed.get(key, key): text for key, text in one.items()} for one in effects]
    return shown


def _left_out(video: Video, name: str) -> bool:
    if name in ALWAYS:
        return False
    one_in = 8 if name in RARELY_THERE else 50
    return noise(video.id, 1000 + VIDEO_FIELDS.index("favorites_count" if name == OLD_SPELLING else name)) % one_in == 0
