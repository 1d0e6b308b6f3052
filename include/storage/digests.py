"""Which records of one month a sink took already, by the digest of what they said.

The digests are the truth. `months.json` beside them says in a line for each month what they follow and how many
records they hold, so that nobody has to read those of a month without news. A line is believed as long as it names the
version of its digests that a listing shows: without the file, or with an old one, the digests are read instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import notes_of, open_object, put, tables_of

OF_MONTH = "icandid.month"
SCHEMA = pa.schema({"id": pa.int64(), "digest": pa.string(), "accepted": pa.bool_()})


class MonthLine(BaseModel):
    """What is known of a month's digests: the file of the month `of` which they tell, their `version`, and the counts.

    An empty `of` follows no file: something is to be tried again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: str
    version: str
    accepted: int
    refused: int


_LINES = TypeAdapter(dict[str, MonthLine])


@dataclass(frozen=True)
class Digests:
    """The digests of one month, in order of id. A record that is to be tried again has an empty digest."""

    file: pq.ParquetFile | None = None

    @property
    def of(self) -> str:
        """Names the month's file that they followed when they were put; empty before the first description."""
        return notes_of(self.file)[OF_MONTH] if self.file else ""

    def tables(self) -> Iterator[pa.Table]:
        """All of them, in small tables of SCHEMA."""
        return tables_of(self.file) if self.file else iter(())

    def line(self, version: str) -> MonthLine:
        """What a line says of them; `version` is that of a listing from before they were opened."""
        taken = self.file.read(columns=["accepted"])["accepted"] if self.file else pa.chunked_array([], pa.bool_())
        accepted = pc.sum(taken, min_count=0).as_py()
        return MonthLine(of=self.of, version=version, accepted=accepted, refused=len(taken) - accepted)


def list_versions(objects: Objects, layout: ProjectLayout, sink: str) -> dict[str, str]:
    """The months of which the sink was sent anything ever, each with the version of its digests."""
    versions = objects.versions(layout.all_described(sink))
    return {month: version for path, version in versions.items() if (month := layout.month_of_described(path))}


def read_lines(objects: Objects, layout: ProjectLayout, sink: str, versions: Mapping[str, str]) -> dict[str, MonthLine]:
    """The lines of months whose digests have these `versions`."""
    try:
        lines = _LINES.validate_json(objects.read(layout.described_months(sink)) or b"{}")
    except ValidationError:
        return {}
    return {month: line for month, line in lines.items() if line.version == versions.get(month)}


def write_lines(objects: Objects, layout: ProjectLayout, sink: str, lines: Mapping[str, MonthLine]) -> None:
    """Put the lines of all months."""
    objects.write(layout.described_months(sink), _LINES.dump_json(dict(lines), indent=1))


def open_digests(objects: Objects, layout: ProjectLayout, sink: str, month: str) -> Digests:
    """The digests of one month."""
    return Digests(open_object(objects, layout.described(sink, month)))


def write_digests(
    objects: Objects, layout: ProjectLayout, sink: str, month: str, tables: Iterable[pa.Table], of: str
) -> str:
    """Put the digests of one month, tables of SCHEMA in order of id, and return their version."""
    return put(objects, layout.described(sink, month), tables, SCHEMA, {OF_MONTH: of}).version
