from datetime import UTC, datetime

from include.sandbox.corpus import EVERYTHING
from tests.sandbox.client import condition, day

KEYWORD = {"or": [condition("keyword", "verkiezingen")]}


def test_pages_shrink_when_videos_are_removed_and_the_cursor_does_not_notice(sandbox, client):
    first, *_ = pages = list(client.pages(max_count=10))
    for video in first["videos"][2:5]:
        sandbox.delete_video(video["id"])
    again = list(client.pages(max_count=10))
    assert [len(page["videos"]) for page in again] == [len(first["videos"]) - 3, *(len(p["videos"]) for p in pages[1:])]
    assert [page["cursor"] for page in again] == [page["cursor"] for page in pages]
    sandbox.restore_video(first["videos"][2]["id"])
    assert first["videos"][2]["id"] in client.ids()


def test_a_video_deleted_between_two_pages_is_missing_from_the_second(sandbox, client):
    data = client.search(max_count=5).json()["data"]
    victim = [video.id for video in sandbox.corpus.search(EVERYTHING, day("2026-03-01"), day("2026-03-01"))][7]
    sandbox.delete_video(victim)
    second = client.search(max_count=5, cursor=5, search_id=data["search_id"]).json()["data"]
    assert victim not in [video["id"] for video in second["videos"]]


def test_the_videos_of_a_private_creator_disappear(sandbox, client):
    username = client.search().json()["data"]["videos"][0]["username"]
    sandbox.make_private(username)
    assert username not in [video["username"] for page in client.pages() for video in page["videos"]]
    sandbox.make_public(username)
    assert username in [video["username"] for page in client.pages() for video in page["videos"]]


def test_a_page_can_be_asked_for_again(client):
    data = client.search(max_count=5).json()["data"]
    place = {"max_count": 5, "cursor": 5, "search_id": data["search_id"]}
    assert client.search(**place).json()["data"] == client.search(**place).json()["data"]


def test_a_search_without_max_count_has_twenty_videos(client):
    assert client.search(max_count=None, end="20260302").json()["data"]["cursor"] == 20


def test_a_search_id_of_null_starts_a_search(client):
    assert client.search(search_id=None, cursor=None).status_code == 200


def test_a_stalled_cursor_stays_where_it_was(sandbox, client):
    sandbox.switch(stalled_cursor=True)
    data = client.search(max_count=5).json()["data"]
    for _ in range(3):
        again = client.search(max_count=5, cursor=data["cursor"], search_id=data["search_id"]).json()["data"]
        assert (again["cursor"], again["has_more"]) == (0, True)


def test_keyword_queries_can_find_nothing_without_an_error(sandbox, client):
    assert client.ids(KEYWORD, end="20260303")
    sandbox.switch(silent_zero=True)
    assert client.search(KEYWORD, end="20260303").json()["data"] == {"videos": [], "cursor": 0, "has_more": False}
    assert client.ids()


def test_changed_search_ids_all_stay_usable(sandbox, client):
    expected = client.ids(max_count=5)
    sandbox.switch(search_id_changes=True)
    pages = list(client.pages(max_count=5))
    assert len({page["search_id"] for page in pages}) == len(pages) > 2
    assert [video["id"] for page in pages for video in page["videos"]] == expected


def test_repeated_videos_come_on_top_of_the_page(sandbox, client):
    sandbox.switch(repeated_videos=2)
    ids = client.ids(max_count=5)
    assert len(ids) > len(set(ids))
    assert sorted(set(ids), reverse=True) == list(dict.fromkeys(ids))


def test_an_exclusive_end_date_leaves_a_single_day_empty(sandbox, client):
    sandbox.switch(end_date_inclusive=False)
    assert client.search().json()["data"]["videos"] == []
    assert client.ids(end="20260302")


def test_videos_appear_as_they_are_indexed_and_all_within_48_hours(sandbox, client):
    counts = []
    for hours in (0, 12, 24, 48, 72):
        sandbox.clock.set(datetime(2026, 3, 2, tzinfo=UTC))
        sandbox.sleep(hours * 3600)
        client.renew()
        counts.append(len(client.ids()))
    everything = sandbox.corpus.search(EVERYTHING, day("2026-03-01"), day("2026-03-01"))
    assert 0 < counts[0] < counts[1] <= counts[3] <= len(everything)
    settled = sandbox.corpus.search(EVERYTHING, day("2026-03-01"), day("2026-03-01"), sandbox.clock.now())
    assert counts[4] == len(settled)


def test_a_video_carries_only_the_fields_asked_for(client):
    for page in client.pages(fields="id,view_count"):
        assert all(set(video) <= {"id", "view_count"} for video in page["videos"])


def test_changed_counts_are_shown_and_found(sandbox, client):
    video_id = client.ids()[0]
    sandbox.set_counts(video_id, view_count=9_876_543_210)
    query = {"and": [condition("view_count", "9876543210", operation="EQ")]}
    assert client.ids(query) == [video_id]


def test_random_videos_are_a_sample_of_the_result(client):
    everything = client.ids()
    data = client.search(is_random=True, max_count=10).json()["data"]
    ids = [video["id"] for video in data["videos"]]
    assert set(ids) <= set(everything)
    assert len(ids) == len(set(ids))
