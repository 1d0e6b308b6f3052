import pytest

from include.sandbox.records import USER_VIDEO_FIELDS

FIELDS = ",".join(USER_VIDEO_FIELDS)
USER = {"username": "synth_nieuws_be"}


def pages(client, endpoint, key, **more):
    place = {}
    while True:
        data = client.ask(endpoint, {**USER, **more, **place}, FIELDS).json()["data"]
        yield data[key]
        if not data["has_more"]:
            return
        place = {"cursor": data["cursor"]}


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        ("user/liked_videos", "user_liked_videos"),
        ("user/reposted_videos", "reposted_videos"),
    ],
)
def test_small_pages_hold_what_a_large_one_holds(client, endpoint, key):
    [whole] = pages(client, endpoint, key, max_count=100)
    parts = [video for page in pages(client, endpoint, key, max_count=3) for video in page]
    assert parts == whole
    assert len({video["id"] for video in whole}) == len(whole)


def test_some_users_like_and_repost_videos_that_video_query_finds(sandbox, client):
    likes = client.ask("user/liked_videos", {"username": "synth_guest"}, FIELDS).json()["data"]["user_liked_videos"]
    for video in likes:
        assert sandbox.corpus.video(video["id"])


def test_pinned_videos_are_the_users_own_and_at_most_three(sandbox, client):
    for username in ("synth_nieuws_be", "synth_guest", "synth.velo"):
        pinned = client.ask("user/pinned_videos", {"username": username}, FIELDS).json()["data"]["pinned_videos_list"]
        assert len(pinned) <= 3
        assert {video["username"] for video in pinned} <= {username}


@pytest.mark.parametrize("field", ["effect_ids", "playlist_id", "voice_to_text", "favourites_count"])
def test_user_endpoints_have_fewer_fields(client, field):
    assert client.ask("user/pinned_videos", USER, field).status_code == 400


def test_the_enumeration_of_ai_generated_content_is_reversed(empty, at_empty):
    tag = {"type": "AIGC Type", "number": 1}
    effect = {"effect_id": "1", "effect_name": "x", "effect_photo_url": "https://cdn.example/1.webp"}
    video = {"id": 7 << 60, "create_time": 1772366400, "video_tag": tag, "effect_info_list": [effect]}
    empty.plant_video(video)
    empty.plant_user("synth_guest", pinned=[video["id"]])
    [shown] = at_empty.ask("user/pinned_videos", {"username": "synth_guest"}, FIELDS).json()["data"][
        "pinned_videos_list"
    ]
    assert shown["video_tag"] == {"video_tag_type": "AIGC Type", "video_tag_number": 2}
    assert "effect_photo_URI" in shown["effect_info_list"][0]
