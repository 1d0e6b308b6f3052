"""Each answer of the contract, A to D, comes out of a sandbox in which its records were planted."""

import re

import pytest

from tests.sandbox.client import ALL_FIELDS, condition
from tests.sandbox.fixtures import COMMENTS, LATE, NEWS, PLAYLIST, REPLIES, RIDER, USER, VELO

USER_FIELDS = (
    "display_name,bio_description,avatar_url,is_verified,follower_count,following_count,likes_count,video_count,bio_url"
)
COMMENT_FIELDS = "id,video_id,text,like_count,reply_count,parent_comment_id,create_time"
LOG_ID = re.compile(r"20260306100000[0-9A-F]{20}")
QUERY = {"and": [condition("region_code", "BE", "NL")], "not": [condition("keyword", "nothing says this")]}


def ok(answer, message=""):
    """The data of an answer whose envelope is right."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    error = answer.json()["error"]
    assert LOG_ID.fullmatch(error.pop("log_id"))
    assert error == {"code": "ok", "message": message}
    return answer.json()["data"]


@pytest.fixture
def planted(empty):
    for record in (RIDER, VELO, NEWS, LATE):
        empty.plant_video(record)
    return empty


def test_a1_a_token_is_granted_for_two_hours(at_empty):
    answer = at_empty.token()
    token = answer.json().pop("access_token")
    assert token.startswith("clt.")
    assert answer.status_code == 200
    assert answer.json() == {"access_token": token, "expires_in": 7200, "token_type": "Bearer"}


@pytest.mark.parametrize("status", [200, 401])
def test_a2_bad_credentials_get_a_flat_error(empty, at_empty, status):
    empty.switch(bad_credentials_status=status)
    answer = at_empty.token(secret="wrong")
    assert answer.status_code == status
    body = answer.json()
    assert LOG_ID.fullmatch(body.pop("log_id"))
    assert body == {"error": "invalid_client", "error_description": "Client key or secret is incorrect."}


def test_b1_b2_b3_a_short_page_an_empty_page_and_a_duplicate_under_a_changed_search_id(planted, at_empty):
    for place in range(1, 198):
        gone = {"id": NEWS["id"] - place, "create_time": NEWS["create_time"], "region_code": "BE"}
        planted.plant_video(gone, deleted_at=0)
    asked = {"query": QUERY, "start": "20260301", "end": "20260302"}
    first = ok(at_empty.search(**asked))
    search_id = first["search_id"]
    assert search_id.isdecimal()
    assert first == {"search_id": search_id, "videos": [RIDER, VELO, NEWS], "cursor": 100, "has_more": True}
    second = ok(at_empty.search(**asked, cursor=100, search_id=search_id))
    assert second == {"search_id": search_id, "videos": [], "cursor": 200, "has_more": True}
    planted.switch(repeated_videos=1, search_id_changes=True)
    third = ok(at_empty.search(**asked, cursor=200, search_id=search_id))
    assert third["search_id"] != search_id
    assert third == {"search_id": third["search_id"], "videos": [NEWS, LATE], "cursor": 201, "has_more": False}


def test_b4_no_hits_come_without_a_search_id(planted, at_empty):
    nobody = {"and": [condition("username", "synth_nobody")]}
    assert ok(at_empty.search(nobody)) == {"videos": [], "cursor": 0, "has_more": False}
    planted.switch(empty_search_id="empty")
    assert ok(at_empty.search(nobody))["search_id"] == ""


def test_b5_random_videos_come_in_a_page_that_claims_more(planted, at_empty):
    answer = at_empty.search(QUERY, end="20260302", fields="id,create_time,username", is_random=True, max_count=1)
    data = ok(answer)
    [video] = data.pop("videos")
    assert set(video) == {"id", "create_time", "username"}
    assert data == {"cursor": 1, "has_more": True, "search_id": data["search_id"]}


def test_c1_user_info_is_flat_and_names_no_user_unless_switched_so(empty, at_empty):
    empty.plant_user("synth_rider_01", info=USER)
    body = {"username": "synth_rider_01"}
    assert ok(at_empty.ask("user/info", body, USER_FIELDS)) == USER
    empty.switch(user_info_username=True)
    assert ok(at_empty.ask("user/info", body, USER_FIELDS)) == {**USER, **body}


def test_c2_comments_are_masked_and_the_last_cursor_counts_them(planted, at_empty):
    planted.plant_comments(VELO["id"], COMMENTS)
    asked = {"video_id": VELO["id"], "max_count": 100, "cursor": 0}
    data = ok(at_empty.ask("video/comment/list", asked, COMMENT_FIELDS))
    assert data == {"comments": COMMENTS, "cursor": 2, "has_more": False}


def test_c3_replies_name_a_display_name_and_no_video(empty, at_empty):
    empty.plant_comments(COMMENTS[0]["id"], REPLIES)
    data = ok(at_empty.ask("video/comment/list", {"comment_id": COMMENTS[0]["id"]}, COMMENT_FIELDS), "ok")
    assert data == {"comments": REPLIES, "cursor": 1, "has_more": False}


def test_c4_removed_comments_leave_a_null_list_and_a_null_cursor(planted, at_empty):
    planted.remove_comments(VELO["id"])
    data = ok(at_empty.ask("video/comment/list", {"video_id": VELO["id"]}, COMMENT_FIELDS))
    assert data == {"comments": None, "cursor": None, "has_more": False}


def test_c5_liked_videos_page_by_milliseconds(planted, at_empty):
    likes = [{"id": NEWS["id"], "liked_at": 1706457371000}, {"id": LATE["id"], "liked_at": 1706457370000}]
    planted.plant_user("synth_rider_01", liked=likes)
    fields = "id,share_count,view_count,comment_count,hashtag_names,music_id"
    asked = {"username": "synth_rider_01", "max_count": 1, "cursor": 1706457540000}
    video = {name: NEWS[name] for name in fields.split(",")}
    data = ok(at_empty.ask("user/liked_videos", asked, fields), "ok")
    assert data == {"cursor": 1706457371000, "has_more": True, "user_liked_videos": [video]}


def test_c6_pinned_videos_spell_the_video_tag_differently(planted, at_empty):
    planted.plant_video({**NEWS, "video_tag": {"type": "Branded Type", "number": 7}})
    planted.plant_user("synth_news_be", pinned=[NEWS["id"]])
    fields = "id,like_count,share_count,view_count,comment_count,video_tag"
    video = {name: NEWS[name] for name in fields.split(",")}
    video["video_tag"] = {"video_tag_type": "Branded Type", "video_tag_number": 7}
    data = ok(at_empty.ask("user/pinned_videos", {"username": "synth_news_be"}, fields), "ok")
    assert data == {"pinned_videos_list": [video]}


@pytest.mark.parametrize("key", ["reposted_videos", "user_reposted_videos"])
def test_c7_reposted_videos_page_by_index_under_either_key(planted, at_empty, key):
    planted.switch(reposted_key=key)
    planted.plant_user("synth_rider_01", reposted=[LATE["id"], NEWS["id"]])
    fields = "id,comment_count,create_time,like_count,region_code,share_count,view_count"
    asked = {"username": "synth_rider_01", "max_count": 1}
    video = {name: LATE[name] for name in fields.split(",") if name in LATE}
    data = ok(at_empty.ask("user/reposted_videos", asked, fields), "ok")
    assert data == {"cursor": 1, "has_more": True, key: [video]}


def test_c8_followers_page_by_seconds(empty, at_empty):
    people = [{"display_name": "Synth A", "username": "synth_a"}, {"username": "synth_b", "display_name": ""}]
    third = {"username": "synth_c", "display_name": "", "followed_at": 1706837834}
    written = [{**people[0], "followed_at": 1706837900}, {**people[1], "followed_at": 1706837850}, third]
    empty.plant_user("synth_rider_01", followers=written)
    data = ok(at_empty.ask("user/followers", {"username": "synth_rider_01", "max_count": 2}), "ok")
    assert data == {"cursor": 1706837834, "has_more": True, "user_followers": people}


def test_c9_an_empty_last_page_of_followings_has_no_list(empty, at_empty):
    follow = {"display_name": "Synth A", "username": "synth_a", "followed_at": 1700000000}
    empty.plant_user("synth_rider_01", following=[follow])
    asked = {"username": "synth_rider_01", "cursor": 1650642422}
    assert ok(at_empty.ask("user/following", asked), "ok") == {"cursor": 1650642422, "has_more": False}
    filled = ok(at_empty.ask("user/following", {"username": "synth_rider_01"}), "ok")
    assert filled["user_following"] == [{"display_name": "Synth A", "username": "synth_a"}]


@pytest.mark.parametrize("status", [500, 200])
def test_c10_a_playlist_is_complete_whatever_its_status_says(empty, at_empty, status):
    empty.switch(playlist_status=status)
    empty.plant_playlist(PLAYLIST["playlist_id"], PLAYLIST)
    answer = at_empty.ask("playlist/info", {"playlist_id": PLAYLIST["playlist_id"]})
    assert answer.status_code == status
    assert ("error" in answer.json()) == (status == 200)
    assert answer.json()["data"] == {**PLAYLIST, "cursor": 2, "has_more": False}


def test_d1_d2_d3_a_compliance_task_ends_in_the_ids_that_still_exist(planted, at_empty):
    planted.delete_video(VELO["id"])
    upload = {"file_data": ("ids.txt", f"{RIDER['id']}\n{VELO['id']}\n", "text/plain")}
    answer = at_empty.ask("validation_task/create", files=upload, data={"category": "video"})
    task_id = batch(answer)["task_id"]
    assert task_id > 1 << 63
    asked = {"task_id": task_id}
    assert batch(at_empty.ask("validation_task_status/get", asked)) == {"task_status": "Processing"}
    planted.sleep(3)
    assert batch(at_empty.ask("validation_task_status/get", asked)) == {"task_status": "Completed"}
    download = at_empty.ask("validation_task/download", asked)
    assert download.headers["content-type"].startswith("text/plain")
    assert download.text == f"{RIDER['id']}\n"


def batch(answer):
    error = answer.json()["error"]
    assert error.pop("log_id")
    assert error == {"code": "ok", "http_status_code": 200, "message": "ok."}
    return answer.json()["data"]


def test_the_newest_complete_list_of_video_fields_is_known():
    assert ALL_FIELDS == (
        "id,video_description,create_time,region_code,share_count,view_count,like_count,comment_count,music_id,"
        "hashtag_names,username,effect_ids,playlist_id,voice_to_text,is_stem_verified,favorites_count,video_duration,"
        "hashtag_info_list,sticker_info_list,effect_info_list,video_mention_list,video_label,video_tag"
    )
