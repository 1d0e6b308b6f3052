"""Faults to inject: which requests they hit, and which searches can never succeed unless they are narrowed."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from include.sandbox.endpoints import Endpoint

Kind = Literal[
    "rate_limit",
    "daily_quota",
    "internal_error",
    "internal_error_went",
    "internal_error_server",
    "bad_request_wrong",
    "bad_request_went",
    "empty_object",
    "timeout",
    "html_504",
    "html_502",
    "html_503",
    "truncated",
    "empty_body",
    "error_in_200",
    "dropped",
    "dropped_midway",
    "slow",
    "token_invalid",
    "scope_refused",
    "search_rejected",
    "cursor_rejected",
]


def _listed(value: object) -> object:
    return (value,) if isinstance(value, int) else value


class Fault(BaseModel):
    """One fault and the requests it hits: the `nth` ones, a share of them, or every one; at most `times` of them.

    Requests are counted from 1, per fault, from the moment it is switched on. Token requests count only for a fault
    whose `endpoint` is `token`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    endpoint: Endpoint | None = None
    nth: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(ge=0)] = 0
    retry_after: int | None = None


class BadWindow(BaseModel):
    """Searches that touch the days from `start` to `end` and fail with `kind` as long as they are too broad.

    A search passes when it meets all that is asked for: fewer days than `narrower_than`, `one_region` or `one_length`,
    that is, a condition in its `and` list with exactly one region_code or video_length.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "timeout"
    start: date = date.min
    end: date = date.max
    narrower_than: int | None = None
    one_region: bool = False
    one_length: bool = False

    def fails(self, start: date, end: date, query: dict) -> bool:
        if end < self.start or start > self.end:
            return False
        return not all(
            (
                self.narrower_than is None or (end - start).days + 1 < self.narrower_than,
                not self.one_region or _asks_for_one(query, "region_code"),
                not self.one_length or _asks_for_one(query, "video_length"),
            )
        )


def _asks_for_one(query: dict, field: str) -> bool:
    return any(
        condition["field_name"] == field and len(condition["field_values"]) == 1 for condition in query.get("and") or []
    )


class Injector:
    """Counts requests and says which fault each one meets; the same seed and requests give the same faults."""

    def __init__(self, seed: int, faults: Sequence[Fault] = ()) -> None:
        self._seed = seed
        self._rules: list[_Rule] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        self._rules.append(_Rule(fault, random.Random(f"{self._seed}:fault:{len(self._rules)}")))  # noqa: S311

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(rule.fault for rule in self._rules)

    def next(self, endpoint: str) -> Fault | None:
        """The fault that the next request to `endpoint` meets: the first that hits. Every rule counts every request."""
        hits = [rule.fault for rule in self._rules if rule.meets(endpoint)]
        return hits[0] if hits else None


class _Rule:
    def __init__(self, fault: Fault, rng: random.Random) -> None:
        self.fault, self._rng = fault, rng
        self._seen = self._hits = 0

    def meets(self, endpoint: str) -> bool:
        if endpoint != self.fault.endpoint and (self.fault.endpoint or endpoint == "token"):
            return False
        self._seen += 1
        if self.fault.times is not None and self._hits >= self.fault.times:
            return False
        hit = self._chosen()
        self._hits += hit
        return hit

    def _chosen(self) -> bool:
        if self.fault.nth:
            return self._seen in self.fault.nth
        return self.fault.probability is None or self._rng.random() < self.fault.probability
