"""The scheduler: tasks as greenlets that take turns at yield points, in an order that follows from the seed.

Time is the sandbox's clock. It moves only when every task sleeps or has ended, to the next moment at which somebody
wakes or something was planned.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from include.sandbox.clock import Clock
from tests.worlds.trace import Trace

#: How likely another task goes on at a yield point.
SWITCH = 0.3

#: A world with more steps than this goes round in circles.
MOST_STEPS = 400_000


class Killed(BaseException):
    """The process of a task is gone: nothing that it still does has an effect."""


class Terminated(BaseException):
    """A task was told to end, once, and may tidy up: what Airflow raises when it stops a task."""


class Endless(Exception):
    """A world does not come to its end."""


@dataclass
class Task:
    """One process. `gone` is set when it was killed, `lost` when it is only taken for dead; `error` is how it ended."""

    name: str
    work: Callable[[], Any]
    ended: Callable[["Task"], None]
    project: str = ""
    window: str = ""
    run: str = ""
    skew: timedelta = timedelta()
    gone: bool = False
    over: bool = False
    lost: bool = False
    error: BaseException | None = None
    result: Any = None
    thread: greenlet | None = None

    @property
    def is_live(self) -> bool:
        return not self.gone and not self.over


class Scheduler:
    """All tasks of a world, and what is planned. `kills` are the yield points at which the task at work dies."""

    def __init__(self, clock: Clock, rng: Random, trace: Trace, kills: dict[int, str]) -> None:
        self.clock, self.rng, self.trace, self.kills = clock, rng, trace, kills
        self.points = 0
        self.killed = 0
        self.on_run_kill: Callable[[Task], None] = lambda _task: None
        self.on_lost: Callable[[Task], None] = lambda _task: None
        self.on_end: Callable[[Task], None] = lambda _task: None
        self.tasks: list[Task] = []
        self._ready: list[Task] = []
        self._sleeping: list[tuple[datetime, int, Task]] = []
        self._planned: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turn = count()
        self._hub = getcurrent()

    @property
    def current(self) -> Task | None:
        """The task at work; None for who looks on."""
        return getattr(getcurrent(), "task", None)

    def now(self) -> datetime:
        return self.clock.now()

    def start(self, task: Task) -> None:
        """Let a task begin."""
        self.tasks.append(task)
        task.thread = greenlet(lambda: self._live(task), self._hub)
        task.thread.task = task
        self._ready.append(task)

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Plan something that is nobody's task."""
        heapq.heappush(self._planned, (moment, next(self._turn), act))

    def after(self, delay: timedelta, act: Callable[[], None]) -> None:
        self.at(self.now() + max(delay, timedelta()), act)

    def point(self, what: str) -> None:
        """A moment at which others may go on, and at which the task at work may die."""
        task = self.current
        if task is None:
            return
        self._check(task)
        self.points += 1
        self.trace.add(task.name, what)
        how = self.kills.pop(self.points, None)
        if how == "stalled":
            self.trace.add(task.name, "STALLED")
            self.sleep(self.rng.choice((700, 1_500, 4_000)))
        elif how == "lost":
            self.on_lost(task)
        elif how:
            self._kill(task, how)
        if self.rng.random() < SWITCH:
            self._ready.append(task)
            self._hub.switch()
            self._check(task)

    def sleep(self, seconds: float) -> None:
        """Let time pass for the task at work."""
        task = self.current
        if task is None:
            raise RuntimeError("only tasks sleep")
        self._check(task)
        heapq.heappush(self._sleeping, (self.now() + timedelta(seconds=seconds), next(self._turn), task))
        self._hub.switch()
        self._check(task)

    def kill(self, tasks: list[Task]) -> None:
        """End the processes of these tasks, wherever they are."""
        for task in tasks:
            if task.is_live:
                self.trace.add(task.name, "KILLED with its run")
                task.gone, self.killed = True, self.killed + 1
                if all(each is not task for each in self._ready):
                    self._sleeping = [each for each in self._sleeping if each[2] is not task]
                    heapq.heapify(self._sleeping)
                    self._ready.append(task)

    def run(self, until: datetime) -> None:
        """Let everything happen until then, or until nothing is left to happen."""
        while self.trace.step < MOST_STEPS:
            if self._ready:
                task = self._ready.pop(self.rng.randrange(len(self._ready)))
                assert task.thread is not None
                task.thread.switch()
                if task.over:
                    self.on_end(task)
                    task.ended(task)
                continue
            moments = [queue[0][0] for queue in (self._sleeping, self._planned) if queue]
            if not moments or min(moments) > until:
                return
            self.clock.set(max(self.now(), min(moments)))
            self._wake()
        raise Endless(f"after {self.trace.step} steps")

    def _wake(self) -> None:
        while self._planned and self._planned[0][0] <= self.now():
            heapq.heappop(self._planned)[2]()
        while self._sleeping and self._sleeping[0][0] <= self.now():
            self._ready.append(heapq.heappop(self._sleeping)[2])

    def _live(self, task: Task) -> None:
        try:
            self._check(task)
            task.result = task.work()
        except BaseException as error:  # noqa: BLE001 - how a process ended is a fact of the world
            task.error = error
        task.over = True
        how = "done" if task.error is None else f"{type(task.error).__name__}: {task.error}"
        self.trace.add(task.name, f"ends: {how[:160]}")

    def _kill(self, task: Task, how: str) -> None:
        self.killed += 1
        self.trace.add(task.name, f"KILLED ({how})")
        if how == "terminated":
            raise Terminated
        if how == "run":
            self.on_run_kill(task)
        task.gone = True
        raise Killed

    def _check(self, task: Task) -> None:
        if task.gone:
            raise Killed
