"""What exists on this synthetic TikTok, and what of it can be seen at a given moment."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from include.sandbox.creators import WELL_KNOWN, Population
from include.sandbox.days import Days, day_of, days_back, midnight
from include.sandbox.ids import LONGEST_GAP, mask_of, scheduled_for
from include.sandbox.noise import noise, share
from include.sandbox.planted import Planted
from include.sandbox.query import Test, compile_query
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import Video, value

EVERYTHING = {"and": [{"operation": "GTE", "field_name": "create_date", "field_values": ["20160101"]}]}
"""A query that finds every video of the corpus."""

SETTLED = 1 << 40
"""A moment after everything, for a reader who does not care about time."""


class Corpus:
    """The videos and creators that follow from the settings, and what was planted, deleted, hidden or changed since."""

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.population = Population(self.settings.seed, self.settings.creators, self.settings.null_characters)
        self.days = Days(self.settings, self.population)
        self._mask = mask_of(self.settings.seed)
        self.reset(self.settings)

    def reset(self, settings: SandboxSettings) -> None:
        """Forget what was planted, deleted, hidden or changed."""
        self.settings = settings
        self.planted = Planted()
        self.deleted: dict[int, int] = {}
        self.private: dict[str, int] = {}
        self.refused: set[str] = set()
        self.counts: dict[int, dict[str, int]] = {}
        self.comments: dict[int, str] = {}

    def search(self, query: dict, start: date, end: date, at: datetime | None = None) -> list[Video]:
        """The videos created from `start` to `end`, both included, that `query` finds, descending by id.

        At a moment `at`: those the pages of the search show, that is, indexed by then, still available and not
        withheld. Without one: all of them.
        """
        moment = None if at is None else int(at.timestamp())
        found = self.indexed(compile_query(query, self.settings.fuzzy_matching), start, end, moment)
        return [video for video in found if moment is None or self.available(video, moment)]

    def hits(self, query: dict, start: date, end: date, at: datetime | None = None) -> int:
        """How many positions the search has at the moment `at`: removed and withheld videos take one each too."""
        moment = None if at is None else int(at.timestamp())
        return sum(1 for _ in self.indexed(compile_query(query, self.settings.fuzzy_matching), start, end, moment))

    def indexed(self, test: Test, start: date, end: date, at: int | None = None) -> Iterator[Video]:
        """The videos the index holds at `at`, removed and withheld ones too, descending by id.

        Days are made as they are read.
        """

        def read(video: Video, name: str) -> Any:
            return self.value(video, name, SETTLED if at is None else at)

        carried: list[Video] = []
        for day in days_back(start, end):
            matches = [
                video for video in self._day(day) if (at is None or video.indexed_at <= at) and test(video, read)
            ]
            # An id is older than its video, a scheduled one by days: some videos belong among those of days before.
            border = midnight(day) << 32
            merged = sorted(carried + matches, key=lambda video: -video.id) if carried else matches
            carried = [video for video in merged if video.id < border]
            yield from merged[: len(merged) - len(carried)]
        yield from carried

    def video(self, video_id: int) -> Video | None:
        """The video with this id, found through the time its id holds."""
        if not 0 < video_id < 1 << 63:
            return None
        if video_id in self.planted.videos:
            return self.planted.videos[video_id]
        uploaded, scheduled = video_id >> 32, scheduled_for(video_id, self._mask)
        if scheduled is not None:
            return self.days.scheduled(day_of(scheduled), video_id)
        for day in dict.fromkeys((day_of(uploaded), day_of(uploaded + LONGEST_GAP))):
            videos = self.days[day]
            place = bisect_left(videos, -video_id, key=lambda video: -video.id)
            if place < len(videos) and videos[place].id == video_id:
                return videos[place]
        return None

    def available(self, video: Video, at: int) -> bool:
        """Whether the API shows the video: neither withheld, nor deleted, nor by a creator who turned private."""
        if self.withheld(video):
            return False
        gone = (video.deleted_at, self.deleted.get(video.id), self.private_since(video.creator.username))
        return not any(moment is not None and moment <= at for moment in gone)

    def withheld(self, video: Video) -> bool:
        """Whether TikTok counts the video among the hits of a search and never shows it (39 of 145, recorded)."""
        return video.planted is None and share(video.id, 33) < self.settings.withheld_share

    def private_since(self, username: str) -> int | None:
        """When this creator turned private, in Unix seconds, or None."""
        if username in self.private:
            return self.private[username]
        creator = self.population.by_name.get(username)
        if (
            creator is None
            or creator.index < len(WELL_KNOWN)
            or not self.settings.removed_share
            or noise(creator.key, 6) % 100
        ):
            return None
        return creator.registered + noise(creator.key, 7) % 300_000_000

    def value(self, video: Video, name: str, at: int) -> Any:
        """The value of a field at the moment `at`, changed counts included."""
        changed = self.counts.get(video.id)
        return changed[name] if changed and name in changed else value(video, name, at)

    def _day(self, day: date) -> list[Video]:
        planted = self.planted.days.get(day)
        return sorted([*self.days[day], *planted], key=lambda video: -video.id) if planted else self.days[day]
