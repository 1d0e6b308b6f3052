def playlist_of(client):
    videos = [video for page in client.pages(end="20260305") for video in page["videos"] if "playlist_id" in video]
    return videos[0]


def test_a_playlist_holds_the_video_that_names_it(client):
    video = playlist_of(client)
    data = client.ask("playlist/info", {"playlist_id": video["playlist_id"]}).json()["data"]
    assert video["id"] in data["playlist_video_ids"]
    assert data["playlist_item_total"] == len(data["playlist_video_ids"])


def test_a_playlist_pages_by_index(sandbox, client):
    sandbox.plant_playlist(77, {"playlist_name": "Synth lijst", "playlist_video_ids": [1, 2, 3]})
    pages = [
        client.ask("playlist/info", {"playlist_id": 77, "max_count": 2, "cursor": n}).json()["data"] for n in (0, 2)
    ]
    assert [page["playlist_video_ids"] for page in pages] == [[1, 2], [3]]
    assert [(page["cursor"], page["has_more"]) for page in pages] == [(2, True), (3, False)]


def test_deleted_videos_leave_the_playlist(sandbox, client):
    video = playlist_of(client)
    sandbox.delete_video(video["id"])
    answer = client.ask("playlist/info", {"playlist_id": video["playlist_id"]}).json()
    assert video["id"] not in answer.get("data", {}).get("playlist_video_ids", [])


def test_an_unknown_playlist_is_invalid(client):
    assert client.ask("playlist/info", {"playlist_id": 12345}).status_code == 400
