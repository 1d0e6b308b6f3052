"""Videos on a page that the search did not ask for: of a foreign day, or of a foreign account."""

from collections.abc import Callable
from datetime import date, timedelta

from include.sandbox.corpus import Corpus
from include.sandbox.noise import noise, share
from include.sandbox.searches import Asked, Place, Search
from include.sandbox.settings import SandboxSettings
from include.sandbox.video import Video


def strays(corpus: Corpus, search: Search, place: Place, settings: SandboxSettings, at: int) -> list[int]:
    """The ids of the strays on the page at `place`, at most one of each kind."""
    key = noise(search.number, 1000 + place.cursor // place.size)
    found = []
    if share(key, 1) < settings.foreign_days:
        found.append(_foreign_day(corpus, search.asked, key, at))
    if search.asked.usernames and share(key, 2) < settings.foreign_accounts:
        found.append(_foreign_account(corpus, search.asked, key, at))
    return [video.id for video in found if video]


def _foreign_day(corpus: Corpus, asked: Asked, key: int, at: int) -> Video | None:
    after = [asked.end + timedelta(days=n) for n in range(1, 6)]
    before = [asked.start - timedelta(days=n) for n in range(1, 6)]
    return _one(corpus, before + after if noise(key, 3) % 2 else after + before, key, at, lambda _: True)


def _foreign_account(corpus: Corpus, asked: Asked, key: int, at: int) -> Video | None:
    length = (asked.end - asked.start).days + 1
    days = [asked.start + timedelta(days=(noise(key, 3) + n) % length) for n in range(min(length, 5))]

    def fits(video: Video) -> bool:
        read = lambda one, name: corpus.value(one, name, at)  # noqa: E731
        return video.creator.username not in asked.usernames and not asked.test(video, read)

    return _one(corpus, days, key, at, fits)


def _one(corpus: Corpus, days: list[date], key: int, at: int, fits: Callable[[Video], bool]) -> Video | None:
    """A video that can be seen at `at`, of the first of these days that has one."""
    for day in days:
        videos = corpus.days[day]
        turn = noise(key, 4) % max(len(videos), 1)
        for video in (*videos[turn:], *videos[:turn]):
            if video.indexed_at <= at and corpus.available(video, at) and fits(video):
                return video
    return None
