"""The roll-up: what is known of all units of an entity, so that one listing and a few reads tell how each stands.

It is a cache. Whatever the listing of the manifests does not confirm is read again, so that losing the roll-up, an
older copy of it, or two writers at once change nothing but speed. Units are grouped by the month in which they start.
The newest months stand in it line by line, each line under the version of its manifest. A month before them is
*sealed*: added up, under a digest of its names and versions, so that ten years are read as fast as one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import zstandard
from pydantic import BaseModel, ConfigDict, ValidationError

from include.domain.unit_line import State, UnitLine
from include.domain.units import Units
from include.storage.concurrency import run_many
from include.storage.layout import leases
from include.storage.manifests import parse_unit
from include.storage.objects import Stored
from include.storage.project_store import ProjectStore

log = logging.getLogger(__name__)

#: Raised when the same manifest makes another line, or lines add up to something else: then no older roll-up counts.
FORMAT = 1

#: Months, the newest ones, that stand line by line: the next unit that ends falls into one of them.
OPEN_MONTHS = 2

#: The coarsest clock of a file system (FAT, SMB). On a disk a version is inode, time and size: of two puts within one
#: tick the second may look like the first.
TICK = timedelta(seconds=2)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Known(_Frozen):
    """The line of a unit, and the version of the manifest that it was made from."""

    version: str
    line: UnitLine


class Sealed(_Frozen):
    """The units of one month, added up, and the digest of the names and versions of their manifests."""

    versions: str
    units: Units


class _Kept(_Frozen):
    """The roll-up as it is stored."""

    format: int
    sealed: dict[str, Sealed] = {}
    lines: dict[str, Known] = {}


@dataclass(frozen=True)
class Rollup:
    """All units of an entity at the moment of one listing.

    `listed` has all of them by name. Those of `sealed` months are known as a sum, the others by their `lines`. `news`
    are the names of those that the roll-up did not tell of as they are.
    """

    listed: Mapping[str, Stored] = field(default_factory=dict)
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    lines: Mapping[str, Known] = field(default_factory=dict)
    news: frozenset[str] = frozenset()

    @property
    def units(self) -> Units:
        """All units, added up in the order of their names."""
        return Units.sum(self.months.values())

    @property
    def months(self) -> dict[str, Units]:
        """The units that start in each month (`yyyy-mm`), added up; oldest first."""
        by_month: dict[str, list[UnitLine]] = defaultdict(list)
        for name, known in sorted(self.lines.items()):
            by_month[month_of(name)].append(known.line)
        some = {month: sealed.units for month, sealed in self.sealed.items()}
        some |= {month: Units.of(lines) for month, lines in by_month.items()}
        return dict(sorted(some.items()))

    def parts(self, month: str) -> dict[str, str]:
        """The parts with rows of a month, unit to SHA-256; `open_months` comes first."""
        lines = (known.line for known in self.lines.values())
        return {each.name: each.part_sha256 for each in lines if each.part_sha256 and month in each.months}

    def with_line(self, line: UnitLine) -> "Rollup":
        """The roll-up after a unit whose round goes on got another manifest: of no known version, and so not kept."""
        return replace(self, lines={**self.lines, line.name: Known(version="", line=line)})


def read_rollup(store: ProjectStore, earlier: Rollup | None = None) -> Rollup:
    """How all units of the entity stand: from the stored roll-up, or from an `earlier` one, and from what it lacks.

    Raises:
        SettingInvalid: a manifest that has to be read cannot be.
    """
    listed = _list(store)
    known = earlier or _read(store)
    sealed, rest = {}, set(listed)
    for month, names in _by_month(listed).items():
        before = known.sealed.get(month)
        if before and before.versions == _digest((name, listed[name].version) for name in names):
            sealed[month] = before
            rest.difference_update(names)
    lines = {name: each for name in rest if (each := known.lines.get(name)) and each.version == listed[name].version}
    unknown = sorted(rest - lines.keys())
    return Rollup(listed, sealed, lines | dict(_read_lines(store, unknown)), frozenset(unknown))


def open_months(store: ProjectStore, rollup: Rollup, months: Iterable[str]) -> Rollup:
    """The roll-up with a line for each unit that has rows of these months."""
    wanted = set(months)
    opened = {month for month, sealed in rollup.sealed.items() if wanted & sealed.units.parts.keys()}
    names = sorted(name for name in rollup.listed if month_of(name) in opened)
    sealed = {month: each for month, each in rollup.sealed.items() if month not in opened}
    return replace(rollup, sealed=sealed, lines={**rollup.lines, **dict(_read_lines(store, names))})


def write_rollup(store: ProjectStore, rollup: Rollup, listed_after: datetime) -> None:
    """Put the roll-up, without units that were put within a tick of `listed_after`, or later: they may change unseen.

    `listed_after` is a moment before the listing, by the clock of the store. No month is sealed as long as a round of
    one of its units goes on.
    """
    lasting = {name: known for name, known in rollup.lines.items() if _lasts(rollup, name, listed_after - TICK)}
    sealed, lines = dict(rollup.sealed), dict(lasting)
    months = _by_month(rollup.listed)
    for month in sorted(months)[:-OPEN_MONTHS]:
        names = months[month]
        if all(name in lines and lines[name].line.now is not State.OPEN for name in names):
            some = {name: lines.pop(name) for name in names}
            digest = _digest((name, known.version) for name, known in some.items())
            sealed[month] = Sealed(versions=digest, units=Units.of(known.line for known in some.values()))
    kept = _Kept(format=FORMAT, sealed=sealed, lines=lines)
    store.objects.write(store.layout.rollup, zstandard.compress(kept.model_dump_json(exclude_defaults=True).encode()))
    log.info(
        "rolled up project=%s %s units=%d sealed=%d lines=%d",
        *(store.layout.project_id, store.layout.entity, len(rollup.listed), len(sealed), len(lines)),
    )


def lease_time(store: ProjectStore) -> datetime:
    """When the lease on the entity's dataset was put: a moment that is past, by the clock of the store."""
    found = (each.at for some in store.objects.stored(leases(store.layout.harvest)) for each in some)
    return max(found, default=datetime.min.replace(tzinfo=UTC) + TICK)  # none: a purge has taken it away


