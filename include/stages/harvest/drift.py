"""Drift: fields that TikTok adds, drops or changes in kind are told of once for each project and field."""

from collections.abc import Iterator

from include.domain.check import Check, Verdict, check
from include.stages.harvest.unit import Unit
from include.storage.drift import KnownFields, write_known_fields

#: Records from which shares of fields are told: fewer may lack a field by chance.
ENOUGH = 50

#: A field that so many of the first records had is missed when none has it.
USUAL = 0.5


def check_fields(unit: Unit) -> Iterator[Check]:
    """One check with every change of the fields that people have not been told of yet."""
    known = unit.known_fields
    drift, records = _drift(unit, known)
    news = {what: count for what, count in drift.items() if what not in known.told}
    told = "; ".join(f"{what} on {count} of {records} records" for what, count in news.items())
    yield check("fields", told, verdict=Verdict.WARNING, records=records, changes=len(drift))


def remember_fields(unit: Unit) -> None:
    """Note what people have been told of, once the manifest that says it is stored: rather twice than not at all."""
    known = unit.known_fields
    drift, records = _drift(unit, known)
    fields, _, _ = unit.gathering.shapes(unit.now.number)
    shares = known.shares or ({name: count / records for name, count in fields.items()} if records >= ENOUGH else {})
    after = KnownFields(shares=shares, told=tuple(dict.fromkeys((*known.told, *drift))))
    if after != known:
        write_known_fields(unit.store, after)


def _drift(unit: Unit, known: KnownFields) -> tuple[dict[str, int], int]:
    """Every change of the fields with the records that show it, and how many records there are."""
    fields, odd, records = unit.gathering.shapes(unit.now.number)
    return {
        **{f"new field {name}": count for name, count in fields.items() if name not in unit.entity.kinds},
        **{f"another kind of value in {name}": count for name, count in odd.items()},
        **{
            f"no {name} any more": 0
            for name, share in known.shares.items()
            if records >= ENOUGH and share >= USUAL and name in unit.now.fields and not fields[name]
        },
    }, records
