"""Who creates videos: a population with regions, languages and registration dates, each creator from seed and index."""

from dataclasses import dataclass
from functools import cached_property

from include.sandbox.noise import noise, pick, share

WELL_KNOWN = (
    ("synth_nieuws_be", "BE", "nl"),
    ("synth_journal_be", "BE", "fr"),
    ("synth_nieuws_nl", "NL", "nl"),
    ("synth_rider_01", "BE", "nl"),
    ("synth.velo", "NL", "nl"),
    ("synth_news_be", "BE", "en"),
    ("synth_guest", "BE", "nl"),
    ("synth_late\x00\x00\x004", "BE", "nl"),
    ("synth_journal_fr", "FR", "fr"),
    ("synth_tagesschau_de", "DE", "de"),
    ("synth_daily_gb", "GB", "en"),
)
"""Creators of every corpus, registered before the first video; each posts about one video in a hundred."""

_COMMON_REGIONS = {"BE": 24, "NL": 24, "FR": 14, "DE": 14, "US": 8, "GB": 6}
_OTHER_REGIONS = ("LU", "IE", "AT", "CH", "ES", "IT", "PL", "SE", "MA", "TR")
REGIONS = (*(code for code, weight in _COMMON_REGIONS.items() for _ in range(weight)), *_OTHER_REGIONS)
LANGUAGES = {"NL": ("nl",), "FR": ("fr",), "DE": ("de",), "AT": ("de",), "LU": ("fr", "de"), "CH": ("de", "fr")} | {
    "BE": ("nl", "nl", "nl", "fr", "fr", "de")
}
_STEMS = "velo rad fiets kook mode tuin boek reis game dans klas lab sport muziek kunst natuur stad zee trein kat"
STEMS = tuple(_STEMS.split())

FIRST_REGISTRATION = 1_451_606_400  # 2016-01-01
LAST_REGISTRATION = 1_767_225_600  # 2026-01-01


@dataclass(frozen=True, slots=True)
class Creator:
    """One account; `weight` is how often it posts compared with others, `registered` is in Unix seconds."""

    index: int
    key: int
    username: str
    region_code: str
    language: str
    registered: int
    weight: float


def display_name(username: str) -> str:
    """The name that is shown for an account: blanks where its handle has none."""
    return username.replace("_", " ").replace(".", " ").replace("\x00", "").title()


class Population:
    """All creators, in the order of their registration."""

    def __init__(self, seed: int, size: int, null_characters: bool = True) -> None:
        self.null_characters = null_characters
        base = noise(seed, 101)
        self.creators = [_creator(base, index, size, null_characters) for index in range(size)]
        self.by_name = {creator.username: creator for creator in self.creators}

    @cached_property
    def registrations(self) -> list[int]:
        return [creator.registered for creator in self.creators]

    @cached_property
    def weights(self) -> list[float]:
        """Cumulative weights, so that the creators of an early day are a slice of them."""
        total, sums = 0.0, []
        for creator in self.creators:
            total += creator.weight
            sums.append(total)
        return sums


def _creator(base: int, index: int, size: int, null_characters: bool) -> Creator:
    key = noise(base, index)
    if index < len(WELL_KNOWN):
        username, region, language = WELL_KNOWN[index]
        plain = username if null_characters else username.replace("\x00", "")
        return Creator(index, key, plain, region, language, FIRST_REGISTRATION, 0.012 * _typical_total(size))
    region = pick(key, 1, REGIONS)
    # Handles may have two dots in a row (recorded).
    name = f"synth_{pick(key, 2, STEMS)}{'_' if noise(key, 11) % 40 else '..'}{index}"
    if null_characters and noise(key, 3) % 200 == 0:
        name += "\x00\x00"
    registered = FIRST_REGISTRATION + (LAST_REGISTRATION - FIRST_REGISTRATION) * index // size
    weight = (share(key, 4) + 0.002) ** -0.7
    return Creator(index, key, name, region, pick(key, 5, LANGUAGES.get(region, ("en",))), registered, weight)


def _typical_total(size: int) -> float:
    # The mean of (u + 0.002) ** -0.7 over u in [0, 1): (1.002 ** 0.3 - 0.002 ** 0.3) / 0.3.
    return size * 2.82
