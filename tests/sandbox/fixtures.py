"""Answers as the contract with TikTok's API gives them, word for word; every value is synthetic."""

RIDER = {
    "id": 7612812143228269624,
    "create_time": 1772495981,
    "username": "synth_rider_01",
    "region_code": "BE",
    "video_description": "Avondrit #fietsen #gent ",
    "music_id": 7512345678901234567,
    "like_count": 12,
    "comment_count": 0,
    "share_count": 0,
    "view_count": 310,
    "hashtag_names": ["fietsen", "gent"],
    "effect_ids": ["10000001"],
    "favorites_count": 1,
    "video_duration": 17,
    "is_stem_verified": False,
}
VELO = {
    "share_count": 3,
    "view_count": 48211,
    "region_code": "NL",
    "id": 7612722578660478436,
    "username": "synth.velo",
    "create_time": 1772475127,
    "hashtag_names": [],
    "comment_count": 41,
    "music_id": 7498765432109876543,
    "video_description": "",
}
NEWS = {
    "comment_count": 7,
    "create_time": 1772443855,
    "id": 7612588263020039479,
    "region_code": "BE",
    "username": "synth_news_be",
    "video_description": "Interview met @synth_guest over fietspaden #fietsen",
    "music_id": 7600000000000000001,
    "like_count": 941,
    "share_count": 22,
    "view_count": 5120333111,
    "favorites_count": 77,
    "video_duration": 142,
    "is_stem_verified": False,
    "playlist_id": 7600000000000000777,
    "voice_to_text": "welkom bij deze aflevering",
    "hashtag_names": ["fietsen"],
    "hashtag_info_list": [
        {"hashtag_id": "1612345", "hashtag_name": "fietsen", "hashtag_description": "Alles over fietsen"}
    ],
    "sticker_info_list": [{"sticker_id": "901", "sticker_name": "Poll"}],
    "effect_ids": ["10000001"],
    "effect_info_list": [
        {
            "effect_id": "10000001",
            "effect_name": "Green Screen",
            "effect_photo_url": "https://cdn.example/effect.webp",
        }
    ],
    "video_mention_list": ["synth_guest"],
    "video_label": {"content": "election"},
    "video_tag": {"type": "AIGC Type", "number": 1},
}
LATE = {
    "id": 7612255597375989518,
    "create_time": 1772366400,
    "username": "synth_late\u0000\u0000\u00004",
    "region_code": "BE",
    "video_description": "laat geïndexeerd 🚲 #fietsen",
    "music_id": 7375000000000000001,
    "view_count": 0,
    "comment_count": 0,
    "share_count": 0,
    "hashtag_names": ["fietsen"],
}
USER = {
    "display_name": "Synth Rider",
    "bio_description": "",
    "avatar_url": "https://p16.example/avatar.webp?x-expires=1772900000&x-signature=abc",
    "is_verified": False,
    "follower_count": 3200000123,
    "following_count": 45,
    "likes_count": 27155089,
    "video_count": 44,
    "bio_url": "https://example.org",
}
COMMENTS = [
    {
        "id": 7612740072409648405,
        "video_id": 7612722578660478436,
        "parent_comment_id": 7612722578660478436,
        "text": "bel me op 04******78 of mail a*******@********",
        "like_count": 3,
        "reply_count": 1,
        "create_time": 1772479250,
    },
    {
        "create_time": 1772480001,
        "id": 7612743461238844949,
        "like_count": 0,
        "parent_comment_id": 7612722578660478436,
        "reply_count": 0,
        "text": "",
        "video_id": 7612722578660478436,
    },
]
REPLIES = [
    {
        "parent_comment_id": 7612740072409648405,
        "reply_count": 0,
        "text": "Lalala",
        "create_time": 1772490402,
        "display_name": "synth",
        "id": 7612788197718200085,
    }
]
PLAYLIST = {
    "playlist_id": 7600000000000000777,
    "playlist_item_total": 2,
    "playlist_last_updated": 1772000000,
    "playlist_name": "Synth lijst",
    "playlist_video_ids": [7612588263020039479, 7612255597375989518],
}
