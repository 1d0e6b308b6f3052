"""What a region code names."""

from functools import cache

import pycountry

_OUTSIDE_ISO = {"XK": "Kosovo", "TP": "Timor-Leste"}
"""Codes that TikTok uses beside ISO 3166: a user-assigned one and a withdrawn one (TikTok docs, region codes)."""


@cache
def country_name(code: str) -> str | None:
    """The short English name of the country with this two-letter code, or None when nobody assigned it."""
    found = pycountry.countries.get(alpha_2=code)
    if found is None:
        return _OUTSIDE_ISO.get(code)
    return getattr(found, "common_name", found.name)
