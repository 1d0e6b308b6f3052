"""What is known of many units, added up, so that a reader need not look at each: sums, covered days, parts by month."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from hashlib import blake2b
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from include.domain.unit_line import UnitLine
from include.domain.window import Window, join

_DIGEST_BYTES = 16

Value = TypeVar("Value")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QueryUnits(_Frozen):
    """The units of one query.

    `covered` are the days of those that cover, as the fewest windows; `covered_days` counts them unit by unit, and
    `hits` are those of these units. Those about which something is left to be done stand in `unsettled`, line by line.
    """

    units: int = 0
    covered: tuple[Window, ...] = ()
    covered_days: int = 0
    hits: int = 0
    unsettled: tuple[UnitLine, ...] = ()

    def __add__(self, other: "QueryUnits") -> "QueryUnits":
        return QueryUnits(
            units=self.units + other.units,
            covered=tuple(join([*self.covered, *other.covered])),
            covered_days=self.covered_days + other.covered_days,
            hits=self.hits + other.hits,
            unsettled=(*self.unsettled, *other.unsettled),
        )

    @classmethod
    def of(cls, line: UnitLine) -> "QueryUnits":
        """The value of one unit."""
        return cls(
            units=1,
            covered=(line.window,) if line.covers else (),
            covered_days=line.window.days if line.covers else 0,
            hits=line.hits if line.covers else 0,
            unsettled=() if line.settled else (line,),
        )


class Units(_Frozen):
    """Units of all queries that a project had, by query id, and what they add to the dataset.

    `parts` holds for each month the digest of the parts with rows of it (`parts_digest`). `fields` are all that were
    asked for, in the order of the units.
    """

    queries: dict[str, QueryUnits] = {}
    parts: dict[str, str] = {}
    requests: int = 0
    asked: int = 0
    returned: int = 0
    fields: tuple[str, ...] = ()
    first_created: datetime | None = None
    last_created: datetime | None = None
    last_observed: datetime | None = None
    synthetic: bool = False

    @classmethod
    def of(cls, lines: Iterable[UnitLine]) -> "Units":
        """All these units; their order is kept where there is one."""
        return cls.sum(map(cls._of_one, lines))

    @classmethod
    def sum(cls, some: Iterable["Units"]) -> "Units":
        return reduce(cls.__add__, some, cls())

    def __add__(self, other: "Units") -> "Units":
        return Units(
            queries=_add_up(self.queries, other.queries, QueryUnits.__add__),
            parts=_add_up(self.parts, other.parts, _add_digests),
            requests=self.requests + other.requests,
            asked=self.asked + other.asked,
            returned=self.returned + other.returned,
            fields=tuple(dict.fromkeys((*self.fields, *other.fields))),
            first_created=min(filter(None, (self.first_created, other.first_created)), default=None),
            last_created=max(filter(None, (self.last_created, other.last_created)), default=None),
            last_observed=max(filter(None, (self.last_observed, other.last_observed)), default=None),
            synthetic=self.synthetic or other.synthetic,
        )

    @property
    def count(self) -> int:
        return sum(each.units for each in self.queries.values())

    @property
    def unsettled(self) -> list[UnitLine]:
        """The units of any query about which something is left to be done."""
        return [line for each in self.queries.values() for line in each.unsettled]

    def without_parts(self) -> "Units":
        """The same for whoever has the digests of the parts from elsewhere."""
        return self.model_copy(update={"parts": {}})

    def of_query(self, query_id: str) -> QueryUnits:
        """The units of one query; none before its first."""
        return self.queries.get(query_id, QueryUnits())

    @classmethod
    def _of_one(cls, line: UnitLine) -> "Units":
        part = {line.name: line.part_sha256} if line.part_sha256 else {}
        return cls(
            queries={line.query_id: QueryUnits.of(line)},
            parts=dict.fromkeys(line.months, parts_digest(part)) if part else {},
            requests=line.requests,
            asked=line.asked,
            returned=line.returned,
            fields=line.fields,
            first_created=line.first_created,
            last_created=line.last_created,
            last_observed=line.last_observed,
            synthetic=line.synthetic,
        )


def parts_digest(parts: Mapping[str, str]) -> str:
    """One text for a set of parts (unit to SHA-256), whatever their order: the digests of its pairs, added up.

    Sets can be united by adding their digests, which is what tells months apart without looking at each unit. It is no
    defence against somebody who wants two sets to look alike.
    """
    return reduce(_add_digests, (_digest(f"{unit} {sha256}") for unit, sha256 in parts.items()), "")


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _add_digests(one: str, other: str) -> str:
    total = int(one or "0", 16) + int(other or "0", 16)
    return f"{total % 2 ** (8 * _DIGEST_BYTES):0{2 * _DIGEST_BYTES}x}"


def _add_up(
    one: Mapping[str, Value], other: Mapping[str, Value], add: Callable[[Value, Value], Value]
) -> dict[str, Value]:
    """The values of both under their names in order, those of a name that both have added."""
    both = {**one, **other} | {name: add(one[name], other[name]) for name in one.keys() & other.keys()}
    return dict(sorted(both.items()))
