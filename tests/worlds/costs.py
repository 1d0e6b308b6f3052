"""Costs: no page is paid for twice, no unit spends more than its budget, and no reserve is broken."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from include.domain.errors import StorageUnavailable
from include.domain.manifest import UnitManifest
from include.domain.page import Page
from include.domain.project import ResearchProject
from include.sandbox.sandbox import Sandbox
from include.stages.harvest.meter import AT_LEAST, SHARE
from include.tiktok.entities import VIDEOS
from include.tiktok.retries import MOST
from tests.worlds.complaints import Complaints
from tests.worlds.records import ids_of
from tests.worlds.scheduler import Killed, Task, Terminated
from tests.worlds.wire import Request

#: Days between the tries of a unit that is not complete; then it waits for a person.
RESTS = (1, 3, 7)


@dataclass
class Spending:
    """What one process spent: good answers that are not stored yet, and requests since the last new record."""

    unsaved: list[str] = field(default_factory=list)
    fruitless: int = 0


@dataclass
class Costs:
    """Looks at every request and every page. `may_ask` tells of a task whether it may ask for a unit that rests."""

    sandbox: Sandbox
    projects: Mapping[str, ResearchProject]
    clients: Mapping[str, str]
    complaints: Complaints
    may_ask: Callable[[Task], bool]
    tasks: list[Task]
    requests: Counter[tuple[str, date]] = field(default_factory=Counter)
    wasted: int = 0
    _straddled: Counter[tuple[str, date]] = field(default_factory=Counter)
    _known: dict[tuple[str, str, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    _paid: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _spending: dict[int, Spending] = field(default_factory=dict)

    def before_request(self, task: Task, request: Request, believed: datetime) -> None:
        """A request is about to reach TikTok; `believed` is the time by the task's clock."""
        if request.path != VIDEOS.path:
            return
        spent, project = self._of(task), self.projects[task.project]
        spent.fruitless += 1
        if spent.fruitless > max(AT_LEAST, project.daily_requests // SHARE) + MOST:
            self.complaints.add("budget", f"{task.name}: {spent.fruitless} requests in a row without a new record")
        self._check_reserve(task, believed)
        body = _text(request.body)
        if request.body.get("search_id") and body in self._paid[task.project, task.window] and not self._has_twin(task):
            self.complaints.add("paid twice", f"{task.name} asks again for a page that is stored: {body[-120:]}")

    def after_request(self, task: Task, request: Request) -> None:
        """TikTok has answered; an answer that is good must be stored."""
        entry = self.sandbox.ledger[-1]
        good = entry.code == "ok" and not entry.fault and request.reply and not request.reply.wait
        if request.path == VIDEOS.path and good and request.fields != "id":
            self._of(task).unsaved.append(_text(request.body))

    def store(self, task: Task, project: str, unit: str, page: Page) -> None:
        """A page is about to be stored."""
        ids, known = ids_of(page), self._known[project, unit, page.round]
        spent, body = self._of(task), _text(dict(page.request))
        if body in spent.unsaved:
            spent.unsaved.remove(body)
        if ids - known:
            spent.fruitless = 0
            if page.request.get("search_id"):
                self._paid[project, unit].add(body)
        known |= ids

    def check_rest(self, task: Task, before: UnitManifest | None, after: UnitManifest) -> None:
        """A unit is about to be tried again: nothing is asked on the days between its tries."""
        if before is None or before.covers or before.query_id != after.query_id:
            return
        if before.now.ended_at is None or after.now.ended_at is not None or self.may_ask(task):
            return
        days = RESTS[before.tries - 1] if before.tries <= len(RESTS) else math.inf
        rested = (self.sandbox.clock.now() + timedelta(hours=1)).date() - before.now.ended_at.date()
        if rested.days < days:
            self.complaints.add("rest", f"{task.name} tries {after.name} again, which is {before.now.state} and rests")

    def end(self, task: Task) -> None:
        """A process has ended: at most the answer that was at hand when it died is lost."""
        unsaved = len(self._spending.pop(id(task), Spending()).unsaved)
        self.wasted += unsaved
        excused = task.gone or isinstance(task.error, Killed | Terminated | StorageUnavailable)
        excused = excused or self._has_twin(task)  # which has stored that page
        if unsaved > excused:
            how = f"{type(task.error).__name__}: {task.error}"[:200]
            self.complaints.add("wasted", f"{task.name}: {unsaved} good answers were not stored; it ended with {how}")

    def _check_reserve(self, task: Task, believed: datetime) -> None:
        """No client asks more in a day than the project with the largest share may.

        A request that was counted before midnight and came after it is counted by the day before.
        """
        client, today = self.clients[task.project], self.sandbox.clock.now().date()
        self.requests[client, today] += 1
        self._straddled[client, today] += believed.date() != today
        most = max(each.daily_requests for name, each in self.projects.items() if self.clients[name] == client)
        if self.requests[client, today] - self._straddled[client, today] > most:
            self.complaints.add("reserve", f"{task.name}: request {self.requests[client, today]} of {most} on {today}")

    def _has_twin(self, task: Task) -> bool:
        """Whether a process of the same task is, or was, at work that Airflow took for dead."""
        return any(each.lost for each in self.tasks if (each.project, each.window) == (task.project, task.window))

    def _of(self, task: Task) -> Spending:
        return self._spending.setdefault(id(task), Spending())


def _text(body: Mapping[str, Any]) -> str:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
