"""The Collection Registry as a database: the only place here that writes to it.

The embedded default is an SQLite file, whose tables are made when they are missing. In a database of iCANDID itself
(MariaDB, MySQL) or in PostgreSQL, tables, languages and labels belong to whoever keeps it, and are only used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, Engine, Table, delete, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from include.domain.errors import SettingInvalid
from include.icandid.errors import RegistryUnavailable
from include.icandid.registry_lock import locked
from include.icandid.registry_row import RegistryRow
from include.icandid.tables import DATASET_LABEL, DATASET_LANGUAGE, DATASETS, LABELS, LANGUAGES, METADATA
from include.icandid.vocabulary import label_id, language_id

Outcome = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Count:
    """How many records of a collection iCANDID holds, and the day on which they were counted."""

    records: int
    day: date


class Registrar(Protocol):
    """Whatever keeps the rows of collections: a database, or iCANDID's own API."""

    def register(self, row: RegistryRow, at: datetime, count: Count | None = None) -> Outcome:
        """Bring the collection's row to what `row` says."""

    def row(self, internalident: str) -> dict[str, Any] | None:
        """The row as it stands."""

    def count(self, internalident: str) -> int | None:
        """The size that the row shows as we set it; None where iCANDID counts by itself."""

    def purge(self, internalident: str) -> bool:
        """Remove the row, or leave it unavailable and without its query where none can be removed."""


class Registry:
    """A registry in the database behind `engine`."""

    def __init__(self, engine: Engine, *, own: bool | None = None) -> None:
        """`own` says that tables, languages and labels are ours to add; by default only those in SQLite are.

        Raises:
            SettingInvalid: the database lacks a table that is not ours to make.
            RegistryUnavailable: the database does not answer.
        """
        self._engine = engine
        self._own = engine.dialect.name == "sqlite" if own is None else own
        with _translated(engine):
            if self._own:
                METADATA.create_all(engine)
            missing = METADATA.tables.keys() - set(inspect(engine).get_table_names())
        if missing:
            raise SettingInvalid(
                f"The registry {engine.url.render_as_string()} has no table {', '.join(sorted(missing))}; "
                "point its connection to iCANDID's database, or say that the tables are ours to make."
            )

    def register(self, row: RegistryRow, at: datetime, count: Count | None = None) -> Outcome:
        """Bring the collection's row to what `row` says, at the moment `at`; write nothing when it says so already.

        It is as visible as `row` wants with a `count`, which is given when the counts reconcile, and hidden without.

        Raises:
            SettingInvalid: several rows have this internalident, or a language or label is unknown.
            RegistryUnavailable: the database does not answer.
        """
        with _translated(self._engine), locked(self._engine, row.internalident) as connection:
            found, hidden = _find(connection, row.internalident), {"hidden": row.hidden or count is None}
            if found is None:
                new = _columns(row) | hidden | _size(None, count) | {"created_at": _naive(at), "updated_at": _naive(at)}
                connection.execute(insert(DATASETS).values(new))
                self._attach(connection, row)
                return "created"
            wanted = _columns(row) | hidden | _size(found, count)
            changes = {column: value for column, value in wanted.items() if found[column] != value}
            if not (self._attach(connection, row) or changes):
                return "unchanged"
            same_row = DATASETS.c.id == found["id"]
            connection.execute(update(DATASETS).where(same_row).values(changes | {"updated_at": _naive(at)}))
            return "updated"

    def row(self, internalident: str) -> dict[str, Any] | None:
        """The row as it stands, with ISO codes of its languages and names of its labels; None when there is none."""
        with _translated(self._engine), self._engine.connect() as connection:
            found = _find(connection, internalident)
            if found is None:
                return None
            languages = select(LANGUAGES.c.isocode).join(DATASET_LANGUAGE).where(_of(DATASET_LANGUAGE, found))
            labels = select(LABELS.c.name_en).join(DATASET_LABEL).where(_of(DATASET_LABEL, found))
            attached = {"languages": connection.scalars(languages), "labels": connection.scalars(labels)}
            return found | {name: tuple(sorted(values)) for name, values in attached.items()}

    def count(self, internalident: str) -> int | None:
        """The size that the row shows; None when there is no row."""
        found = self.row(internalident)
        return None if found is None else int(found["recordcount"])

    def purge(self, internalident: str) -> bool:
        """Remove the row with what is attached to it; says whether there was one."""
        with _translated(self._engine), locked(self._engine, internalident) as connection:
            if self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete = ON")  # else its text stays in the file
            found = _find(connection, internalident)
            if found is None:
                return False
            for link in (DATASET_LANGUAGE, DATASET_LABEL):
                connection.execute(delete(link).where(_of(link, found)))
            connection.execute(delete(DATASETS).where(DATASETS.c.id == found["id"]))
            return True

    def _attach(self, connection: Connection, row: RegistryRow) -> bool:
        """Attach exactly the row's languages and labels; says whether that changed anything."""
        found = _find(connection, row.internalident) or {}
        languages = {language_id(connection, code, add=self._own) for code in row.languages}
        labels = {label_id(connection, name, add=self._own) for name in row.labels}
        return _link(connection, DATASET_LANGUAGE, found, languages) | _link(connection, DATASET_LABEL, found, labels)


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into ours, without the values that their messages quote."""
    try:
        yield
    except OperationalError as error:
        raise RegistryUnavailable(engine.url.render_as_string(), str(error.orig)) from None
    except DBAPIError as error:
        raise SettingInvalid(
            f"The registry {engine.url.render_as_string()} refused a statement: {error.orig}. "
            "Compare its tables with iCANDID's migrations, and check the rights of the connection's user."
        ) from None


def _find(connection: Connection, internalident: str) -> dict[str, Any] | None:
    found = connection.execute(select(DATASETS).where(DATASETS.c.internalident == internalident)).mappings().all()
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found)
        raise SettingInvalid(f"The registry has {len(found)} rows for {internalident} (id {ids}); keep one of them.")
    return dict(found[0]) if found else None


def _columns(row: RegistryRow) -> dict[str, Any]:
    texts = row.model_dump(exclude={"published_from", "published_until", "languages", "labels", "hidden"})
    return texts | {"from": row.published_from, "until": row.published_until}


def _size(found: dict[str, Any] | None, count: Count | None) -> dict[str, Any]:
    """The day of a count stays as long as the count does."""
    if count is None or (found and found["recordcount"] == count.records):
        return {}
    return {"recordcount": count.records, "recordcountdate": count.day}


def _link(connection: Connection, link: Table, found: dict[str, Any], wanted: set[int]) -> bool:
    _, other = link.columns
    present = set(connection.scalars(select(other).where(_of(link, found))))
    if gone := present - wanted:
        connection.execute(delete(link).where(_of(link, found), other.in_(gone)))
    if new := wanted - present:
        connection.execute(insert(link), [{"dataset_id": found["id"], other.name: one} for one in sorted(new)])
    return present != wanted


def _of(link: Table, found: dict[str, Any]) -> Any:
    return link.c.dataset_id == found["id"]


def _naive(at: datetime) -> datetime:
    """iCANDID's timestamps are UTC without saying so (Laravel's default)."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
