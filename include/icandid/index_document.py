"""What stands in the search index: a record in hand-over form, and what iCANDID's loader and pipeline add to it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from include.icandid.record import instant

_TEXTS = ("name", "text", "keywords")
_DERIVED = re.compile(r"_datePublished|.*_time_frame|process(ing)?time|updatetime|sdDatePublished|[a-z]{2}-Latn_.*")


def indexed(record: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The document of a record that is put into the index at the moment `at`.

    Adds the fields that iCANDID searches and sorts by. `@uuid` and `url` are left to iCANDID's UUID service.
    """
    document = dict(record) | _language_fields(record)
    document |= {
        "processingtime": _wall_clock(at),
        "processingtime_time_frame": _frame(_wall_clock(at)),
        "processtime": instant(at),
        "updatetime": instant(at),
        "sdDatePublished": f"{at.astimezone(UTC):%Y-%m-%d}",
    }
    if published := record.get("datePublished"):
        moment = published[:19].replace("T", " ")
        document |= {"_datePublished": moment, "datePublished_time_frame": _frame(moment)}
    return document


def handed_over(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without what `indexed` added."""
    return {field: value for field, value in document.items() if not _DERIVED.fullmatch(field)}


def _language_fields(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """`<tag>_<field>`, where the user interface searches; the ingest script of iCANDID's pipeline is not public."""
    fields: dict[str, list[str]] = {}
    for name in _TEXTS:
        for said in record.get(name, ()):
            fields.setdefault(f"{said['@language']}_{name}", []).append(said["@value"])
    return fields


def _wall_clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _frame(moment: str) -> dict[str, str]:
    return {"gte": moment, "lte": moment}
