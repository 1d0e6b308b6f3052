"""Searches played by hand: each answer is taken in as the page that the search would have stored."""

from datetime import UTC, date, datetime
from typing import Any

from include.domain.page import Page
from include.domain.slice import Slice
from include.stages.harvest.progress import Progress
from include.tiktok.answer import content_of
from include.tiktok.entities import VIDEOS
from tests.pages import PAGE, body

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 30)
WHOLE = Slice(number=1, start=FIRST, end=LAST)
END_OF_TIME = datetime(2026, 1, 30, 23, 59, tzinfo=UTC)


def video(number: int = 0, at: datetime = END_OF_TIME, **changes: Any) -> dict[str, Any]:
    """A record; the higher its number, the older it is, by a minute each."""
    seconds = int(at.timestamp()) - 60 * number
    return {"id": (seconds << 32) + 7, "create_time": seconds, "username": "synth_nieuws_be"} | changes


def videos(first: int, count: int) -> list[dict[str, Any]]:
    """The records from `first` on, newest first."""
    return [video(number) for number in range(first, first + count)]


def take_in(progress: Progress, page: Page) -> None:
    """Take a page in as the harvest does."""
    content = content_of(page.answer, VIDEOS.lists)
    keys, moments = [VIDEOS.identify(each) for each in content.records], map(VIDEOS.moment, content.records)
    days = [at.date() if at and progress.asked.start <= at.date() <= progress.asked.end else None for at in moments]
    progress.follow(page, content, keys, days)


class Played:
    """The search of a slice that is played, and the pages that it has stored."""

    def __init__(self, asked: Slice = WHOLE, before: Progress | None = None) -> None:
        self.progress = Progress(asked, VIDEOS.page_size, VIDEOS.made_at, before)
        self.pages: list[Page] = []

    @property
    def index(self) -> int | None:
        """Where the next call asks; None at the end."""
        return self.progress.cursor.index if self.progress.cursor else None

    def answer(
        self, records: Any = (), cursor: Any = "own", *, more: Any = True, search_id: str | None = "7"
    ) -> "Played":
        """The answer to the next call; `own` is the cursor that one page further would have."""
        cursor = self.index + VIDEOS.page_size if cursor == "own" else cursor
        return self.store(body(records, cursor=cursor, has_more=more, search_id=search_id))

    def store(self, content: bytes) -> "Played":
        """The same with an answer word for word."""
        request = VIDEOS.ask({"and": []}, self.progress.asked, self.progress.cursor)
        page = Page(**PAGE | {"number": len(self.pages) + 1, "request": request, "answer": content})
        self.pages.append(page)
        take_in(self.progress, page)
        return self
