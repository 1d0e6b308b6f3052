"""What iCANDID's search index takes and refuses: the published mapping, compiled into one walk over a document.

`mapping_facts.json` holds the facts: the type of every field, what happens to unknown fields per object, date formats
and the keywords without a length limit (libis/es_loader, `elastic/mappings.json`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from include.icandid import fields
from include.icandid.fields import Check, Fault

TEXTS_ELSEWHERE = ("headline", "articleBody")
"""Texts of other sources than social media: objects with a language, like `name`."""

Mode = Literal["published", "strict"]
"""The mapping as published, which guesses unknown fields; or its clone with a strict root, which refuses them."""

_DATED = {"date": fields.day, "date_range": fields.day_range}
_PLAIN = {"long": fields.whole, "float": fields.number, "boolean": fields.boolean}

UndeclaredCheck = Callable[[str, Any, list[Fault]], None]
"""Judges the value of a field that the mapping does not know, by its path."""


def _anything(_value: Any, _out: list[Fault]) -> None:
    """Takes every value."""


def _any_field(_path: str, _value: Any, _out: list[Fault]) -> None:
    """Takes every field."""


def _any_object(_path: str) -> Check:
    """Takes every object."""
    return _anything


@dataclass(frozen=True)
class Rules:
    """What one walk asks: of values by path and type, of objects (or nulls in their place) by path, of other fields."""

    leaf: Callable[[str, str], Check]
    object: Callable[[str], Check] = _any_object
    undeclared: UndeclaredCheck = _any_field


@cache
def facts() -> dict[str, Any]:
    """The facts file: field paths with their types, and annotations under keys that start with `$`."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("mapping_facts.json").read_text(encoding="utf-8"))
    return loaded


def mapping_faults(document: Any, mode: Mode) -> list[Fault]:
    """Why the index would refuse this document, each reason once; empty when it takes it."""
    found: list[Fault] = []
    _index_walk(mode)(document, found)
    return list(dict.fromkeys(found))


@cache
def _index_walk(mode: Mode) -> Check:
    return walk(mode, Rules(leaf))


def walk(mode: Mode, rules: Rules) -> Check:
    """One check for a whole document: the fields and objects of the mapping, judged by `rules`."""
    return _object("", _tree(), mode, rules)


def leaf(path: str, kind: str) -> Check:
    """What the engine does with one value of a declared type."""
    if path in facts()["$ignore_malformed"]:
        return _anything
    if kind in ("text", "keyword"):
        return limited(path, fields.scalar(path))
    if kind in _DATED:
        return _DATED[kind](path, facts()["$date_formats"][path])
    return _PLAIN[kind](path)


def limited(path: str, check: Check) -> Check:
    """`check`, and the length limit when the field or its keyword twin has one."""
    longest = {path, f"{path}.keyword"} & set(facts()["$keyword_max_32766_utf8_bytes"])
    return fields.short(path, check) if longest else check


def _tree() -> dict[str, Any]:
    """The flat paths as a tree: an inner dict is an object, a string the type of a value."""
    root: dict[str, Any] = {}
    for path, kind in sorted((path, kind) for path, kind in facts().items() if not path.startswith("$")):
        *parents, name = path.split(".")
        node = root
        for parent in parents:
            node = node[parent]
        node[name] = {} if kind == "object" else kind
    return root


def _object(path: str, tree: dict[str, Any], mode: Mode, rules: Rules) -> Check:
    prefix = f"{path}." if path else ""
    known = {name: _field(prefix + name, child, mode, rules) for name, child in tree.items()}
    if not path:
        known |= _declared_elsewhere()
    refuses = _new_fields(path, mode) == "strict"
    judge, undeclared = rules.object(path), rules.undeclared

    def check(value: Any, out: list[Fault]) -> None:
        judge(value, out)
        if type(value) is not dict:
            if value is not None:
                out.append(Fault(path or "document", f"is {fields.kind(value)}, the mapping wants an object"))
            return
        for name, inner in value.items():
            if name in known:
                fields.each(known[name], inner, out) if type(inner) is list else known[name](inner, out)
            elif refuses:
                out.append(Fault(prefix + name, "is not in the mapping, which takes no new fields"))
            else:
                undeclared(prefix + name, inner, out)

    return check


def _field(path: str, child: Any, mode: Mode, rules: Rules) -> Check:
    if path in facts()["$enabled_false"]:
        return _anything
    return _object(path, child, mode, rules) if isinstance(child, dict) else rules.leaf(path, child)


def _new_fields(path: str, mode: Mode) -> str:
    """What the engine does with a field that this object does not declare: `true` guesses, `false` stores, `strict`."""
    return str(facts()["$dynamic"][path or "(root)"]["published" if mode == "published" else "strict_clone"])


def _declared_elsewhere() -> dict[str, Check]:
    """Root fields that the pipeline writes or that no video has; only what is known of their shape is checked."""
    declared: dict[str, Check] = dict.fromkeys(facts()["$other_root_fields_declared"], _anything)
    declared |= {name: fields.thing(name) for name in TEXTS_ELSEWHERE}
    for language, names in facts()["$language_subfields"]["declared"].items():
        declared |= {f"{language}_{name}": fields.scalar(f"{language}_{name}") for name in names}
    return declared
