"""Which characters no document may hold."""

import re
from typing import Any

_UNWANTED = re.compile("[\0\x85\u2028\u2029\ud800-\udfff]")
"""NUL and lone surrogates break databases and encoders; iCANDID's files may not hold the three line separators."""


def clean(value: Any) -> str:
    """The text without unwanted characters and outer white space; empty when there is none."""
    if not isinstance(value, str):
        return ""
    if not value.isascii() or "\0" in value:
        value = _UNWANTED.sub("", value)
    return value.strip()
