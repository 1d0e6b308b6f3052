"""Outlines: what a value looks like without what it says, so that a probe may be mailed to colleagues."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from include.tiktok.refusal import one_line

#: The outline of a JSON value is a JSON value again.
Outline = Any

#: Members of `data` and `error` that say how a search goes on or fails, and nothing of anybody.
PLAIN = ("code", "cursor", "has_more", "task_status", "http_status_code")

#: Members of a request that are ours.
OURS = ("start_date", "end_date", "max_count", "cursor", "category")

#: Names of fields are kept; what looks like none may be a name of somebody.
FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,40}")

CODE = re.compile(r"[A-Za-z0-9_. -]{0,60}")

NAMES: dict[type | None, str] = {
    int: "number", float: "number", str: "text", bool: "true or false", None: "null"
}  # fmt: skip

#: The shortest word that is hidden in a text: shorter ones are region codes.
SHORTEST = 3


def outline(value: object) -> Outline:
    """Objects, lists, true, false and null as they are; numbers, texts and links by their length alone."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {key if FIELD.fullmatch(key) else outline(key): outline(each) for key, each in value.items()}
    if isinstance(value, list):
        return [outline(each) for each in value]
    return _outline_number(value) if isinstance(value, int | float) else _outline_text(str(value))


def outline_answer(body: object, words: Iterable[str]) -> Outline:
    """An answer of TikTok: its data in outline, its error in words that name nobody."""
    if not isinstance(body, dict):
        return outline(body)
    parts = {name: _outline_part(part, words) for name, part in body.items() if name in ("data", "error")}
    return outline({name: part for name, part in body.items() if name not in parts}) | parts


def outline_request(body: Mapping[str, Any]) -> Outline:
    """A request of ours: what is asked of which fields, without the values."""
    shown = {name: value if name in OURS else outline(value) for name, value in body.items()}
    if isinstance(query := body.get("query"), dict):
        shown["query"] = {clause: [_condition(each) for each in conditions] for clause, conditions in query.items()}
    return shown


def kind_of(found: Outline) -> type | None:
    """Which kind of JSON value an outline was made of."""
    if isinstance(found, str):
        return float if found == "number with decimals" else int if found.startswith("number") else str
    return None if found is None else type(found)


def tell_kinds(found: Outline) -> str:
    """An outline in few words: kinds and names of fields."""
    if isinstance(found, dict):
        return "{" + ", ".join(f"{name}: {tell_kinds(each)}" for name, each in sorted(found.items())) + "}"
    if isinstance(found, list):
        return "list of " + (" or ".join(sorted({tell_kinds(each) for each in found})) or "nothing")
    return NAMES[kind_of(found)]


def redact(text: str, words: Iterable[str]) -> str:
    """A message of TikTok without links, tokens, ids, and any of these words."""
    for word in sorted({word for word in words if len(word) >= SHORTEST}, key=len, reverse=True):
        text = re.sub(re.escape(word), "<value>", text, flags=re.IGNORECASE)
    text = re.sub(r"https?://\S+", "<link>", text)
    text = re.sub(r"clt\.\S+", "<token>", text)
    return one_line(re.sub(r"\d{5,}", lambda found: f"<{len(found[0])} digits>", text), 300)


def _outline_part(part: object, words: Iterable[str]) -> Outline:
    if not isinstance(part, dict):
        return outline(part)
    plain = {name: value for name, value in part.items() if name in PLAIN and _is_plain(value)}
    texts = {name: redact(part[name], words) for name in ("message", "msg") if isinstance(part.get(name), str)}
    return outline(part) | plain | texts


def _is_plain(value: object) -> bool:
    return not isinstance(value, str) or bool(CODE.fullmatch(value))


def _outline_number(value: float) -> str:
    return f"number of {len(str(abs(value)))} digits" if isinstance(value, int) else "number with decimals"


def _outline_text(value: str) -> str:
    if not value:
        return "empty text"
    if value.isdecimal():
        return f"{len(value)} digits"
    return f"{'link' if re.match(r'https?://', value) else 'text'} of {len(value)} characters"


def _condition(each: Mapping[str, Any]) -> str:
    return f"{each['operation']} {each['field_name']}: {len(each['field_values'])} values"
