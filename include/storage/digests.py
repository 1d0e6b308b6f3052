"""Which records of one month were handed over already, by the digest of what they said."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import notes_of, open_object, put

OF_MONTH = "icandid.month"
SCHEMA = pa.schema({"id": pa.int64(), "digest": pa.string(), "accepted": pa.bool_()})


@dataclass(frozen=True)
class Digests:
    """Record id to digest, and to whether the record passed the checker; `of` names the month's file they follow."""

    of: str
    digest: Mapping[int, str]
    accepted: Mapping[int, bool]

    @property
    def counts(self) -> tuple[int, int]:
        """How many records were accepted and refused."""
        accepted = sum(self.accepted.values())
        return accepted, len(self.accepted) - accepted


def read_digests(objects: Objects, layout: ProjectLayout, month: str) -> Digests:
    """The digests of one month; empty before its first description."""
    file = open_object(objects, layout.described(month))
    if file is None:
        return Digests("", {}, {})
    rows = file.read().to_pydict()
    return Digests(
        notes_of(file)[OF_MONTH],
        dict(zip(rows["id"], rows["digest"], strict=True)),
        dict(zip(rows["id"], rows["accepted"], strict=True)),
    )


def write_digests(objects: Objects, layout: ProjectLayout, month: str, digests: Digests) -> None:
    """Put the digests of one month, in order of id."""
    ids = sorted(digests.digest)
    columns = [ids, [digests.digest[each] for each in ids], [digests.accepted[each] for each in ids]]
    table = pa.table(dict(zip(SCHEMA.names, columns, strict=True)), schema=SCHEMA)
    put(objects, layout.described(month), [table], SCHEMA, {OF_MONTH: digests.of})
