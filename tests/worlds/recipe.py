"""The recipe of a world: everything that follows from its seed before the first step."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from include.domain.project import ResearchProject, read_project
from include.domain.window import DAY, Window
from include.sandbox.corpus import EVERYTHING
from include.sandbox.settings import SandboxSettings
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET
from tests.worlds.weather import DIALECTS, Weather, make_weather

#: When a world begins: the first runs start in the hours that follow.
START = datetime(2026, 6, 1, 5, tzinfo=UTC)

FIELDS = ("id", "create_time", "username", "region_code", "video_duration", "view_count", "like_count")

ACCOUNTS = ("synth_nieuws_be", "synth_journal_be", "synth_nieuws_nl", "synth_rider_01", "synth.velo", "synth_guest")

#: Requests of a day for each window at work, without which none of them gets on.
SCARCE = 4

#: Worlds beyond this number are rougher.
ROUGH = 10_000

OTHER_QUERIES: tuple[dict[str, Any], ...] = (
    {"query": EVERYTHING, "region_codes": [], "accounts": [], "keywords": []},
    {"query": None, "region_codes": ["BE", "NL"], "accounts": [], "keywords": []},
    {"query": None, "region_codes": ["FR"], "accounts": [], "keywords": []},
)

WORDS = ("velo", "fiets", "tuin", "boek", "de", "la")


@dataclass(frozen=True)
class Client:
    """An API client of TikTok."""

    key: str
    secret: str


@dataclass(frozen=True)
class Plan:
    """A run that somebody triggers."""

    at: datetime
    project: str
    start: date | None = None
    end: date | None = None
    reharvest: bool = False


@dataclass(frozen=True)
class Recipe:
    """A world before its first step.

    `calm` worlds have no faults, and cost the minimum. From `fair_at` on no world has any but those of `lasting`.
    """

    seed: int
    calm: bool
    settings: SandboxSettings
    sizes: dict[date, int]
    clients: tuple[Client, ...]
    projects: tuple[ResearchProject, ...]
    client_of: dict[str, Client]
    slots: int
    weather: tuple[Weather, ...]
    fair_at: datetime
    kills: dict[int, str]
    triggers: tuple[Plan, ...]
    skews: tuple[timedelta, ...]
    poison: dict[int, str] = field(default_factory=dict)
    knows_runs: bool = True
    lasting: tuple[str, ...] = ()
    jumps: tuple[tuple[datetime, timedelta], ...] = ()
    other_query: tuple[datetime, dict[str, Any]] | None = None

    @property
    def until(self) -> datetime:
        return self.fair_at + timedelta(days=45)

    @property
    def starved(self) -> set[str]:
        """The projects whose windows, at work at the same time, leave each other too few requests of a day to get on.

        A search that TikTok forgets overnight costs two requests to find its place again. Nothing is wrong or lost
        then, but only one window at a time would ever end.
        """
        return {each.project_id for each in self.projects if each.daily_requests <= SCARCE * self.slots}

    def spans(self, *names: str) -> list[tuple[datetime, datetime]]:
        """From when to when one of these settings is wrong."""
        ends = [*(each.since for each in self.weather[1:]), self.fair_at]
        spans = zip(self.weather, ends, strict=False)
        return [(each.since, end) for each, end in spans if each.changes.keys() & set(names)]


def make_recipe(seed: int) -> Recipe:
    """The world that follows from a seed."""
    recipe = _make_recipe(seed)
    return _roughen(recipe) if seed > ROUGH and not recipe.calm else recipe


def _roughen(recipe: Recipe) -> Recipe:
    """The same with processes that pause or are taken for dead, clocks that jump, and queries that change."""
    rng, days = Random(f"rough:{recipe.seed}"), recipe.fair_at - START
    moments = sorted(START + rng.random() * days for _ in range(3))
    troubles = {
        int(10 ** rng.uniform(1.5, 4.0)): rng.choice(("lost", "lost", "stalled"))
        for _ in range(rng.choice((0, 1, 3, 6)))
    }
    other = (moments[0], rng.choice(OTHER_QUERIES)) if rng.random() < 0.3 else None
    steps = tuple((each, timedelta(seconds=rng.choice((-1_200, -40, 90, 600)))) for each in moments[1:])
    again = tuple(_again(rng, recipe) for _ in range(rng.choice((0, 1, 2))))
    kills, triggers = {**recipe.kills, **troubles}, recipe.triggers + again
    return replace(recipe, kills=kills, triggers=triggers, other_query=other, jumps=steps)


def _again(rng: Random, recipe: Recipe) -> Plan:
    """A window that is asked for again whole, most likely after it was complete."""
    project = rng.choice(recipe.projects)
    whole = Window(project.period.start, project.period.end or project.period.start)
    days = rng.choice(whole.cut(project.window_days))
    at = START + rng.random() * (recipe.fair_at - START + timedelta(days=2))
    return Plan(at, project.project_id, days.start, days.end, reharvest=True)


def _make_recipe(seed: int) -> Recipe:
    rng = Random(f"world:{seed}")
    calm = rng.random() < 0.1
    fault_days = 1 if calm else rng.randint(1, 5)
    period = (
        START.date() - timedelta(days=3 + rng.choice((2, 5, 10, 20, 40))),
        START.date() + rng.randint(-3, 1) * DAY,
    )
    sizes = _sizes(rng, period)
    lasting: dict[str, Any] = {} if calm else _lasting(rng)
    settings = SandboxSettings(**{**_settings(rng, seed, sizes, calm=calm), **lasting})
    clients = (Client(CLIENT_KEY, CLIENT_SECRET), Client("second-client", "second-secret"))
    projects = tuple(
        _project(rng, number, period, calm=calm) for number in range(1 if calm else rng.choice((1, 1, 2, 3)))
    )
    return Recipe(
        seed=seed,
        calm=calm,
        settings=settings,
        sizes=sizes,
        clients=clients,
        projects=projects,
        client_of={each.project_id: clients[0] if rng.random() < 0.8 else clients[1] for each in projects},
        slots=rng.choice((1, 2, 3)),
        weather=() if calm else tuple(make_weather(rng, START, fault_days)),
        fair_at=START + timedelta(days=fault_days),
        kills={} if calm else _kills(rng),
        triggers=() if calm else tuple(_triggers(rng, projects, fault_days)),
        skews=(timedelta(),) if calm else _skews(rng),
        knows_runs=rng.random() < 0.5,
        lasting=tuple(lasting),
    )


def _sizes(rng: Random, period: tuple[date, date]) -> dict[date, int]:
    """Videos of each day: most alike, some days silent, some bursts; no world too large to be quick."""
    first, days = period[0] - 12 * DAY, (period[1] - period[0]).days + 25
    usual = rng.choice((3, 20, 60, 120))
    usual = min(usual, max(3, 2_500 // days))
    sizes = {first + n * DAY: max(0, round(usual * rng.uniform(0.7, 1.3))) for n in range(days)}
    for day in sizes:
        chance = rng.random()
        if chance < 0.04:
            sizes[day] = 0
        elif chance < 0.07:
            sizes[day] = usual * 6
    if rng.random() < 0.15:
        quiet = period[0] + rng.randrange(days - 24) * DAY
        sizes |= {quiet + n * DAY: 0 for n in range(rng.randint(2, 9))}
    return sizes


def _settings(rng: Random, seed: int, sizes: dict[date, int], *, calm: bool) -> dict[str, Any]:
    return {
        "seed": seed,
        "videos_per_day": 1,
        "creators": 60,
        "first_day": min(sizes),
        "clock_start": START,
        "clock_runs": False,
        "index_lag_hours": rng.choice((0, 48)),
        "removed_share": rng.choice((0, 0.05, 0.2)),
        "withheld_share": rng.choice((0, 0.3, 0.5)),
        "scheduled_share": rng.choice((0, 0.01, 0.1)),
        "null_characters": rng.random() < 0.3,
        "search_ready_seconds": 0 if calm else rng.choice((0, 0, 5)),
        "cursor_jumps": rng.random() < 0.4,
        "clients": {"second-client": "second-secret"},
        "vary_shapes": rng.random() < 0.7,
    }


def _lasting(rng: Random) -> dict[str, Any]:
    """Spellings that last for ever."""
    chosen = [rng.choice(DIALECTS) for _ in range(rng.choice((0, 0, 1, 2)))]
    return {name: value for each in chosen for name, value in each.items()}


def _project(rng: Random, number: int, period: tuple[date, date], *, calm: bool) -> ResearchProject:
    asks: dict[str, Any] = rng.choice(
        (
            {"query": EVERYTHING},
            {"query": EVERYTHING},
            {"region_codes": rng.sample(("BE", "NL", "FR", "DE", "LU"), 3)},
            {"accounts": rng.sample(ACCOUNTS, 3)},
            {"keywords": [rng.choice(WORDS)]},
            {"keywords": [rng.choice(WORDS)], "region_codes": ["BE", "NL"]},
        )
    )
    project_id = f"p{number}"
    facts: dict[str, Any] = {
        "project_id": project_id,
        "title": "A world",
        "description": "A world",
        "requestor": "Nobody",
        "requestor_email": "nobody@example.org",
        "period": {"start": f"{period[0]}", "end": f"{period[1]}"},
        "access": {"start": "2026-05-01", "end": "2027-12-31"},
        "license": "none",
        "fields": list(FIELDS),
        "window_days": rng.choice((3, 7, 14, 30)),
        "order": rng.choice(("oldest_first", "newest_first")),
        "daily_requests": 1000 if calm else rng.choice((8, 25, 60, 200, 1000)),
        **asks,
    }
    if rng.random() < 0.2:
        facts["canary_queries"] = [EVERYTHING]
    return read_project(project_id, json.dumps(facts))


def _kills(rng: Random) -> dict[int, str]:
    many = rng.choice((0, 0, 1, 2, 4, 8))
    return {
        int(10 ** rng.uniform(1.0, 4.0)): rng.choice(("killed", "killed", "terminated", "run")) for _ in range(many)
    }


def _triggers(rng: Random, projects: tuple[ResearchProject, ...], days: int) -> list[Plan]:
    found = []
    for _ in range(rng.choice((0, 0, 1, 2))):
        project = rng.choice(projects)
        whole = project.period
        assert whole.end is not None
        first = whole.start + rng.randrange((whole.end - whole.start).days + 1) * DAY
        last = min(whole.end, first + rng.randint(0, 9) * DAY)
        at = START + timedelta(minutes=rng.randrange(days * 24 * 60 + 24 * 60))
        found.append(Plan(at, project.project_id, first, last, reharvest=rng.random() < 0.7))
    return found


def _skews(rng: Random) -> tuple[timedelta, ...]:
    """How far the clocks of the machines are off."""
    return tuple(timedelta(seconds=rng.choice((0, 0, 1, -2, 30, -90, 240, -1_500))) for _ in range(3))
