"""Round trips to the store: of a page, of a window besides its pages, of a task's first request.

Each call of `Objects` is one. TikTok is a sandbox that takes some seconds for each page by its own clock, as the real
one does: what is looked at once a minute is looked at.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import requests

from bench.requests import NOW, PROJECT
from include.domain.window import DAY, Window
from include.sandbox.server import running
from include.sandbox.settings import SandboxSettings
from include.stages.harvest import harvest
from include.storage.ledger import Ledger
from include.storage.objects import Objects, open_storage
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.token import Credentials

#: The last page of a window is not full, so that its end needs no further call.
VIDEOS_A_DAY = 97
FIRST = date(2026, 1, 1)

#: The first window tells which fields TikTok sends, which a project learns once; the others are counted.
BEFORE = Window(FIRST, FIRST)
SHORT = Window(FIRST + DAY, FIRST + DAY)
LONG = Window(FIRST + 2 * DAY, FIRST + 31 * DAY)

SECONDS_A_PAGE = 6.0

#: Tasks that a client's day has seen before the one whose first request is counted.
TASKS = 300


def figures(scale: float = 1.0) -> dict[str, float]:  # noqa: ARG001 - it is small at any scale
    """The calls of a long window and of one page, and those of a first request after many tasks and after one."""
    short, long = _harvested()
    return {
        "page_round_trips": len(long.of_pages) / long.pages,
        "window_round_trips": len(long.calls) - len(long.of_pages),
        "one_page_round_trips": len(short.calls),
        "ledger_first_request_calls": _first_request(TASKS),
        "ledger_first_request_calls_after_one": _first_request(1),
    }


@dataclass
class Recorded:
    """A store that records each call with its path. `on_page` is done whenever a page was put."""

    objects: Objects
    on_page: Callable[[], object] = lambda: None
    calls: list[tuple[str, str]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """A method of the store, whose calls are recorded."""
        method = getattr(self.objects, name)
        return (lambda *how: self._record(name, method, how)) if callable(method) else method

    @property
    def pages(self) -> int:
        """How many pages were put."""
        return sum(_is_page(call) for call in self.calls)

    @property
    def of_pages(self) -> list[tuple[str, str]]:
        """The calls from the first request to the last page, and those of the ledger after it."""
        first = next(number for number, call in enumerate(self.calls) if _is_of_ledger(call))
        last = max(number for number, call in enumerate(self.calls) if _is_page(call))
        return [call for number, call in enumerate(self.calls) if first <= number <= last or _is_of_ledger(call)]

    def _record(self, name: str, method: Callable[..., Any], how: tuple[Any, ...]) -> Any:
        path = how[0] if isinstance(how[0], str) else how[0][0]
        self.calls.append((name, path))
        result = method(*how)
        if _is_page(self.calls[-1]):
            self.on_page()
        return result


def _is_of_ledger(call: tuple[str, str]) -> bool:
    return call[1].startswith("quota/")


def _is_page(call: tuple[str, str]) -> bool:
    return call[0] == "create" and "/pages/" in call[1]


def _harvested() -> tuple[Recorded, Recorded]:
    """What a window of one page asks of the store, and one of thirty pages."""
    settings = SandboxSettings(
        clock_start=NOW,
        clock_runs=False,
        search_ready_seconds=0,
        removed_share=0,
        withheld_share=0,
        scheduled_share=0,
        daily_variation=0,
        videos_per_day=VIDEOS_A_DAY,
    )
    with running(settings) as sandbox, requests.Session() as session, tempfile.TemporaryDirectory() as folder:
        credentials = Credentials(sandbox.url, sandbox.client_key, sandbox.client_secret, list[str]().append)
        objects = open_storage(f"file://{folder}/storage")

        def record(window: Window) -> Recorded:
            recorded: Any = Recorded(objects, lambda: sandbox.sleep(SECONDS_A_PAGE))
            api = ResearchApi(session, credentials, sandbox.sleep, clock=Clock(sandbox.clock.now))
            harvest(PROJECT, window, api, recorded, "bench").check_complete()
            return recorded

        record(BEFORE)
        return record(SHORT), record(LONG)


def _first_request(tasks: int) -> int:
    """The calls of a task's first request, after so many tasks of the same client have asked today."""
    with tempfile.TemporaryDirectory() as folder:
        objects = open_storage(f"file://{folder}/storage")
        for _ in range(tasks):
            other = Ledger(objects, "client", PROJECT.daily_requests)
            other.before_request(NOW)
            other.after_answer(VIDEOS_A_DAY)
            other.close()
        recorded: Any = Recorded(objects)
        Ledger(recorded, "client", PROJECT.daily_requests).before_request(NOW)
        return len(recorded.calls)
