"""Which database drivers a registry's connection means."""

import logging

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from include.domain.errors import SettingInvalid

QUIET = "icandid_registry"
"""The name of our engines' logger, which would quote whole rows at DEBUG."""

_DRIVERS = {
    "sqlite": "sqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}


def registry_engine(url: str) -> Engine:
    """An engine for `sqlite:///…`, `mysql://…`, `mariadb://…` or `postgresql://…`, without connecting yet.

    A driver that the URL names itself is kept.

    Raises:
        SettingInvalid: the URL is none of these, or its driver is not installed.
    """
    logging.getLogger(f"sqlalchemy.engine.Engine.{QUIET}").setLevel(logging.WARNING)
    try:
        parsed = make_url(url)
        if "+" not in parsed.drivername:
            parsed = parsed.set(drivername=_DRIVERS[parsed.drivername])
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, logging_name=QUIET)
    except (ArgumentError, KeyError, NoSuchModuleError):
        known = ", ".join(sorted(_DRIVERS))
        raise SettingInvalid(f"The registry's connection is not a URL of a database; start it with {known}.") from None
    except ModuleNotFoundError as error:
        raise SettingInvalid(f"The registry's database needs the Python package {error.name}; install it.") from None
