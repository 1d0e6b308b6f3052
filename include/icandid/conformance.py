"""Whether iCANDID will index a document and show it: its mapping and the rules of its loader and its search pages.

Documents are judged in hand-over form, before loader and pipeline add their fields. A document that passes `strict`
also passes `published`.
"""

import re
from functools import cache, lru_cache
from typing import Any

from include.icandid import fields
from include.icandid.fields import Check, Fault
from include.icandid.language_tag import SEARCHABLE
from include.icandid.mapping import Mode, Rules, leaf, limited, walk

TAGS = frozenset(f"{code}-Latn" for code in SEARCHABLE)

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DATASET_ID = re.compile(r"[a-z0-9_]{1,45}")
_ADDED_LATER = re.compile(r"@uuid|url|_.*|.*_time_frame|process.*|sd[A-Z].*|updatetime|[a-z]{2,3}-[A-Z][a-z]{3}_.*")
_UNENCODABLE = re.compile("[\ud800-\udfff]")
_TAGGED = ("name", "text", "keywords", "description", "alternateName", "isPartOf.name")
_NEEDED = ("@context", "@id", "@type", "isBasedOn", "name")


def faults(document: Any, mode: Mode) -> list[Fault]:
    """Why this document must not be handed over, each reason once; empty when it may be."""
    found: list[Fault] = []
    _contract_walk(mode)(document, found)
    if isinstance(document, dict):
        _judge_whole(document, found)
    return list(dict.fromkeys(found))


@cache
def _contract_walk(mode: Mode) -> Check:
    return walk(mode, Rules(_leaf, _object, _undeclared))


def _leaf(path: str, kind: str) -> Check:
    """The engine's check, made stricter where it would take a value that iCANDID then reads wrongly."""
    if path.endswith("@language"):
        return _tag(path)
    match kind:
        case "text" | "keyword":
            return _quick(limited(path, _text(path)))
        case "date":
            return _instant(path, day_will_do=path.endswith(".startDate"))
    return _present(path, leaf(path, kind))


def _tag(path: str) -> Check:
    def check(value: Any, out: list[Fault]) -> None:
        if type(value) is not str or value not in TAGS:
            out.append(Fault(path, "is not a language tag that iCANDID can search"))

    return check


def _quick(check: Check) -> Check:
    """The same, without asking about short ASCII texts: those are fine everywhere, and most of every document."""

    def check_quickly(value: Any, out: list[Fault]) -> None:
        if not (type(value) is str and 0 < len(value) <= fields.LONGEST_KEYWORD and value.isascii()):
            check(value, out)

    return check_quickly


def _text(path: str) -> Check:
    truth_will_do = path.endswith("identifier.value")

    def check(value: Any, out: list[Fault]) -> None:
        if type(value) is not str:
            if not (truth_will_do and type(value) is bool):
                out.append(Fault(path, f"is {fields.kind(value)}, write ids and texts as strings"))
        elif not value:
            out.append(Fault(path, "is empty, leave it out"))
        elif not value.isascii() and _UNENCODABLE.search(value):
            out.append(Fault(path, "holds a lone surrogate, which no UTF-8 file can"))

    return check


def _instant(path: str, *, day_will_do: bool) -> Check:
    def check(value: Any, out: list[Fault]) -> None:
        if type(value) is not str or not (_is_instant(value) or (day_will_do and _is_day(value))):
            out.append(Fault(path, f"is {fields.kind(value)} that is no instant in UTC like 2023-11-21T18:34:06Z"))

    return check


@lru_cache(10_000)
def _is_instant(text: str) -> bool:
    return bool(_INSTANT.fullmatch(text)) and fields.in_calendar(text)


def _is_day(text: str) -> bool:
    return bool(_DAY.fullmatch(text)) and fields.in_calendar(text)


def _present(path: str, check: Check) -> Check:
    def check_present(value: Any, out: list[Fault]) -> None:
        if value is None or value == "":
            out.append(Fault(path, "is empty, leave it out"))
        else:
            check(value, out)

    return check_present


def _object(path: str) -> Check:
    """iCANDID's loader cannot give a typed object an `@id`, and searches no text without a language."""
    needed = ("@value", "@language") if path in _TAGGED else ()
    own_id = f"{path}.@id".lstrip(".")

    def check(value: Any, out: list[Fault]) -> None:
        if value is None:
            out.append(Fault(path, "is null, leave it out"))
        elif type(value) is dict:
            if "@type" in value and "@id" not in value and value["@type"] != "InteractionCounter":
                out.append(Fault(own_id, "is missing: every typed object needs one"))
            if needed:
                out.extend(Fault(f"{path}.{key}", "is missing") for key in needed if key not in value)

    return check


def _undeclared(path: str, value: Any, out: list[Fault]) -> None:
    """The loader also looks into what the index only stores."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            _object(path)(one, out)
            for name, inner in one.items():
                _undeclared(f"{path}.{name}", inner, out)


def _judge_whole(document: dict[str, Any], out: list[Fault]) -> None:
    """What a record needs as a whole: to be loaded, to belong to a dataset, to be listed and found."""
    out.extend(Fault(field, "is missing or empty") for field in _NEEDED if not document.get(field))
    if "@language" not in _dict(document.get("@context")):
        out.append(Fault("@context.@language", "is missing: the loader tags texts with it"))
    dataset = _dict(_dict(document.get("isBasedOn")).get("isPartOf"))
    if not _DATASET_ID.fullmatch(str(dataset.get("@id", ""))):
        out.append(Fault("isBasedOn.isPartOf.@id", "is not a dataset id: at most 45 lower case letters, digits and _"))
    if not dataset.get("name"):
        out.append(Fault("isBasedOn.isPartOf.name", "is missing or empty"))
    added = filter(_is_added_later, document)
    out.extend(Fault(field, "is made by iCANDID's loader or pipeline, leave it out") for field in added)
    for role in ("sender", "author", "creator"):
        _judge_person(role, document.get(role), out)


@lru_cache(1_000)
def _is_added_later(field: str) -> bool:
    return bool(_ADDED_LATER.fullmatch(field))


def _judge_person(role: str, person: Any, out: list[Fault]) -> None:
    if isinstance(person, list):
        out.append(Fault(role, "is an array; iCANDID shows the handle of a single object only"))
    elif isinstance(person, dict) and not person.get("alternateName"):
        out.append(Fault(f"{role}.alternateName", "is missing: iCANDID searches and shows the handle there"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
