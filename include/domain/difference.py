"""What differs between two configurations of a research project, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any

SHOWN = ("period", "access", "schedule", "window_days", "settle_days", "daily_requests", "order", "hidden", "pool")
"""Fields that name no account, no person and no text: a log shows them as they are."""


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Field to what it `was` and what it `is`; absent and empty are both None. Objects are compared by their fields."""
    was, now = dict(_flat(before)), dict(_flat(after))
    names = [*was, *(name for name in now if name not in was)]
    return {name: {"was": was.get(name), "is": now.get(name)} for name in names if was.get(name) != now.get(name)}


def told(changes: Mapping[str, Mapping[str, Any]]) -> str:
    """The difference as people read it, one line for each field."""
    lines = (f"{name}: {_plain(change['was'])} -> {_plain(change['is'])}" for name, change in changes.items())
    return "\n".join(lines) or "nothing"


def counted(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The same for a log, which names no account and quotes no text: lists and texts as their sizes."""
    for name, change in changes.items():
        open_to_all = name.split(".")[0] in SHOWN
        was, now = (str(change[side]) if open_to_all else _size(change[side]) for side in ("was", "is"))
        yield f"{name}: {was} -> {now}"


def _flat(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field that is filled; period and access by their two days, the query as one."""
    for name, value in configuration.items():
        if isinstance(value, Mapping) and name != "query":
            yield from _flat({f"{name}.{inner}": each for inner, each in value.items()})
        elif value is not None and value not in ((), [], {}, ""):
            yield name, list(value) if isinstance(value, tuple) else value


def _plain(value: Any) -> str:
    if value is None:
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _size(value: Any) -> str:
    if not value:
        return "nothing"
    if isinstance(value, list):
        return f"{len(value)} listed"
    return f"{len(value)} characters" if isinstance(value, str) else "an object"
