"""Writers: no two at one thing, nobody without its lease, and no page put over another."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from include.storage.layout import leases
from tests.worlds.complaints import Complaints
from tests.worlds.scheduler import Scheduler, Task
from tests.worlds.store import Blobs

#: A lease that ends so soon was given back.
GIVEN_BACK = timedelta(minutes=3)


@dataclass
class Writers:
    """Knows who took which lease. A task that is only taken for dead (`lost`) may meet its successor."""

    scheduler: Scheduler
    blobs: Blobs
    complaints: Complaints
    _holders: dict[str, Task] = field(default_factory=dict)
    _takers: dict[str, Task] = field(default_factory=dict)

    def take(self, task: Task, prefix: str, path: str, content: bytes) -> None:
        """A lease is about to be taken, renewed or given back."""
        holder = self._holders.get(prefix)
        if path not in self._takers:
            if holder and holder is not task and holder.is_live and not holder.lost and not task.lost:
                self.complaints.add("two writers", f"{task.name} takes {path}, which {holder.name} holds")
            self._takers[path] = self._holders[prefix] = task
        elif holder is task and _end_of(content) <= self.scheduler.now() + GIVEN_BACK:
            del self._holders[prefix]

    def check_lease(self, task: Task, prefix: str, path: str) -> None:
        """Something below `prefix` is about to be put."""
        newest = max(self.blobs.below(leases(prefix)), default="")
        taker = self._takers.get(newest)
        if taker is not task and not task.lost and not (taker and taker.lost):
            self.complaints.add("no lease", f"{task.name} puts {path} without the lease, which is {newest}")

    def check_page(self, task: Task, path: str, content: bytes) -> None:
        before = self.blobs.get(path)
        if before and before.content != content:
            self.complaints.add("overwritten", f"{task.name} puts another page at {path}")


def _end_of(lease: bytes) -> datetime:
    return datetime.fromisoformat(orjson.loads(lease)["until"])
