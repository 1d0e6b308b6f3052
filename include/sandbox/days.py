"""The videos of one UTC day: made from the seed alone, kept while they are asked for, forgotten when memory is full."""

import random
from bisect import bisect_right
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta
from threading import RLock

from include.sandbox.captions import TAGS
from include.sandbox.creators import Population
from include.sandbox.ids import LONGEST_GAP, gap, mask_of, scheduled_id, video_id
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import DAY, Video

EPOCH = date(1970, 1, 1)


def midnight(day: date) -> int:
    """The Unix time at which `day` begins."""
    return (day - EPOCH).days * DAY


def day_of(moment: float) -> date:
    """The UTC day of a Unix time."""
    return datetime.fromtimestamp(moment, UTC).date()


def make_day(day: date, settings: SandboxSettings, population: Population) -> list[Video]:
    """The videos created on `day`, strictly descending by id, that is, by the time of their upload.

    Most were created 20 to 89 seconds after their upload; a scheduled post was uploaded up to ten days before the
    full minute it is created on (recorded answers).
    """
    if day < settings.first_day or (settings.last_day and day > settings.last_day):
        return []
    rng = random.Random(f"{settings.seed}:{day.isoformat()}")  # noqa: S311
    start = midnight(day)
    known = bisect_right(population.registrations, start)
    size = round(settings.videos_per_day * (1 + settings.daily_variation * rng.uniform(-1, 1)))
    posters = rng.choices(population.creators[:known], cum_weights=population.weights[:known], k=size) if known else []
    chance, bits, lag = rng.random, rng.getrandbits, settings.index_lag_hours * 3600
    mask = mask_of(settings.seed)
    videos = []
    for creator in posters:
        created = start + int(chance() * DAY)
        wait, code, low = gap(chance()), chance(), bits(16)
        if chance() < settings.scheduled_share:
            created -= created % 60
            new_id = scheduled_id(created, mask, code, low)
        else:
            new_id = video_id(created - wait, mask, code, low)
        tags = TAGS[creator.language]
        videos.append(
            Video(
                new_id,
                created,
                created + int(chance() ** 2 * lag),
                created + 3600 + int(chance() ** 3 * 400 * DAY) if chance() < settings.removed_share else None,
                creator,
                tags[int(chance() * len(tags))],
            )
        )
    videos.sort(key=lambda video: -video.id)
    return videos


class Days:
    """Remembers the days asked for last, up to a number of videos. Safe to use from several threads.

    Scheduled posts are remembered for longer: a search meets them up to ten days after it has left their day.
    """

    def __init__(self, settings: SandboxSettings, population: Population) -> None:
        self._settings, self._population = settings, population
        self._kept: OrderedDict[date, list[Video]] = OrderedDict()
        self._scheduled: OrderedDict[date, dict[int, Video]] = OrderedDict()
        self._size = self._scheduled_size = 0
        self._lock = RLock()

    def __getitem__(self, day: date) -> list[Video]:
        with self._lock:
            if day in self._kept:
                self._kept.move_to_end(day)
                return self._kept[day]
            videos = make_day(day, self._settings, self._population)
            self._kept[day] = videos
            self._size += len(videos)
            while self._size > self._settings.cached_videos and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
            self._keep_scheduled(day, videos)
            return videos

    def scheduled(self, day: date, video_id: int) -> Video | None:
        """The video with this id among the scheduled posts of `day`."""
        with self._lock:
            if day not in self._scheduled:
                self._keep_scheduled(day, self[day])
            return self._scheduled[day].get(video_id)

    def _keep_scheduled(self, day: date, videos: list[Video]) -> None:
        self._scheduled_size -= len(self._scheduled.pop(day, ()))
        self._scheduled[day] = {one.id: one for one in videos if one.create_time - (one.id >> 32) > LONGEST_GAP}
        self._scheduled_size += len(self._scheduled[day])
        while self._scheduled_size > self._settings.cached_videos // 10 and len(self._scheduled) > 1:
            self._scheduled_size -= len(self._scheduled.popitem(last=False)[1])

    @property
    def kept(self) -> int:
        """How many videos are in memory."""
        return self._size


def days_back(start: date, end: date) -> list[date]:
    """The days from `end` back to `start`, both included."""
    return [end - timedelta(days=n) for n in range((end - start).days + 1)]
