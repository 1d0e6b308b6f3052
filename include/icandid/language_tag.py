"""Which language tags iCANDID can search, and what a language is called."""

import re
from collections.abc import Iterable
from functools import cache

import pycountry

UNDETERMINED = "und"

SEARCHABLE = frozenset(
    [
        "bg",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fr",
        "hu",
        "it",
        "lt",
        "lv",
        "nl",
        "no",
        "pt",
        "ro",
        "sv",
    ]
)
"""The languages whose `<tag>_name`, `<tag>_text` and `<tag>_keywords` iCANDID's mapping declares, all as `-Latn`."""

_WRITTEN_AS = {"nb": "no", "nn": "no"}
"""Both written forms of Norwegian are searched as Norwegian."""

_FALLBACK = "en-Latn"


def searchable_tag(language: str) -> str | None:
    """The tag under which iCANDID searches texts in `language` (ISO 639-1), or None when it declares none."""
    code = _WRITTEN_AS.get(language, language)
    return f"{code}-Latn" if code in SEARCHABLE else None


def default_tag(languages: Iterable[str]) -> str:
    """The tag of a dataset's remaining texts: its first language that iCANDID can search, else English."""
    return next(filter(None, map(searchable_tag, languages)), _FALLBACK)


@cache
def language_name(language: str) -> str | None:
    """The English name of a language by its ISO 639 code, without the remarks of the standard."""
    if language == UNDETERMINED:
        return "Undetermined"
    found = pycountry.languages.get(**{f"alpha_{len(language)}": language}) if len(language) in (2, 3) else None
    return re.sub(r" \(.*\)$", "", found.name) if found else None
