"""What each fault costs on the work that public clients were measured on: 60 days, 20,000 videos, 200 pages.

    PYTHONPATH=. .venv/bin/python -m tests.scenarios.peers

*lost* are videos that were not delivered, *waste* the good and bad requests beyond one for each page of the windows.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from include.domain.errors import Moment, Tomorrow
from include.domain.manifest import State
from include.domain.window import Window
from include.stages.harvest import harvest
from tests.scenarios.world import World, days, world

A_DAY = 333
WINDOWS = days(60).cut(30)
PAGES = 200
TRIES = 12
RETRY_DELAY = timedelta(minutes=5)

Play = Callable[[World], None]


@dataclass(frozen=True)
class Scenario:
    """One fault, and what a harvest may waste on it."""

    name: str
    waste: int
    play: Play
    switches: dict[str, Any]
    kill_at: int = -1


def every(nth: int, kind: str) -> Play:
    return lambda world: world.sandbox.fault(kind, nth=tuple(range(nth, 400, nth)))


def burst(world: World) -> None:
    world.sandbox.fault("internal_error", nth=tuple(range(60, 68)))


def nothing(_: World) -> None: ...


def overload(world: World) -> None:
    world.sandbox.switch(bad_windows=[{"kind": "internal_error", "narrower_than": 11}])


def token(world: World) -> None:
    world.sandbox.script([*[None] * 79, "token_invalid"])


def rate(world: World) -> None:
    world.sandbox.script([*[None] * 49, "rate_limit"])


SCENARIOS = [
    Scenario("base", 0, nothing, {}),
    Scenario("end_exclusive", 8, nothing, {"end_date_inclusive": False}),
    Scenario("e500_every20", 10, every(20, "internal_error"), {}),
    Scenario("e500_burst8", 8, burst, {}),
    Scenario("overload > 10 days", 26, overload, {}),
    Scenario("504 html, every 30th", 6, every(30, "html_504"), {}),
    Scenario("reset, every 40th", 5, every(40, "dropped"), {}),
    Scenario("quota 150 a day", 2, nothing, {"requests_per_day": 150, "search_life_seconds": 90_000}),
    Scenario("quota 150, ids expire", 8, nothing, {"requests_per_day": 150, "cursor_jumps": True}),
    Scenario("the same, and no jumps", 60, nothing, {"requests_per_day": 150}),
    Scenario("rate limit at 50", 1, rate, {}),
    Scenario("search_id dead after 15 pages", 72, nothing, {"search_dies_after_pages": 15}),
    Scenario("search_id refused twice", 4, nothing, {"search_refusals": 2}),
    Scenario("token dies after 80 requests", 2, token, {}),
    Scenario("removed videos (short pages)", 0, nothing, {"removed_share": 0.3}),
    Scenario("repeated page edge", 0, nothing, {"repeated_videos": 3}),
    Scenario("kill -9 at request 100, rerun", 1, nothing, {}, kill_at=100),
    Scenario("kill -9 at request 150, rerun", 1, nothing, {}, kill_at=150),
]


class Killed(BaseException):
    """What a kill looks like from inside."""


class Doomed(requests.Session):
    """A session whose process dies when it has sent so many requests, the last answer unread."""

    def __init__(self, life: int) -> None:
        super().__init__()
        self.life = life

    def post(self, url: str, *args: Any, **options: Any) -> requests.Response:
        response = super().post(url, *args, **options)
        if "oauth" not in url:
            self.life -= 1
            if self.life == 0:
                raise Killed
        return response


def run(scenario: Scenario, folder: str) -> str:
    """Play one scenario as Airflow would, with its retries and waits; returns its line of the table."""
    with world(folder, videos_per_day=A_DAY, **scenario.switches) as played:
        scenario.play(played)
        session = Doomed(scenario.kill_at)
        began = time.perf_counter()
        complete = [harvested(played, window, session) for window in WINDOWS]
        took = time.perf_counter() - began
        ids = [each for window in WINDOWS for each in played.ids(window)]
        lost = len(set(played.expected(days(60))) - set(ids))
        known = [
            lost,
            len(ids) - len(set(ids)),
            played.requests,
            played.requests - PAGES,
            scenario.waste,
            all(complete),
        ]
        return f"| {scenario.name} | {' | '.join(map(str, known))} | {took:.1f} s |"


def harvested(played: World, window: Window, session: Doomed) -> bool:
    """One window: again after each moment, waiting and kill; tells whether it is complete."""
    for _ in range(TRIES):
        try:
            done = harvest(played.project, window, played.api(session), played.objects, "run", reharvest=False)
        except Tomorrow as wait:
            played.pass_time(wait.wait)
        except Moment:
            played.pass_time(RETRY_DELAY)
        except Killed:
            continue
        else:
            return done.now.state is State.COMPLETE
    return False


def main() -> None:
    """Print the table."""
    print("| scenario | lost | twice | requests | beyond 200 | bound | complete | took |")  # noqa: T201
    print("|---|---|---|---|---|---|---|---|")  # noqa: T201
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            print(run(scenario, folder), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
