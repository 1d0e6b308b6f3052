"""How two runs that register the same collection at once are kept from making two rows.

iCANDID's table has no unique key on `internalident`, so that finding and inserting must be one step.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select

from include.icandid.errors import RegistryUnavailable

PATIENCE = 30
"""Seconds to wait for another run that holds the lock."""


@contextmanager
def locked(engine: Engine, internalident: str) -> Iterator[Connection]:
    """One transaction that no other registration of this collection overlaps; it commits at the end.

    Raises:
        RegistryUnavailable: another run holds the lock for too long.
    """
    name = f"icandid_registry_{internalident}"
    with engine.connect() as connection:
        match engine.dialect.name:
            case "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            case "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
            case "mysql" | "mariadb":
                if connection.scalar(select(func.get_lock(name, PATIENCE))) != 1:
                    raise RegistryUnavailable(engine.url.render_as_string(), f"another run registers {internalident}")
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            if engine.dialect.name in ("mysql", "mariadb"):
                connection.scalar(select(func.release_lock(name)))
