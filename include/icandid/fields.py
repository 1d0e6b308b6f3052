"""What the search engine behind iCANDID takes as a text, a number, a date: one check per type of field.

A null is no value: the engine takes it everywhere. A check appends to `out` what is wrong with a value. Faults name
the field and the kind of value, never its content, so that they can be counted and logged.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a document is refused: the path of a field in the mapping (without positions in arrays), and the reason."""

    path: str
    reason: str


Check = Callable[[Any, list[Fault]], None]

LONGEST_KEYWORD = 32_766
"""UTF-8 bytes of the longest term that the engine indexes."""

_LONG = range(-(2**63), 2**63)

_TIME = r"([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?"
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"

FORMATS = {
    "strict_date_optional_time": rf"{_DAY}|\d{{4}}-\d\d-\d\dT{_TIME}",
    "date_optional_time": rf"\d{{4}}(-\d{{1,2}}(-\d{{1,2}})?)?|\d{{4}}-\d{{1,2}}-\d{{1,2}}T{_TIME}",
    "epoch_millis": r"-?\d{1,18}(\.\d+)?",
    "yyyy-MM-dd HH:mm:ss": r"\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d",
    "yyyy-MM-dd": r"\d{4}-\d\d-\d\d",
    "yyyy": r"\d{4}",
    "basic_date_time": r"\d{8}T\d{6}\.\d{3}(Z|[+-]\d{4})",
}
"""The engine's date formats that iCANDID's mapping names, as regular expressions."""


_KINDS = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def kind(value: Any) -> str:
    """What JSON calls this value."""
    names = {
        dict: "an object",
        list: "an array",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return "null" if value is None else names.get(type(value), type(value).__name__)


def scalar(path: str) -> Check:
    """A text or keyword: the engine turns numbers and booleans into their text, and refuses objects."""

    def check(value: Any, out: list[Fault]) -> None:
        if type(value) is not str and not isinstance(value, int | float | None):
            out.append(Fault(path, f"is {kind(value)}, the mapping wants a string"))

    return check


def short(path: str, check: Check) -> Check:
    """The same, and no longer than the longest term: the engine refuses the document for an immense one."""

    def check_length(value: Any, out: list[Fault]) -> None:
        check(value, out)
        if type(value) is str and len(value) > LONGEST_KEYWORD // 4 and utf8_length(value) > LONGEST_KEYWORD:
            out.append(Fault(path, f"is longer than {LONGEST_KEYWORD} bytes, the engine's longest keyword"))

    return check_length


def utf8_length(text: str) -> int:
    """Bytes in UTF-8; a lone surrogate counts as three."""
    return len(text.encode(errors="surrogatepass"))


def whole(path: str) -> Check:
    """A whole number of 64 bits; the engine also reads one from a string, and nothing from an empty one."""

    def check(value: Any, out: list[Fault]) -> None:
        if not (value is None or (type(value) is int and value in _LONG) or _reads_as_number(value, _LONG.stop)):
            out.append(Fault(path, f"is {kind(value)} that the mapping cannot read as a 64-bit number"))

    return check


def number(path: str) -> Check:
    """Any number; the engine also reads one from a string, and nothing from an empty one."""

    def check(value: Any, out: list[Fault]) -> None:
        if not (value is None or _reads_as_number(value, inf)):
            out.append(Fault(path, f"is {kind(value)} that the mapping cannot read as a number"))

    return check


def _reads_as_number(value: Any, limit: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        return value == "" or -limit <= float(value) < limit
    except (ValueError, OverflowError):
        return False


def boolean(path: str) -> Check:
    """True or false, also as the words; an empty string means false."""

    def check(value: Any, out: list[Fault]) -> None:
        if not (value is None or isinstance(value, bool) or value in ("true", "false", "")):
            out.append(Fault(path, f"is {kind(value)}, the mapping wants a boolean"))

    return check


def day(path: str, formats: str) -> Check:
    """A date in one of the engine's `formats`, joined by `||` as a mapping writes them."""
    names = formats.removesuffix(" (ES default)").split("||")
    written = re.compile("|".join(f"(?:{FORMATS[name]})" for name in names))
    millis = "epoch_millis" in names

    def check(value: Any, out: list[Fault]) -> None:
        if isinstance(value, str) and written.fullmatch(value) and in_calendar(value):
            return
        if not (value is None or (millis and type(value) in (int, float) and abs(value) < _LONG.stop)):
            out.append(Fault(path, f"is {kind(value)} in none of the date formats {formats}"))

    return check


def thing(path: str) -> Check:
    """An object whose inside is not looked at."""

    def check(value: Any, out: list[Fault]) -> None:
        if value is not None and not isinstance(value, dict):
            out.append(Fault(path, f"is {kind(value)}, the mapping wants an object"))

    return check


def day_range(path: str, formats: str) -> Check:
    """An object with date bounds."""
    bound = day(path, formats)

    def check(value: Any, out: list[Fault]) -> None:
        if value is None:
            return
        if not isinstance(value, dict) or not value.keys() <= {"gt", "gte", "lt", "lte"}:
            out.append(Fault(path, f"is {kind(value)}, the mapping wants an object of date bounds"))
            return
        for edge in value.values():
            bound(edge, out)

    return check


def in_calendar(text: str) -> bool:
    """Whether a full ISO day is in the calendar; shorter and other forms are left to their format."""
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return True
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def each(check: Check, values: list[Any], out: list[Fault]) -> None:
    """Check every member of an array: the engine makes no difference between a value and an array of values."""
    for value in values:
        if type(value) is list:
            each(check, value, out)
        else:
            check(value, out)
