"""Rows of the videos' dataset and collections, for the tests of records."""

from datetime import UTC, date, datetime
from typing import Any

from include.icandid.collection import OPEN_END, Collection

COLLECTION = Collection(
    dataset_id="tiktok_query_0000005",
    name="Tiktok partis politiques",
    description="Videos of the parties",
    license="CC BY 4.0",
    query={"and": [{"operation": "IN", "field_name": "username", "field_values": ["psbelgique"]}]},
    requestor="A. Researcher",
    requestor_email="a.researcher@example.org",
    published_from=date(2023, 1, 1),
    published_until=OPEN_END,
    languages=("fr", "nl"),
    labels=("politics",),
    hidden=False,
    default_tag="fr-Latn",
)

VIDEO: dict[str, Any] = {
    "id": 7303985428648987936,
    "video_description": "Bonjour la Belgique 🇧🇪 #psbelgique",
    "create_time": datetime(2023, 11, 21, 18, 34, 6, tzinfo=UTC),
    "region_code": "BE",
    "share_count": 0,
    "view_count": 6,
    "like_count": 22,
    "comment_count": 1,
    "music_id": 7291785472958351362,
    "hashtag_names": ["psbelgique"],
    "username": "psbelgique",
    "effect_ids": ["8001"],
    "playlist_id": 9001,
    "voice_to_text": "Bonjour à tous",
    "is_stem_verified": None,
    "favorites_count": 2,
    "video_duration": 34,
    "hashtag_info_list": '[{"hashtag_id":"17","hashtag_description":"parti"}]',
    "sticker_info_list": None,
    "effect_info_list": None,
    "video_mention_list": ["someuser"],
    "video_label": None,
    "video_tag": None,
    "first_seen": datetime(2025, 3, 1, tzinfo=UTC),
    "observed_at": datetime(2025, 3, 2, 4, 11, 9, 500_000, tzinfo=UTC),
    "query_id": "0123456789ab",
    "raw": "{}",
}


def video(**changes: Any) -> dict[str, Any]:
    return VIDEO | changes


def bare_video(**fields: Any) -> dict[str, Any]:
    """A row as TikTok may send it: an id, and whatever `fields` say."""
    return dict.fromkeys(VIDEO) | {"id": 1, "observed_at": VIDEO["observed_at"]} | fields
