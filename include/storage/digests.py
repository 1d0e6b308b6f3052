"""Which records of one month a sink took already, by the digest of what they said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import notes_of, open_object, put

OF_MONTH = "icandid.month"
SCHEMA = pa.schema({"id": pa.int64(), "digest": pa.string(), "accepted": pa.bool_()})
ENDING = ".parquet"


@dataclass(frozen=True)
class Digests:
    """Record id to digest, and to whether the sink took it; `of` names the month's file they follow.

    A record that is to be tried again has an empty digest.
    """

    of: str = ""
    digest: Mapping[int, str] = field(default_factory=dict)
    accepted: Mapping[int, bool] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, int]:
        """How many records were accepted and refused."""
        accepted = sum(self.accepted.values())
        return accepted, len(self.accepted) - accepted


def described_months(objects: Objects, layout: ProjectLayout, sink: str) -> set[str]:
    """The months of which the sink was sent anything ever."""
    names = (path.rpartition("/")[2] for path in objects.paths(layout.all_described(sink)))
    return {name.removesuffix(ENDING) for name in names if name.endswith(ENDING)}


def read_digests(objects: Objects, layout: ProjectLayout, sink: str, month: str) -> Digests:
    """The digests of one month; empty before its first description."""
    file = open_object(objects, layout.described(sink, month))
    if file is None:
        return Digests()
    rows = file.read().to_pydict()
    return Digests(
        notes_of(file)[OF_MONTH],
        dict(zip(rows["id"], rows["digest"], strict=True)),
        dict(zip(rows["id"], rows["accepted"], strict=True)),
    )


def write_digests(objects: Objects, layout: ProjectLayout, sink: str, month: str, digests: Digests) -> None:
    """Put the digests of one month, in order of id."""
    ids = sorted(digests.digest)
    columns = [ids, [digests.digest[each] for each in ids], [digests.accepted[each] for each in ids]]
    table = pa.table(dict(zip(SCHEMA.names, columns, strict=True)), schema=SCHEMA)
    put(objects, layout.described(sink, month), [table], SCHEMA, {OF_MONTH: digests.of})
