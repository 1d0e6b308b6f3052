"""How a comment becomes a record of its own dataset; iCANDID's strict mapping refuses comments inside a video's record.

The Research API does not say who wrote a comment, so that no record of one has a sender.
"""

from collections.abc import Mapping
from typing import Any

from include.icandid.collection import Collection
from include.icandid.identifiers import given_id, identifier
from include.icandid.language import detect
from include.icandid.language_tag import searchable_tag
from include.icandid.person import tiktok
from include.icandid.record import context, counters, in_language, instant, origin, said, spoken, synthetic_mark
from include.icandid.text import clean

_COUNTERS = (("https://schema.org/LikeAction", "like_count"), ("https://schema.org/ReplyAction", "reply_count"))


def comment_record(comment: Mapping[str, Any], collection: Collection, language: str) -> dict[str, Any]:
    """The record of one row of the comments' dataset, in hand-over form; `collection` is the comments' own.

    `language` is the ISO 639 code of the comment, `und` when nobody can tell.
    """
    comment_id = str(comment["id"])
    tag = searchable_tag(language) or collection.default_tag
    published = instant(comment.get("create_time"))
    title = clean(comment.get("text")) or f"[no text] comment {published[:10] or comment_id}"
    parts = {
        "@context": context(tag),
        "@id": f"iCANDID_tiktok_COMMENT_{comment_id}",
        "@type": collection.record_type,
        "additionalType": "Comment",
        "isBasedOn": origin(collection),
        "name": [said(title, tag)],
        "text": spoken(comment.get("text"), tag),
        "inLanguage": in_language(language),
        "datePublished": published,
        "publisher": tiktok(),
        "identifier": _identifiers(comment, comment_id) + synthetic_mark(collection, comment_id),
        "interactionStatistic": counters(comment, _COUNTERS),
    }
    return {field: value for field, value in parts.items() if value}


def comment_language(comment: Mapping[str, Any], languages: tuple[str, ...] = ()) -> str:
    """The ISO 639 code of a comment's language, among `languages` if any; `und` when unsure."""
    return detect(clean(comment.get("text")), languages)


def _identifiers(comment: Mapping[str, Any], comment_id: str) -> list[dict[str, Any]]:
    """A comment on the video itself names the video as its parent (TikTok docs, codebook): that is no reply."""
    video, parent = given_id(comment.get("video_id")), given_id(comment.get("parent_comment_id"))
    found = [identifier("comment_id", comment_id)]
    if video:
        found.append(identifier("commented_video_id", video))
    if parent and parent != video:
        found.append(identifier("replied_to_comment_id", parent))
    return found
