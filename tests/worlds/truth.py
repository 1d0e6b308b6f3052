"""Truth: whether a unit that says *complete* has what TikTok would give, and one that does not has a reason."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from include.domain.check import ENDS
from include.domain.manifest import State, UnitManifest
from include.sandbox.sandbox import Sandbox
from include.stages.harvest.checks import EXPECTED, EXPECTED_BY_TEXT
from include.tiktok.query import finds_by_text
from tests.worlds.complaints import Complaints
from tests.worlds.records import Records
from tests.worlds.scheduler import Task

Spans = list[tuple[datetime, datetime]]

#: Checks that true silence fails, too: a person accepts it.
OF_COUNTS = {"earlier rounds", "earlier queries", "neighbours", "canary queries"}

#: A check that what came in bad weather fails until the next round.
OF_PAGES = {"records without an id"}


@dataclass
class Truth:
    """Compares each round that ends with the corpus.

    `silences` tell from when to when TikTok found nothing at all, `false_ends` when every search ended early and
    insisted on it. `starved` are the projects whose windows leave each other too few requests. `begun` is when a round
    was first noted: what TikTok had then must come.
    """

    sandbox: Sandbox
    records: Mapping[str, Records]
    complaints: Complaints
    fair_at: datetime
    began: Callable[[Task], datetime]
    silences: Spans
    false_ends: Spans
    starved: Collection[str] = ()
    begun: dict[tuple[str, str, str, int], datetime] = field(default_factory=dict)
    unknowable: int = 0

    def check(self, task: Task, project: str, before: UnitManifest | None, after: UnitManifest) -> None:
        """A manifest is about to be put."""
        begun = self.begun.setdefault(_key(project, after), self._now())
        self._check_stands(task, before, after)
        if after.now.state is State.OPEN or (before and before.now == after.now):
            return
        if after.now.state is State.COMPLETE:
            self._check_complete(task, project, after, begun)
        elif self.began(task) > self.fair_at and after.now.begun_by == task.run:
            self._check_doubt(task, project, after, begun)

    def begin_of(self, project: str, unit: UnitManifest) -> datetime:
        return self.begun[_key(project, unit)]

    def _check_stands(self, task: Task, before: UnitManifest | None, after: UnitManifest) -> None:
        if not before or not before.stands or before.query_id != after.query_id:
            return
        newer = after.stands and after.stands.number > before.stands.number
        if after.stands != before.stands and not newer:
            self.complaints.add("unmade", f"{task.name} takes back the complete round {before.stands.number}")

    def _check_complete(self, task: Task, project: str, unit: UnitManifest, begun: datetime) -> None:
        missing = self._missing(project, unit, begun)
        if missing and (self._is_silent(project, unit, begun) or self._is_hidden(missing, begun)):
            self.unknowable += 1
        elif missing:
            days = Counter(str(datetime.fromtimestamp(each.create_time, UTC).date()) for each in missing)
            slices = [(each.name, each.aim.value, each.state.value, each.hits, each.proof) for each in unit.now.slices]
            self.complaints.add(
                "not complete",
                f"{task.name}: {len(missing)} videos are missing from {unit.name} round {unit.now.number}: "
                f"{dict(days.most_common(5))}, {sum(map(_is_scheduled, missing))} scheduled; "
                f"found {unit.now.counts.found}, slices {slices}",
            )

    def _check_doubt(self, task: Task, project: str, unit: UnitManifest, begun: datetime) -> None:
        """A try that began in fair weather is believed, unless few records or old pages explain why not."""
        failed = [each for each in unit.now.checks if each.failed]
        names = {each.name for each in failed}
        if names <= OF_COUNTS and failed and not self._missing(project, unit, begun):
            return
        if begun <= self.fair_at and names <= OF_COUNTS | OF_PAGES:
            return
        if project in self.starved and ENDS in names:
            return  # each search dies at midnight before its end is proven, and rightly nobody believes it
        why = "; ".join(f"{each.name}: {each.reason}" for each in failed)
        self.complaints.add("doubted", f"{task.name}: {unit.name} is {unit.now.state} in fair weather: {why}")

    def _missing(self, project: str, unit: UnitManifest, begun: datetime) -> list[Any]:
        """What TikTok had when the round began and still gives, and the unit's part has not."""
        corpus, now = self.sandbox.corpus, int(self._now().timestamp())
        had = corpus.search(unit.query, unit.start, unit.end, begun)
        have = self.records[project].in_part(unit.name)
        return [each for each in had if corpus.available(each, now) and each.id not in have]

    def _is_silent(self, project: str, unit: UnitManifest, begun: datetime) -> bool:
        """Whether TikTok answered everything with nothing, and nobody could know that there was more.

        Somebody could where the nearest complete unit lets expect far more than chance, or a text never found anything.
        """
        if unit.now.counts.found or not self._touches(self.silences, begun):
            return False
        near = [each for each in self.records[project].manifests() if each.covers and each.name != unit.name]
        near = [each for each in near if each.query_id == unit.query_id]
        nearest = min(near, key=lambda each: abs(each.start - unit.start), default=None)
        if nearest is None:
            return not finds_by_text(unit.query)
        enough = EXPECTED_BY_TEXT if finds_by_text(unit.query) else EXPECTED
        return nearest.result.counts.found / nearest.window.days * unit.window.days < enough

    def _is_hidden(self, missing: list[Any], begun: datetime) -> bool:
        """Whether every long search ended at the same place, with nothing behind it, and only late posts are missing.

        The days reach back to the first one, and no number contradicts: only narrower questions would tell.
        """
        return self._touches(self.false_ends, begun) and all(map(_is_scheduled, missing))

    def _touches(self, spans: Spans, begun: datetime) -> bool:
        return any(since <= self._now() and until >= begun for since, until in spans)

    def _now(self) -> datetime:
        return self.sandbox.clock.now()


def _key(project: str, unit: UnitManifest) -> tuple[str, str, str, int]:
    return project, unit.name, unit.query_id, unit.now.number


def _is_scheduled(video: Any) -> bool:
    """Whether a post was uploaded long before it was published."""
    return video.create_time - (video.id >> 32) > 3_600
