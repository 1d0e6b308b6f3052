from datetime import timedelta

from include.sandbox.corpus import Corpus
from include.sandbox.records import VIDEO_FIELDS, asked_fields
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import value
from tests.sandbox.client import day


def videos(client, **more):
    return [video for page in client.pages(start="20260201", end="20260228", **more) for video in page["videos"]]


def test_keys_without_a_value_are_absent_and_others_are_missing_here_and_there(client):
    found = videos(client)
    for name in ("like_count", "region_code", "is_stem_verified", "voice_to_text", "video_tag"):
        assert 0 < sum(name not in video for video in found) < len(found), name
    assert all({"id", "create_time", "username"} <= set(video) for video in found)
    assert not any(text is None for video in found for text in video.values())


def test_all_keys_that_have_a_value_can_be_shown(sandbox, client):
    sandbox.switch(missing_keys=False)
    assert all(
        {"like_count", "region_code", "is_stem_verified", "video_duration"} <= set(video) for video in videos(client)
    )


def test_the_order_of_keys_changes_from_record_to_record(client):
    assert len({tuple(video) for video in videos(client)}) > 10


def test_rich_fields_have_the_shapes_of_the_contract(client):
    found = videos(client)
    shapes = {
        "hashtag_info_list": {"hashtag_id", "hashtag_name", "hashtag_description"},
        "sticker_info_list": {"sticker_id", "sticker_name"},
        "effect_info_list": {"effect_id", "effect_name", "effect_photo_url"},
    }
    for name, keys in shapes.items():
        assert {frozenset(one) for video in found for one in video.get(name, [])} == {frozenset(keys)}
    assert {frozenset(video["video_tag"]) for video in found if "video_tag" in video} == {frozenset({"type", "number"})}
    labels = [video["video_label"] for video in found if "video_label" in video]
    assert {frozenset(label) for label in labels} == {frozenset({"type", "vote", "warn", "content", "sink"})}
    plain = {"type": 0, "vote": False, "warn": False, "content": "", "sink": False}
    assert 0 < sum(label != plain for label in labels) < len(labels) / 20
    assert ["0"] in [video.get("effect_ids") for video in found]


def test_hashtags_have_large_ids_and_their_list_may_be_short(client):
    found = [video for video in videos(client) if {"hashtag_info_list", "hashtag_names"} <= set(video)]
    lengths = {(len(video["hashtag_info_list"]), len(video["hashtag_names"])) for video in found}
    assert any(listed < named for listed, named in lengths)
    assert all(listed <= named for listed, named in lengths)
    assert all(one["hashtag_id"] > 1 << 53 for video in found for one in video["hashtag_info_list"])


def test_mentions_are_shown_texts_with_blanks_or_handles(client):
    mentions = [name for video in videos(client) for name in video.get("video_mention_list", [])]
    assert any(" " in name for name in mentions)
    assert not any("@" in name for name in mentions)


def test_null_characters_occur_in_nested_texts_too():
    corpus = Corpus(SandboxSettings(videos_per_day=1000))
    week = [video for n in range(7) for video in corpus.days[day("2026-03-01") + timedelta(days=n)]]
    infos = [one for video in week for one in value(video, "hashtag_info_list", 0) or []]
    assert any("\x00" in one["hashtag_description"] for one in infos)


def test_field_names_may_be_repeated_and_spaced():
    assert asked_fields("id, view_count,id,", VIDEO_FIELDS) == ["id", "view_count"]
