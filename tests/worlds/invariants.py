"""The invariants: each request and each put is shown to those who know what must hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from include.domain.manifest import UnitManifest
from tests.worlds.costs import Costs
from tests.worlds.records import Records, page_in
from tests.worlds.scheduler import Scheduler, Task
from tests.worlds.truth import Truth
from tests.worlds.wire import Request
from tests.worlds.writers import Writers

LEASE = re.compile(r"(?P<prefix>.+/)lease/\d+\.json")
UNIT = re.compile(r"(?P<prefix>projects/(?P<project>[^/]+)/videos/units/(?P<unit>[^/]+)/)(?P<rest>.+)")
MANIFEST = re.compile(r"projects/(?P<project>[^/]+)/videos/manifests/(?P<unit>[^/]+)\.json")
DATASET = re.compile(r"(?P<prefix>projects/[^/]+/videos/)dataset/.+")


@dataclass
class Invariants:
    """Looks on while tasks are at work."""

    scheduler: Scheduler
    records: Mapping[str, Records]
    truth: Truth
    costs: Costs
    writers: Writers

    def before_request(self, request: Request, believed: datetime) -> None:
        if task := self.scheduler.current:
            self.costs.before_request(task, request, believed)

    def after_request(self, request: Request) -> None:
        if task := self.scheduler.current:
            self.costs.after_request(task, request)

    def before_put(self, path: str, content: bytes) -> None:
        """An object is about to be put."""
        task = self.scheduler.current
        if task is None:
            return
        if found := LEASE.fullmatch(path):
            self.writers.take(task, found["prefix"], path, content)
        elif found := UNIT.fullmatch(path):
            self.writers.check_lease(task, found["prefix"], path)
            if found["rest"].startswith("pages/"):
                self.writers.check_page(task, path, content)
                self.costs.store(task, found["project"], found["unit"], page_in(content))
        elif found := MANIFEST.fullmatch(path):
            self._check_manifest(task, path, content, found["project"], found["unit"])
        elif found := DATASET.fullmatch(path):
            self.writers.check_lease(task, found["prefix"], path)

    def _check_manifest(self, task: Task, path: str, content: bytes, project: str, unit: str) -> None:
        records = self.records[project]
        self.writers.check_lease(task, records.layout.unit(unit), path)
        before, after = records.manifest(unit), UnitManifest.model_validate_json(content)
        self.costs.check_rest(task, before, after)
        self.truth.check(task, project, before, after)
