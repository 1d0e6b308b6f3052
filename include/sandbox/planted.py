"""Records that somebody wrote by hand, word for word, to stand in the corpus beside those from the seed."""

from collections import defaultdict
from datetime import date
from typing import Any

from include.sandbox.creators import Creator
from include.sandbox.days import day_of
from include.sandbox.video import Video


class Planted:
    """Planted videos by id and by day, and whatever else was planted, by its key."""

    def __init__(self) -> None:
        self.videos: dict[int, Video] = {}
        self.days: defaultdict[date, list[Video]] = defaultdict(list)
        self.users: dict[str, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.playlists: dict[int, dict[str, Any]] = {}

    def video(self, record: dict[str, Any], indexed_at: int | None = None, deleted_at: int | None = None) -> Video:
        """Plant a video that is shown as `record`, which needs `id` and `create_time`; the last one with an id wins.

        Raises:
            ValueError: one of them is missing.
        """
        if wrong := [name for name in ("id", "create_time") if not _int64(record.get(name))]:
            raise ValueError(f"{' and '.join(wrong)}: a planted video needs a positive 64-bit number")
        created = record["create_time"]
        creator = Creator(-1, 0, record.get("username", ""), record.get("region_code", ""), "en", 0, 0.0)
        indexed = created if indexed_at is None else indexed_at
        video = Video(record["id"], created, indexed, deleted_at, creator, planted=dict(record))
        if old := self.videos.pop(video.id, None):
            self.days[day_of(old.create_time)].remove(old)
        self.videos[video.id] = video
        self.days[day_of(created)].append(video)
        return video


def _int64(found: object) -> bool:
    return isinstance(found, int) and 0 < found < 1 << 63
