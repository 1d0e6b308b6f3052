import pytest

from include.sandbox.comments import FIELDS

ALL = ",".join(FIELDS)
ENDPOINT = "video/comment/list"


@pytest.fixture
def busy(sandbox, client):
    """The id of a video with 1,500 comments."""
    sandbox.switch(comments_refused_share=0)
    video_id = client.ids()[-1]
    sandbox.set_counts(video_id, comment_count=1500)
    return video_id


def pages(client, **asked):
    place = {}
    while True:
        data = client.ask(ENDPOINT, {**asked, **place}, ALL).json()["data"]
        yield data["comments"]
        if not data["has_more"]:
            return
        place = {"cursor": data["cursor"]}


def test_at_most_a_thousand_comments_can_be_reached(client, busy):
    comments = [one for page in pages(client, video_id=busy, max_count=100) for one in page]
    assert len({one["id"] for one in comments}) == 1000
    beyond = client.ask(ENDPOINT, {"video_id": busy, "cursor": 1000}, ALL).json()["data"]
    assert beyond == {"comments": [], "cursor": 1000, "has_more": False}


def test_comments_name_no_author_and_mask_personal_data(client, busy):
    comments = [one for page in pages(client, video_id=busy, max_count=100) for one in page]
    assert {frozenset(set(FIELDS) - set(one)) for one in comments} == {frozenset(), frozenset({"reply_count"})}
    assert any("04******78" in one["text"] for one in comments)
    assert all(one["parent_comment_id"] == one["video_id"] == busy for one in comments)
    assert all(25 <= one["create_time"] - (one["id"] >> 32) <= 92 for one in comments)


def test_a_page_has_ten_comments_unless_asked_otherwise(client, busy):
    assert client.ask(ENDPOINT, {"video_id": busy}, ALL).json()["data"]["cursor"] == 10


def test_a_comment_has_as_many_replies_as_it_counts(client, busy):
    comments = [one for page in pages(client, video_id=busy, max_count=100) for one in page]
    answered = next(one for one in comments if one.get("reply_count", 0) > 1)
    [replies] = pages(client, comment_id=answered["id"], max_count=100)
    assert len(replies) == answered["reply_count"]
    assert all(one["parent_comment_id"] == answered["id"] and "video_id" not in one for one in replies)
    assert all(one["display_name"] for one in replies)


def test_no_comment_is_younger_than_now(sandbox, client, busy):
    now = sandbox.clock.now().timestamp()
    assert all(one["create_time"] <= now for page in pages(client, video_id=busy) for one in page)


def test_the_comments_of_a_page_are_in_no_order(client, busy):
    for page in pages(client, video_id=busy, max_count=100):
        for key in ("id", "create_time"):
            values = [one[key] for one in page]
            assert values not in (sorted(values), sorted(values, reverse=True))
    assert "" in [one["text"] for one in page]


def test_the_last_cursor_of_comments_is_their_number(sandbox, client, busy):
    sandbox.set_counts(busy, comment_count=6)
    data = client.ask(ENDPOINT, {"video_id": busy, "max_count": 100}, ALL).json()["data"]
    assert (len(data["comments"]), data["cursor"], data["has_more"]) == (6, 6, False)


def test_deleted_comments_leave_a_gap(sandbox, client, busy):
    first = client.ask(ENDPOINT, {"video_id": busy}, ALL).json()["data"]["comments"]
    sandbox.delete_comment(first[3]["id"])
    again = client.ask(ENDPOINT, {"video_id": busy}, ALL).json()["data"]
    assert again["comments"] == [*first[:3], *first[4:]]
    assert again["cursor"] == 10


def test_some_videos_do_not_disclose_their_comments_and_some_have_lost_them(sandbox, client):
    sandbox.switch(comments_refused_share=0.3)
    answers = [client.ask(ENDPOINT, {"video_id": video_id}, ALL) for video_id in client.ids()]
    assert {answer.status_code for answer in answers} == {200, 400}
    assert {"comments": None, "cursor": None, "has_more": False} in [answer.json().get("data") for answer in answers]


@pytest.mark.parametrize(
    "asked", [{}, {"video_id": "x"}, {"video_id": 1, "cursor": -1}, {"video_id": 1, "max_count": 101}]
)
def test_bad_requests_for_comments_are_refused(client, asked):
    assert client.ask(ENDPOINT, asked, ALL).json()["error"]["code"] == "invalid_params"


def test_an_unknown_video_has_no_comments(client):
    assert client.ask(ENDPOINT, {"video_id": 12345}, ALL).json()["data"]["comments"] is None
