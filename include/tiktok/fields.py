"""The fields of TikTok's records: their names, in the order of the documentation, and what kinds of value they have.

Apart from their columns, so that who asks for fields does not import pyarrow.
"""

#: Which kinds of JSON value each field of a video was documented or seen to have; people are told of another kind.
KINDS: dict[str, tuple[type, ...]] = {
    "id": (int, str),
    "video_description": (str,),
    "create_time": (int,),
    "region_code": (str,),
    "share_count": (int,),
    "view_count": (int,),
    "like_count": (int,),
    "comment_count": (int,),
    "music_id": (int, str),
    "hashtag_names": (list,),
    "username": (str,),
    "effect_ids": (list,),
    "playlist_id": (int, str),
    "voice_to_text": (str,),
    "is_stem_verified": (bool,),
    "favorites_count": (int,),
    "video_duration": (int,),
    "hashtag_info_list": (list, dict),
    "sticker_info_list": (list, dict),
    "effect_info_list": (list, dict),
    "video_mention_list": (list,),
    "video_label": (dict, list),
    "video_tag": (dict, list),
}

#: Fields whose name TikTok's documentation has also spelled otherwise.
SPELLINGS = {"favorites_count": "favourites_count", "id": "video_id"}
