"""What a purge removes and what it leaves, in counts: the inventory before it, and the certificate after it."""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(_Strict):
    """How many objects of one sort there are, and their bytes."""

    objects: int = 0
    bytes: int = 0

    def __add__(self, other: "Kind") -> "Kind":
        return Kind(objects=self.objects + other.objects, bytes=self.bytes + other.bytes)


class Inventory(_Strict):
    """What there is of a research project at the moment `at`.

    `rows` counts the rows of each dataset by entity, None where its manifest cannot be read; `documents` those that
    each search index holds of the dataset. `registry_row` is *there*, *withdrawn* or *none*.
    """

    project_id: str
    at: datetime
    kinds: dict[str, Kind] = {}
    rows: dict[str, int | None] = {}
    windows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    first_stored: datetime | None = None
    last_stored: datetime | None = None
    documents: dict[str, int] = {}
    registry_row: str = "none"

    @property
    def total(self) -> Kind:
        return sum(self.kinds.values(), Kind())

    @property
    def empty(self) -> bool:
        """Whether nothing is left that a purge can remove; a row that is withdrawn is all that its API allows."""
        return not self.total.objects and not any(self.documents.values()) and self.registry_row != "there"

    def more_than(self, other: "Inventory") -> list[str]:
        """The sorts of things of which there is more here than in `other`."""
        kinds = {name: kind.objects - other.kinds.get(name, Kind()).objects for name, kind in self.kinds.items()}
        found = {name: count - other.documents.get(name, 0) for name, count in self.documents.items()}
        return [name for name, more in {**kinds, **found}.items() if more > 0]

    def or_more(self, other: "Inventory") -> "Inventory":
        """For each sort of things the larger of both counts."""
        kinds = {**other.kinds, **self.kinds}
        for name, kind in other.kinds.items():
            kinds[name] = max(kind, kinds[name], key=lambda one: one.objects)
        found = {name: max(count, self.documents.get(name, 0)) for name, count in other.documents.items()}
        return self.model_copy(update={"kinds": kinds, "documents": {**self.documents, **found}})

    def table(self) -> Iterator[str]:
        """The counts as lines of a Markdown table."""
        yield "| What | Objects | Bytes |"
        yield "|---|---:|---:|"
        yield from (f"| {name} | {kind.objects:,} | {kind.bytes:,} |" for name, kind in self.kinds.items())
        yield f"| **together** | **{self.total.objects:,}** | **{self.total.bytes:,}** |"

    def sentences(self) -> Iterator[str]:
        """What the table does not say: rows, documents, the row of the registry, days."""
        for entity, rows in self.rows.items():
            yield f"Rows of the dataset of {entity}: {'unknown' if rows is None else f'{rows:,}'}"
        for index, count in self.documents.items():
            yield f"Documents of the dataset in the search {index}: {count:,}"
        if not self.documents:
            yield "Documents in the search index: unknown, none is connected here"
        yield f"Row in iCANDID's registry: {self.registry_row}"
        yield f"Windows: {self.windows}" + (f", {self.first_day} to {self.last_day}" if self.windows else "")
        if self.first_stored and self.last_stored:
            yield f"Stored from {self.first_stored:%Y-%m-%d %H:%M} to {self.last_stored:%Y-%m-%d %H:%M} UTC"


class Approval(_Strict):
    """Who let a purge happen, and when."""

    by: str
    at: datetime


class Change(_Strict):
    """That a person changed the configuration: all that stays of an earlier version of it."""

    by: str
    at: datetime


class Certificate(_Strict):
    """That the data of a research project were removed: counts, dates, who asked, who approved. No content.

    It is put before anything is removed, and counts as a certificate from `finished_at` on.
    """

    project_id: str
    reason: str
    asked_by: str
    approvals: tuple[Approval, ...]
    begun_at: datetime
    before: Inventory
    changes: tuple[Change, ...] = ()
    finished_at: datetime | None = None
    after: Inventory | None = None
    unlisted: int = 0
    left_to_do: tuple[str, ...] = ()

    @property
    def timestamp(self) -> str:
        """Names the certificate: the moment of the first approval."""
        return f"{self.approvals[0].at:%Y%m%dT%H%M%S}Z"

    def summary(self) -> dict[str, object]:
        """The counts that Airflow shows of a purge."""
        left = self.after.total.objects if self.after else None
        return {"removed": self.before.total.objects, "bytes": self.before.total.bytes, "remaining": left}

    def markdown(self) -> str:
        """The certificate for people."""
        return "\n".join([*self._head(), *self.before.table(), "", *self._rest()]) + "\n"

    def _head(self) -> Iterator[str]:
        yield f"# Certificate of deletion: {self.project_id}"
        yield ""
        yield f"- Finished: {self.finished_at:%Y-%m-%d %H:%M:%S} UTC; begun {self.begun_at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"- Reason: {self.reason}"
        yield f"- Asked for by: {self.asked_by}"
        yield from (f"- Approved by: {each.by}, {each.at:%Y-%m-%d %H:%M:%S} UTC" for each in self.approvals)
        yield f"- **Remaining below the project's folder: {self.summary()['remaining']} objects**"
        yield ""
        yield "## Removed"
        yield ""

    def _rest(self) -> Iterator[str]:
        yield from (f"- {each}" for each in self.before.sentences())
        if self.unlisted:
            yield f"- Unfinished files that no listing shows: {self.unlisted}"
        if self.after:
            yield from ("", "## Counted afterwards", "")
            yield from (
                f"- Documents left in the search {name}: {count}" for name, count in self.after.documents.items()
            )
            yield f"- Row in iCANDID's registry: {self.after.registry_row}"
        if self.changes:
            yield from ("", "## Changes of the configuration, whose text is removed", "")
            yield from (f"- {each.at:%Y-%m-%d %H:%M} UTC by {each.by}" for each in self.changes)
        if self.left_to_do:
            yield from ("", "## Left for a person to do", "")
            yield from (f"- {each}" for each in self.left_to_do)
