"""The weather of a world: which faults TikTok and the storage have, from when to when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from include.sandbox.faults import BadWindow, Fault

#: Faults that a request meets by chance.
PASSING = (
    *("rate_limit", "internal_error", "internal_error_went", "internal_error_server", "bad_request_wrong"),
    *("bad_request_went", "empty_object", "timeout", "html_504", "html_502", "html_503", "truncated", "empty_body"),
    *("error_in_200", "dropped", "dropped_midway", "slow", "token_invalid", "search_rejected", "cursor_rejected"),
    *("redirect_302", "unauthorized_401", "forbidden_403", "not_found_404", "teapot_418", "wrong_date"),
    *("bad_byte", "huge_number", "deep_nesting", "not_json"),
    *("empty_more", "missing_list", "early_end", "repeated_page", "skipping_cursor"),
)

#: Faults that all requests meet for a while.
OUTAGES = ("html_503", "internal_error", "unauthorized_401", "forbidden_403", "not_found_404", "dropped", "not_json")

#: What the token endpoint suffers from.
TOKEN_FAULTS = ("html_503", "empty_body", "not_json", "dropped", "teapot_418")

#: Other spellings of the same, which cost nothing and may last for ever.
DIALECTS: tuple[dict[str, Any], ...] = (
    {"has_more_as": "text"},
    {"has_more_as": "number"},
    {"error_member": "missing"},
    {"error_member": "OK"},
    {"error_member": "0"},
    {"id_key": "video_id"},
    {"extra_field": "new_thing"},
    {"retype_field": "view_count"},
    {"drop_field": "like_count"},
    {"last_cursor": "advance"},
    {"empty_search_id": "empty"},
    {"search_id_changes": True},
    {"cursor_jumps": True},
    {"repeated_videos": 7},
    {"end_date_inclusive": False},
    {"errors_cost_requests": False},
    {"revoke_older_tokens": True},
    {"token_seconds": 300},
)

STEADY_FAULTS = ("timeout", "internal_error")


@dataclass(frozen=True)
class Weather:
    """What is wrong from `since` on. `storage` is the share of storage calls that fail, `lost` of requests."""

    since: datetime
    changes: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    storage: float = 0.0
    lost: float = 0.0

    @property
    def names(self) -> list[str]:
        settings = [f"{name}={value}" for name, value in self.changes.items() if value]
        kinds = [f"{each.kind}*{each.probability or 1}" for each in self.faults]
        return [*settings, *kinds, *([f"storage={self.storage}"] if self.storage else [])]


def make_weather(rng: Random, start: datetime, days: int) -> list[Weather]:
    """The weather of some days: it changes a few times, and is fair at times."""
    moments = sorted(start + timedelta(minutes=rng.randrange(days * 24 * 60)) for _ in range(rng.randint(1, 2 * days)))
    return [_one(rng, moment) for moment in [start - timedelta(hours=1), *moments]]


def _one(rng: Random, since: datetime) -> Weather:
    if rng.random() < 0.2:
        return Weather(since)
    changes: dict[str, Any] = {}
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        changes |= rng.choice((_lie, _lie, _limit, _dialect))(rng, since)
    faults = [_passing(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    if rng.random() < 0.15:
        until = since + timedelta(minutes=rng.choice((5, 30, 90, 300)))
        faults.append(Fault(kind=rng.choice(OUTAGES), until=until))
    if rng.random() < 0.1:
        until = since + timedelta(minutes=rng.choice((5, 60, 200)))
        faults.append(Fault(kind=rng.choice(TOKEN_FAULTS), endpoint="token", probability=0.7, until=until))
    storage = rng.choice((0, 0, 0, 0, 0.002, 0.01, 0.04))
    return Weather(since, changes, tuple(faults), storage, rng.choice((0, 0, 0, 0.02, 0.1)))


def _passing(rng: Random) -> Fault:
    kind = rng.choice(PASSING)
    if kind == "wrong_date":
        seconds = rng.choice((-86_400 * 365, 86_400 * 365, -1_800, 1_800, -7_200, 7_200, 60))
        return Fault(kind=kind, probability=rng.choice((0.02, 0.1)), seconds=seconds)
    if kind == "slow":
        return Fault(kind=kind, probability=0.1, seconds=rng.choice((20, 90, 200)))
    retry_after = rng.choice((None, None, 3, 100, 1_000)) if kind in ("rate_limit", "html_503") else None
    return Fault(kind=kind, probability=rng.choice((0.02, 0.05, 0.15, 0.3, 0.6)), retry_after=retry_after)


def _lie(rng: Random, _since: datetime) -> dict[str, Any]:
    """What TikTok does wrong with every search."""
    few = rng.randint(1, 4)
    return rng.choice(
        (
            {"ends_after_pages": few},
            {"ends_after_pages": few, "end_is_final": True},
            {"same_page": True},
            {"cursor_circles_after": few},
            {"stalled_cursor": True},
            {"search_dies_after_pages": few},
            {"search_dies_after_pages": few, "cursor_jumps": True},
            {"end_date_alternates": True},
            {"end_date_inclusive": False},
            {"foreign_days": 0.3},
            {"foreign_accounts": 0.3},
            {"without_id": 0.05},
            {"silent_zero": True},
            {"silent_zero_all": True},
        )
    )


def _limit(rng: Random, since: datetime) -> dict[str, Any]:
    """What TikTok does not let us do."""
    first = since.date() - timedelta(days=rng.randint(3, 20))
    touched = {"start": first, "end": first + timedelta(days=rng.randint(0, 5)), "kind": rng.choice(STEADY_FAULTS)}
    return rng.choice(
        (
            {"search_ready_seconds": rng.choice((5, 20, 60))},
            {"search_refusals": rng.randint(1, 4)},
            {"search_life_seconds": rng.choice((30, 200, 900))},
            {"rate_limit": 1, "rate_limit_seconds": 5},
            {"requests_per_day": rng.choice((3, 20, 60))},
            {"reset_delay_seconds": 900},
            {"bad_windows": (BadWindow(**touched, narrower_than=rng.randint(1, 4)),)},
            {"bad_windows": (BadWindow(**touched, one_length=True),)},
        )
    )


def _dialect(rng: Random, _since: datetime) -> dict[str, Any]:
    return dict(rng.choice(DIALECTS))
