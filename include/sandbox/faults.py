"""Faults to inject: which requests they hit, and which searches can never succeed unless they are narrowed."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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
    "redirect_302",
    "unauthorized_401",
    "forbidden_403",
    "not_found_404",
    "teapot_418",
    "wrong_date",
    "bad_byte",
    "huge_number",
    "deep_nesting",
    "not_json",
    "empty_more",
    "missing_list",
    "early_end",
    "repeated_page",
    "skipping_cursor",
]

#: What makes the bytes of a good answer unreadable.
Poison = Literal["bad_byte", "huge_number", "deep_nesting", "not_json"]

#: Faults of a page of a search: they count and hit no other requests than those to video/query.
PageFault = Literal["empty_more", "missing_list", "early_end", "repeated_page", "skipping_cursor"]
PAGE_FAULTS = frozenset(get_args(PageFault))


def _listed(value: object) -> object:
    return (value,) if isinstance(value, int) else value


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_aware)]


class Fault(BaseModel):
    """One fault and the requests it hits: the `nth` ones, a share of them, or every one; at most `times` of them.

    Requests are counted from 1, per fault, from the moment it is switched on; those before `since` or from `until` on
    (by the sandbox's clock) are not counted. Token requests count only for a fault whose `endpoint` is `token`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    endpoint: Endpoint | None = None
    nth: Annotated[tuple[int, ...], BeforeValidator(_listed)] = ()
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    seconds: float = 0
    retry_after: int | None = None
    since: Moment | None = None
    until: Moment | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.seconds < 0 and self.kind != "wrong_date":
            raise ValueError("seconds: only the date of wrong_date can lie behind")
        if self.kind in PAGE_FAULTS and self.endpoint not in (None, "video/query"):
            raise ValueError(f"endpoint: {self.kind} is a fault of video/query")
        return self

    @property
    def wait(self) -> float:
        """How many seconds the reply is late."""
        return 0 if self.kind == "wrong_date" else self.seconds

    def concerns(self, endpoint: str, now: datetime) -> bool:
        """Whether a request to `endpoint` at the moment `now` counts for this fault."""
        if (self.since and now < self.since) or (self.until and now >= self.until):
            return False
        if self.kind in PAGE_FAULTS:
            return endpoint == "video/query"
        return endpoint == self.endpoint if self.endpoint else endpoint != "token"


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

    def next(self, endpoint: str, now: datetime) -> Fault | None:
        """The fault that the next request to `endpoint` meets: the first that hits. Every rule counts every request."""
        hits = [rule.fault for rule in self._rules if rule.meets(endpoint, now)]
        return hits[0] if hits else None


class _Rule:
    def __init__(self, fault: Fault, rng: random.Random) -> None:
        self.fault, self._rng = fault, rng
        self._seen = self._hits = 0

    def meets(self, endpoint: str, now: datetime) -> bool:
        if not self.fault.concerns(endpoint, now):
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
