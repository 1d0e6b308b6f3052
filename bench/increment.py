"""One new day for a project of a month and for one of ten years: what plan, merge and registration ask the store for.

A call is one of `Objects`. Not counted are the harvest itself and the puts of records, of which there is one each. A
month holds few videos, so that what grows with the years is not hidden by the data of the month.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bench.apart import apart
from bench.counted import Counted
from bench.requests import PROJECT
from bench.rows import Videos, put_window
from include.domain.asked import Asked
from include.domain.project import ResearchProject
from include.domain.window import DAY, Window
from include.icandid.choices import Choices
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.sink import Verdict
from include.stages.merge import merge
from include.stages.plan import plan
from include.stages.register import register
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore

SHORT, LONG = 30, 3_650
VIDEOS_A_DAY = 3

#: The last day before the new one, in either project: months end equally full.
LAST = date(2026, 7, 30)

#: How old a manifest is made: what is put within two seconds before a merge is read again by the next.
EARLIER = timedelta(hours=1)


def figures(scale: float) -> dict[str, float]:
    """Calls and bytes of a new day, and of a run without one, after a month and after ten years."""
    short = apart("bench.increment:measured", SHORT).result
    long = apart("bench.increment:measured", max(SHORT, round(LONG * scale))).result
    return {
        "increment_calls_30": short["calls"],
        "increment_calls_3650": long["calls"],
        "increment_requests_30": short["calls"] + short["further"],
        "increment_requests_3650": long["calls"] + long["further"],
        "increment_bytes_growth": long["bytes"] / short["bytes"],
        "increment_kilobytes_30": short["bytes"] / 1000,
        "increment_kilobytes_3650": long["bytes"] / 1000,
        "idle_run_calls": max(short["idle"], long["idle"]),
        "rollup_kilobytes_3650": long["rollup"] / 1000,
    }


def measured(days: int) -> dict[str, float]:
    """A project with so many days behind it: what its next day costs, and a run with nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        run = _Runs(Path(folder), _project(days))
        first = Window(LAST - (days - 1) * DAY, LAST)
        for window in first.cut(1):
            run.harvest(window)
        run.do(LAST)
        run.do(LAST)
        new = run.do(LAST + DAY)
        idle = run.do(LAST + DAY)
        stored = run.store.objects.read(run.store.layout.rollup) or b""
        return {
            "calls": new.calls.total(),
            "bytes": new.bytes,
            "further": new.further,
            "idle": idle.calls.total(),
            "rollup": len(stored),
        }


@dataclass(frozen=True)
class Spent:
    """What a run asked the store for."""

    calls: Counter[str]
    bytes: int
    further: int


class _Runs:
    """Daily runs of one project, without TikTok."""

    def __init__(self, folder: Path, project: ResearchProject) -> None:
        self.folder, self.project, self.videos = folder, project, Videos()
        self.store = ProjectStore.of(open_storage(f"file://{folder}/storage"), project.project_id)
        self.registry = Registry(registry_engine(f"sqlite:///{folder}/registry.sqlite"))

    def harvest(self, window: Window) -> None:
        """Put a complete window, as old as it would be on a machine that does other things in between."""
        put_window(self.store, window, self.videos, self.videos.ids(window, VIDEOS_A_DAY), _morning(window.end + DAY))
        manifest = self.folder / "storage" / self.store.layout.manifest(str(window))
        at = manifest.stat().st_mtime - EARLIER.total_seconds()
        os.utime(manifest, (at, at))

    def do(self, day: date) -> Spent:
        """Plan the days up to `day`, harvest them, merge, and register."""
        counted: Any = Counted(self.store.objects)
        at = _morning(day + self.project.settle_days * DAY)
        windows, _ = plan(self.project, Asked(), counted, at)
        for window in windows:
            self.harvest(window)
        merge(self.project, counted, str(at), lambda: at)
        register(self.project, counted, self.registry, str(at), at, [_Taker()], Choices(tree=False))
        return Spent(counted.calls, counted.bytes, counted.further)


class _Taker:
    """A sink that takes every record, and has nothing to count."""

    name = "taker"

    def put(self, records: Iterable[dict[str, Any]], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        return (Verdict(record["@id"], "created") for record in records)

    def withdraw(self, dataset_id: str, ids: Iterable[str], at: datetime) -> Iterator[Verdict]:  # noqa: ARG002
        return iter(())

    def count(self, dataset_id: str) -> int | None:  # noqa: ARG002
        return None


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def _project(days: int) -> ResearchProject:
    start = LAST - (days - 1) * DAY
    access = {"start": LAST, "end": LAST + timedelta(days=365)}
    return PROJECT.model_validate(PROJECT.model_dump() | {"period": {"start": start}, "access": access})
