"""The endpoint playlist/info: a creator's playlist of one week."""

from typing import Any

from include.sandbox.days import day_of, days_back
from include.sandbox.exchange import Answer, Call, number, page_size
from include.sandbox.refusals import cursor_rejected, invalid
from include.sandbox.sandbox import Sandbox
from include.sandbox.video import DAY, Video

WEEK = 7 * DAY


def playlist_info(sandbox: Sandbox, call: Call) -> Answer:
    """A playlist and a page of its video ids, with HTTP 500 by default, complete as it is (traktok)."""
    body = call.body or {}
    playlist_id, size, cursor = number(body, "playlist_id"), page_size(body, 20), number(body, "cursor", 0)
    if cursor < 0:
        raise cursor_rejected()
    facts = sandbox.corpus.planted.playlists.get(playlist_id) or _facts(sandbox, playlist_id)
    ids = facts["playlist_video_ids"]
    end = min(cursor + size, len(ids))
    data = {
        "playlist_id": playlist_id,
        "playlist_item_total": len(ids),
        **facts,
        "playlist_video_ids": ids[cursor:end],
        "cursor": max(end, cursor),
        "has_more": end < len(ids),
    }
    return Answer(data, len(ids[cursor:end]), "ok", sandbox.settings.playlist_status)


def _facts(sandbox: Sandbox, playlist_id: int) -> dict[str, Any]:
    videos = _members(sandbox, playlist_id)
    if not videos:
        raise invalid(f"playlist_id {playlist_id} does not exist")
    return {
        "playlist_last_updated": max(video.create_time for video in videos),
        "playlist_name": f"Synth lijst {day_of(playlist_id >> 32):%G-%V}",
        "playlist_video_ids": [video.id for video in videos],
    }


def _members(sandbox: Sandbox, playlist_id: int) -> list[Video]:
    week, now = playlist_id >> 32, int(sandbox.clock.now().timestamp())
    if week % WEEK or not 0 < week <= now:
        return []
    corpus = sandbox.corpus
    days = days_back(day_of(week), day_of(week + WEEK - 1))
    videos = (video for day in days for video in corpus.days[day] if video.create_time <= now)
    members = (video for video in videos if corpus.value(video, "playlist_id", now) == playlist_id)
    return [video for video in members if corpus.available(video, now)]
