"""Leases: one task at a time works on a thing, and a dead task's lease ends by itself.

Leases of one thing are numbered; whoever creates the next number first has it, which object storage decides.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from include.domain.errors import WindowTaken
from include.storage.layout import lease_path, leases
from include.storage.objects import Objects

NEVER = datetime.min.replace(tzinfo=UTC)

#: How long a lease lasts without being renewed. More than half of it is left at each request, which is longer than the
#: request and the wait after it.
LENGTH = timedelta(minutes=10)

#: How long a task asks on without a look at its lease. Only one that Airflow wrongly took for dead can meet a second
#: task so soon; from all others a lease is taken after minutes without a renewal.
TRUSTED = timedelta(minutes=1)


@dataclass
class Lease:
    """The right of `owner` to work on what lies below `prefix`, until it is not renewed any more.

    `seen_at` is when it was last seen to be the newest.
    """

    objects: Objects
    prefix: str
    owner: str
    number: int
    until: datetime
    seen_at: datetime = NEVER

    def keep(self, at: datetime) -> None:
        """Look at the lease, and renew it, when the last look is a minute old: what must hold before a request.

        The page of a request may still meet another task: pages are created, and the second is refused.

        Raises:
            WindowTaken: another task has it now.
        """
        if not self.seen_at <= at < self.seen_at + TRUSTED:
            self.renew(at)

    def renew(self, at: datetime) -> None:
        """Look at the lease, and renew it when a third of it has passed: what must hold before an object is replaced.

        Raises:
            WindowTaken: another task has it now.
        """
        if self._newest_path() != self._path:
            self.seen_at = NEVER
            newest = _newest(self.objects, self.prefix)  # none: a purge has taken it away
            raise WindowTaken(self.prefix, newest.until if newest else at, at)
        self.seen_at = at
        if at >= self.until - LENGTH * 2 / 3:
            self._put(at + LENGTH)

    def release(self, at: datetime) -> None:
        """End the lease now, unless another task has taken it, or a purge has taken it away."""
        if self._newest_path() == self._path:
            self._put(at - LENGTH)  # the clocks of two tasks differ by a second or so

    @property
    def _path(self) -> str:
        return lease_path(self.prefix, self.number)

    def _newest_path(self) -> str:
        """The path of whatever lease is the newest, unread: its number tells whose it is, for one call."""
        return max(self.objects.paths(leases(self.prefix)), default="")

    def _put(self, until: datetime) -> None:
        self.until = until
        self.objects.write(self._path, _encode(self.owner, until))


def take(
    objects: Objects, prefix: str, owner: str, at: datetime, is_over: Callable[[str], bool] = lambda _owner: False
) -> Lease:
    """The lease on what lies below `prefix`.

    An owner takes over its own lease at once: Airflow starts a task's next try only when the last one is dead. So is
    the lease of an owner of whom `is_over` says that it has ended.

    Raises:
        WindowTaken: another owner has it.
    """
    newest = _newest(objects, prefix)
    if newest and newest.owner != owner and newest.until > at and not is_over(newest.owner):
        raise WindowTaken(prefix, newest.until, at)
    number = newest.number + 1 if newest else 1
    if not objects.create(lease_path(prefix, number), _encode(owner, at + LENGTH)):
        raise WindowTaken(prefix, at + LENGTH, at)
    if newest:
        objects.delete([lease_path(prefix, newest.number)])
    return Lease(objects, prefix, owner, number, at + LENGTH, at)


@contextmanager
def hold_lease(
    objects: Objects,
    prefix: str,
    owner: str,
    now: Callable[[], datetime],
    is_over: Callable[[str], bool] = lambda _owner: False,
) -> Iterator[Lease]:
    """The lease on what lies below `prefix`, released at the end.

    Raises:
        WindowTaken: another owner has it.
    """
    lease = take(objects, prefix, owner, now(), is_over)
    try:
        yield lease
    finally:
        lease.release(now())


def _newest(objects: Objects, prefix: str) -> Lease | None:
    while paths := objects.paths(leases(prefix)):
        content = objects.read(paths[-1])
        if content is not None:
            held = orjson.loads(content)
            number = int(paths[-1].rsplit("/", 1)[-1].removesuffix(".json"))
            return Lease(objects, prefix, held["owner"], number, datetime.fromisoformat(held["until"]))
    return None  # a lease that was listed and then gone has a successor: then the loop looked again


def _encode(owner: str, until: datetime) -> bytes:
    return orjson.dumps({"owner": owner, "until": until.isoformat()})
