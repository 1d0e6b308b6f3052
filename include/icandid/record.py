"""How a video of the dataset becomes one record in iCANDID: a JSON-LD document as iCANDID's loader takes it.

A record only says what the row says: a field that TikTok left out is absent, never guessed.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from include.domain.observation import OBSERVED_AT
from include.icandid.collection import Collection
from include.icandid.identifiers import given_id, identifier, video_identifiers
from include.icandid.language_tag import language_name, searchable_tag
from include.icandid.person import mention, person, profile_url, sender, tiktok
from include.icandid.place import country_name
from include.icandid.text import clean

_COUNTERS = (
    ("https://schema.org/ViewAction", "view_count"),
    ("https://schema.org/LikeAction", "like_count"),
    ("https://schema.org/ShareAction", "share_count"),
    ("https://schema.org/CommentAction", "comment_count"),
    ("https://schema.org/BookmarkAction", "favorites_count"),
)

SYNTHETIC_ENTRY = "Synthetic entry from the sandbox, not from TikTok"

_NEVER_AS_LONG = 10**9
"""Seconds; more than thirty years."""


def video_record(video: Mapping[str, Any], collection: Collection, language: str) -> dict[str, Any]:
    """The record of one row of the videos' dataset, in hand-over form.

    `language` is the ISO 639 code of what is written and said in the video, `und` when nobody can tell. It is what
    `inLanguage` says; texts carry a tag that iCANDID can search, which is the dataset's own when it has none for it.
    """
    video_id = str(video["id"])
    username = clean(video.get("username"))
    tag = searchable_tag(language) or collection.default_tag
    url = f"{profile_url(username)}/video/{video_id}" if username else ""
    parts = {
        "@context": context(tag),
        "@id": record_id(video["id"]),
        "@type": collection.record_type,
        "additionalType": "CreativeWork",
        "isBasedOn": origin(collection),
        "name": [said(_title(video, video_id, username), tag)],
        "text": spoken(video.get("voice_to_text"), tag),
        "keywords": [said(word, tag) for word in _distinct(video.get("hashtag_names"))],
        "inLanguage": in_language(language),
        "datePublished": instant(video.get("create_time")),
        "sender": username and sender(username, collection.sender_type),
        "author": username and person(username, collection.sender_type),
        "creator": username and person(username, collection.sender_type),
        "publisher": tiktok(),
        "sameAs": url,
        "identifier": video_identifiers(video, video_id) + synthetic_mark(collection, video_id),
        "associatedMedia": list(_media(video, video_id, url)),
        "duration": _iso_duration(_seconds(video)),
        "mentions": [mention(text) for text in _distinct(video.get("video_mention_list"))],
        "locationCreated": _place(clean(video.get("region_code"))),
        "interactionStatistic": counters(video, _COUNTERS),
    }
    return {field: value for field, value in parts.items() if value}


def record_id(video_id: int) -> str:
    """The `@id` of a video's record, which is also the name of its file and its id in the index."""
    return f"iCANDID_tiktok_{video_id}"


def context(tag: str) -> dict[str, Any]:
    """How the fields of a record are to be read; iCANDID's loader tags texts with its language."""
    return {
        "@vocab": "https://schema.org/",
        "@language": tag,
        "prov": "https://www.w3.org/ns/prov#",
        "prov:wasAssociatedFor": {"@reverse": "prov:wasAssociatedWith"},
    }


def origin(collection: Collection) -> dict[str, Any]:
    """Which dataset of which provider a record belongs to."""
    key = collection.provider.lower()
    return {
        "@type": "CreativeWork",
        "@id": f"iCANDID_{key}_{collection.dataset_id}",
        "name": SYNTHETIC_ENTRY if collection.synthetic else f"Entry from {collection.provider}",
        "provider": {
            "@id": key,
            "@type": "Organization",
            "name": collection.provider,
            "alternateName": collection.provider,
        },
        "isPartOf": {
            "@id": collection.dataset_id,
            "@type": "Dataset",
            "name": collection.name,
            "license": collection.license,
        },
    }


def synthetic_mark(collection: Collection, key: str) -> list[dict[str, Any]]:
    """What tells a record of the sandbox from a real one: iCANDID shows, searches and exports identifiers."""
    return [identifier("synthetic", SYNTHETIC_ENTRY, key)] if collection.synthetic else []


def said(text: str, tag: str) -> dict[str, str]:
    """A text with its language tag, the only form in which iCANDID's mapping takes texts."""
    return {"@value": text, "@language": tag}


def spoken(text: Any, tag: str) -> list[dict[str, str]]:
    """The one text of a record, or none."""
    return [said(words, tag)] if (words := clean(text)) else []


def in_language(language: str) -> dict[str, str]:
    """The truth about the language, also when iCANDID has no search field for it."""
    name = language_name(language)
    return {"@type": "Language", "@id": language, "alternateName": language} | ({"name": name} if name else {})


def instant(moment: datetime | None) -> str:
    """A moment as iCANDID reads it: UTC to the second, ending in `Z`; its loader drops any other offset."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z" if moment else ""


def counters(row: Mapping[str, Any], kinds: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """Each count that TikTok gave, with the moment of the observation."""
    seen = instant(row.get(OBSERVED_AT))
    return [
        {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": row[column], "endTime": seen}
        for kind, column in kinds
        if row.get(column) is not None
    ]


def _title(video: Mapping[str, Any], video_id: str, username: str) -> str:
    """The caption; iCANDID's result list fails on a record without a title, so that a video without one says so."""
    if caption := clean(video.get("video_description")):
        return caption
    by = f"@{username}" if username else f"video {video_id}"
    return f"[no description] {by} {instant(video.get('create_time'))[:10]}".strip()


def _media(video: Mapping[str, Any], video_id: str, url: str) -> Iterator[dict[str, Any]]:
    film = {"@type": "VideoObject", "@id": f"iCANDID_tiktok_MEDIA_{video_id}", "name": f"TikTok video {video_id}"}
    seconds = _seconds(video)
    yield film | ({"url": url} if url else {}) | ({} if seconds is None else {"duration": seconds * 1000})
    if music := given_id(video.get("music_id")):
        yield {"@type": "AudioObject", "@id": f"iCANDID_tiktok_MEDIA_{music}", "name": f"TikTok sound {music}"}


def _seconds(video: Mapping[str, Any]) -> int | None:
    """The duration, unless it is none that a film can have: a record must hold it in milliseconds of 64 bits."""
    seconds = video.get("video_duration")
    return seconds if seconds is not None and 0 <= seconds < _NEVER_AS_LONG else None


def _iso_duration(seconds: int | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if number]
    return "PT" + ("".join(parts) or "0S")


def _place(region_code: str) -> dict[str, str]:
    """The country in which the creator is registered; TikTok's region code says no more than that."""
    if not region_code:
        return {}
    code, name = region_code.upper(), country_name(region_code.upper())
    place = {"@type": "Place", "@id": f"iCANDID_PLACE_{code}", "alternateName": code.lower()}
    return place | ({"name": name} if name else {})


def _distinct(texts: Any) -> list[str]:
    return [text for text in dict.fromkeys(map(clean, texts or ())) if text]
