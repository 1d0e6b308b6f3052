"""The tables of iCANDID's Collection Registry that describe a collection, as its migrations make them.

Source: libis/icandid_2, front-api, database/migrations. Who has access to a collection stands in other tables, which
are not ours. `default(null)` without `nullable()` makes a column mandatory.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    false,
    text,
    true,
)
from sqlalchemy.dialects.mysql import BIGINT
from sqlalchemy.types import DateTime

METADATA = MetaData()

_COUNT = BigInteger().with_variant(BIGINT(unsigned=True), "mysql", "mariadb")
_BIG = _COUNT.with_variant(Integer, "sqlite")
"""SQLite counts up by itself in a column of type INTEGER only; Laravel makes ids unsigned."""

DATASETS = Table(
    "datasets",
    METADATA,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    Column("internalident", String(45), nullable=False),
    Column("description", String(255), nullable=False),
    Column("requestor", String(100), nullable=False),
    Column("requestoremail", String(200), nullable=False),
    Column("from", Date, nullable=False, server_default=text("'2010-01-01'")),
    Column("until", Date, nullable=False, server_default=text("'2060-12-31'")),
    Column("query", String(1000), nullable=False),
    Column("provider", String(45), nullable=False, index=True),
    Column("available", Boolean, nullable=False, index=True, server_default=true()),
    Column("ismedia", Boolean, nullable=False, index=True, server_default=false()),
    Column("recordcount", _COUNT, nullable=False, server_default=text("0")),
    Column("recordcountdate", Date, nullable=False, server_default=text("'1976-05-18'")),
    Column("license", String(255), nullable=False),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("uuid", String(40), nullable=False, server_default=text("''")),
    Column("created_at", DateTime),
    Column("updated_at", DateTime),
)

LANGUAGES = Table(
    "languages",
    METADATA,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("name_nl", String(20), nullable=False),
    Column("name_en", String(20), nullable=False),
    Column("isocode", String(5), nullable=False, unique=True),
)

LABELS = Table(
    "labels",
    METADATA,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("name_nl", String(45), nullable=False),
    Column("name_en", String(45), nullable=False),
    Column("description", String(255), nullable=False, server_default=text("''")),
)

DATASET_LANGUAGE = Table(
    "dataset_language",
    METADATA,
    Column("dataset_id", _BIG, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("language_id", _BIG, ForeignKey("languages.id", ondelete="CASCADE"), primary_key=True),
)

DATASET_LABEL = Table(
    "dataset_label",
    METADATA,
    Column("dataset_id", _BIG, ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", _BIG, ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True),
)