def month_of(unit: str) -> str:
    """The month in which a unit starts, as `yyyy-mm`."""
    return unit[:7]


def _lasts(rollup: Rollup, name: str, before: datetime) -> bool:
    """Whether the line of a unit holds as long as a listing shows this version of its manifest."""
    listed = rollup.listed.get(name)
    return listed is not None and listed.version == rollup.lines[name].version and listed.at < before


def _list(store: ProjectStore) -> dict[str, Stored]:
    found = (each for some in store.objects.stored(store.layout.manifests) for each in some)
    return {store.layout.unit_of_manifest(each.path): each for each in sorted(found, key=lambda each: each.path)}


def _by_month(names: Iterable[str]) -> dict[str, list[str]]:
    months: dict[str, list[str]] = defaultdict(list)
    for name in names:
        months[month_of(name)].append(name)
    return months


def _digest(versions: Iterable[tuple[str, str]]) -> str:
    text = "\n".join(f"{name} {version}" for name, version in sorted(versions))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _read(store: ProjectStore) -> Rollup:
    """What the stored roll-up tells; nothing where there is none, or none that counts."""
    content = store.objects.read(store.layout.rollup)
    if content is None:
        return Rollup()
    try:
        kept = _Kept.model_validate_json(zstandard.decompress(content))
    except (zstandard.ZstdError, ValidationError) as error:
        log.warning("the roll-up cannot be read and is made again: %s: %s", store.layout.rollup, type(error).__name__)
        return Rollup()
    return Rollup(sealed=kept.sealed, lines=kept.lines) if kept.format == FORMAT else Rollup()


def _read_lines(store: ProjectStore, names: Sequence[str]) -> Iterator[tuple[str, Known]]:
    """The lines of these units, from their manifests; one that is gone has none."""

    def read(name: str) -> Known | None:
        path = store.layout.manifest(name)
        found = store.objects.read_version(path)
        return Known(version=found[1], line=parse_unit(path, found[0]).line) if found else None

    return ((name, known) for name, known in zip(names, run_many(read, names), strict=True) if known)
