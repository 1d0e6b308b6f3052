"""What becomes of a document when another record of the same video comes: it may belong to many datasets."""

from collections.abc import Mapping
from typing import Any

_OURS = frozenset([
    "@context", "@id", "@type", "additionalType", "isBasedOn", "name", "text", "keywords", "inLanguage",
    "datePublished", "sender", "author", "creator", "publisher", "sameAs", "identifier", "associatedMedia",
    "duration", "mentions", "locationCreated", "interactionStatistic",
])  # fmt: skip
"""The fields that a record decides; others of a stored document, such as enrichments, are kept."""


def merged(stored: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """The stored document brought up to date with a newer record of the same video.

    Datasets are joined, counters keep their first and their latest state, everything else is the record's.
    """
    others = {field: value for field, value in stored.items() if field not in _OURS}
    result = {**record, **others, "isBasedOn": _joined(stored.get("isBasedOn"), record["isBasedOn"])}
    return _with_counters(result, stored, record)


def without_dataset(stored: Mapping[str, Any], dataset_id: str) -> dict[str, Any] | None:
    """The document without one of its datasets; None when it belongs to no other."""
    left = [one for one in _list(stored.get("isBasedOn")) if one["isPartOf"]["@id"] != dataset_id]
    return {**stored, "isBasedOn": _single(left)} if left else None


def datasets(document: Mapping[str, Any]) -> set[str]:
    """The ids of the datasets that a document belongs to."""
    return {one["isPartOf"]["@id"] for one in _list(document.get("isBasedOn"))}


def _joined(stored: Any, new: Any) -> Any:
    return _single(list({one["@id"]: one for one in [*_list(stored), *_list(new)]}.values()))


def _with_counters(result: dict[str, Any], stored: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    if "interactionStatistic" in record:
        result["interactionStatistic"] = _bounded(stored, record)
    sender, was = record.get("sender", {}), stored.get("sender", {})
    if "interactionStatistic" in sender and sender.get("@id") == was.get("@id"):
        result["sender"] = {**sender, "interactionStatistic": _bounded(was, sender)}
    return result


def _bounded(stored: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Per kind of counter the earliest and the latest state: a history that does not grow."""
    known = [*_list(stored.get("interactionStatistic")), *_list(new["interactionStatistic"])]
    states: dict[str, dict[str, dict[str, Any]]] = {}
    for counter in sorted(known, key=lambda one: str(one.get("endTime", ""))):
        states.setdefault(counter["interactionType"], {})[str(counter.get("endTime"))] = counter
    return [one for kind in states.values() for one in _ends(list(kind.values()))]


def _ends(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [states[0], states[-1]] if len(states) > 1 else states


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _single(values: list[Any]) -> Any:
    """One dataset stays an object, as iCANDID's loader leaves it."""
    return values[0] if len(values) == 1 else values
