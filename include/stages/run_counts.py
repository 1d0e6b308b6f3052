"""Run counts: what one run harvested, summed over its windows."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from include.domain.check import Verdict
from include.domain.manifest import State, UnitManifest
from include.domain.project import ResearchProject
from include.domain.window import Window
from include.storage.manifests import read_units
from include.storage.objects import Objects
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunCounts:
    """The windows that a run worked on, and the records that came.

    `hits` are those that TikTok told of and `withheld` those of them that it kept back, in the windows where it said
    so. Each of `warnings` stands there once, however many windows have it.
    """

    windows: int
    complete: int
    new: int
    changed: int
    unchanged: int
    foreign: int
    hits: int
    withheld: int
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.windows:
            return "no window was harvested"
        left = f", {self.windows - self.complete} of them not complete" if self.complete < self.windows else ""
        parts = [
            f"harvested {_number(self.windows, 'window')}{left}: {self.new:,} new, {self.changed:,} changed, "
            f"{self.unchanged:,} unchanged records",
            *([f"TikTok withheld {self.withheld:,} of {_number(self.hits, 'hit')}"] if self.withheld else []),
            *([_number(self.foreign, "foreign hit")] if self.foreign else []),
            *([f"warnings: {'; '.join(self.warnings)}"] if self.warnings else []),
        ]
        return "; ".join(parts)

    def summary(self) -> dict[str, Any]:
        """The counts that Airflow shows of a run; never a record."""
        return asdict(self) | {"warnings": list(self.warnings)}


def count_run(
    project: ResearchProject, windows: Iterable[Window], objects: Objects, run: str, since: datetime | None = None
) -> RunCounts:
    """What a run did with the windows that it planned: the rounds that it began, or ended `since` it began itself.

    A round counts as a whole, with the pages that earlier runs have stored of it.
    """
    manifests = read_units(ProjectStore.of(objects, project.project_id), [str(window) for window in windows])
    ours = [each for each in manifests if each.now.begun_by == run or _ended_since(each, since)]
    counts = [each.now.counts for each in ours]
    told = [each for each in counts if each.hits is not None]
    warnings = (check.reason for each in ours for check in each.now.checks if check.verdict is Verdict.WARNING)
    total = RunCounts(
        windows=len(ours),
        complete=sum(each.now.state is State.COMPLETE for each in ours),
        new=sum(each.fresh for each in counts),
        changed=sum(each.changed for each in counts),
        unchanged=sum(each.unchanged for each in counts),
        foreign=sum(each.foreign for each in counts),
        hits=sum(each.hits or 0 for each in told),
        withheld=sum(each.withheld or 0 for each in told),
        warnings=tuple(dict.fromkeys(warnings)),
    )
    log.info("counted project=%s run=%s: %s", project.project_id, run, total)
    return total


def _ended_since(manifest: UnitManifest, since: datetime | None) -> bool:
    """A run may end a round that an earlier one began."""
    ended = manifest.now.ended_at
    return since is not None and ended is not None and ended >= since


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
