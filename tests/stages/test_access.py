"""The access dates that TikTok approved, while a window is being harvested: they are looked at before each page."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from include.domain.errors import AccessEnded
from include.domain.window import Window
from include.stages.harvest import harvest
from include.storage.pages import Pages
from include.tiktok.client import ResearchApi
from tests.projects import project
from tests.stages.reading import LAYOUT, asked

WINDOW = Window(date(2026, 1, 1), date(2026, 1, 20))
MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Slow(ResearchApi):
    """An answer takes its time, by the clock of the sandbox."""

    clock: Any = None

    def videos(self, *args, **kwargs):
        self.clock.set(self.clock.now() + timedelta(minutes=10))
        return super().videos(*args, **kwargs)


def test_access_that_ends_between_two_pages_ends_the_harvest_there(tiktok, api, objects):
    tiktok.clock.set(MIDNIGHT - timedelta(minutes=20))
    ending = project(access={"start": "2026-01-01", "end": "2026-05-31"})
    with pytest.raises(AccessEnded, match="2026-05-31, today is 2026-06-01"):
        harvest(ending, WINDOW, Slow(api.session, api.credentials, clock=tiktok.clock), objects, "manual__1")
    assert len(asked(tiktok)) == len(list(Pages(objects, LAYOUT, WINDOW))) == 2


def test_nothing_is_asked_before_the_access_starts(tiktok, api, objects):
    tiktok.clock.set(MIDNIGHT - timedelta(minutes=15))
    with pytest.raises(AccessEnded, match="approved from 2026-06-01"):
        harvest(project(access={"start": "2026-06-01", "end": "2027-12-31"}), WINDOW, api, objects, "manual__1")
    assert asked(tiktok) == []
