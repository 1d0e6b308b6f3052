"""The access dates that TikTok approved, while a window is being harvested: they are looked at before each page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from include.domain.errors import AccessEnded
from include.domain.window import Window
from include.stages.harvest import harvest
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from tests.projects import project
from tests.stages.reading import asked, store

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 20))
MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slow(ResearchApi):
    """An answer takes its time."""

    pass_time: Callable[[timedelta], None] = lambda _: None

    def page(self, *args, **kwargs):
        self.pass_time(timedelta(minutes=10))
        return super().page(*args, **kwargs)


def test_access_that_ends_between_two_pages_ends_the_harvest_there(tiktok, api, objects):
    tiktok.clock.set(MIDNIGHT - timedelta(minutes=20))
    ending = project(access={"start": "2026-01-01", "end": "2026-05-31"})
    slow = Slow(api.session, api.credentials, clock=Clock(tiktok.clock.now), pass_time=tiktok.clock.advance)
    with pytest.raises(AccessEnded, match="2026-05-31, today is 2026-06-01"):
        harvest(ending, WINDOW, slow, objects, "manual__1")
    assert len(asked(tiktok)) == len(list(Pages(store(objects), str(WINDOW)))) == 2


def test_nothing_is_asked_before_the_access_starts(tiktok, api, objects):
    tiktok.clock.set(MIDNIGHT - timedelta(minutes=15))
    with pytest.raises(AccessEnded, match="approved from 2026-06-01"):
        harvest(project(access={"start": "2026-06-01", "end": "2027-12-31"}), WINDOW, api, objects, "manual__1")
    assert asked(tiktok) == []
