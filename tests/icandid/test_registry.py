import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, make_url, select, text

from include.domain.errors import ProjectInvalid, SettingInvalid
from include.icandid.errors import RegistryUnavailable
from include.icandid.registry import Count, Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.registry_row import RegistryRow
from include.icandid.tables import DATASETS, LANGUAGES
from tests.icandid import databases
from tests.icandid.rows import COLLECTION

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ROW = RegistryRow.of(COLLECTION)
IDENT = ROW.internalident


@pytest.fixture(scope="module")
def mariadb_server():
    with databases.mariadb() as url:
        yield url


@pytest.fixture(scope="module")
def postgresql_server():
    with databases.postgresql() as url:
        yield url


def emptied(url, database):
    """An engine for a new database on the server."""
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {database}"))
        connection.execute(text(f"CREATE DATABASE {database}"))
    server.dispose()
    return registry_engine(make_url(url).set(database=database).render_as_string(hide_password=False))


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        engine = registry_engine(f"sqlite:///{tmp_path}/registry.db")
    else:
        engine = emptied(request.getfixturevalue(f"{request.param}_server"), "registry")
    yield engine
    engine.dispose()


@pytest.fixture
def icandids_own(mariadb_server):
    """A database with the tables, languages and labels that iCANDID's own has."""
    engine = emptied(mariadb_server, "icandid")
    script = Path(__file__).with_name("icandid_registry.sql").read_text(encoding="utf-8")
    with engine.begin() as connection:
        for statement in filter(str.strip, script.split(";\n")):
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture
def registry(engine):
    return Registry(engine, own=True)


def utc_without_saying_so(day):
    return datetime(2026, 1, day, 12, tzinfo=UTC).replace(tzinfo=None)


def changed(**changes):
    return RegistryRow(**(ROW.model_dump() | changes))


def test_a_new_collection_is_hidden_until_its_counts_reconcile(registry):
    assert registry.register(ROW, NOW) == "created"
    assert registry.row(IDENT)["hidden"] is True
    assert registry.register(ROW, NOW, Count(120, NOW.date())) == "updated"
    row = registry.row(IDENT)
    assert (row["hidden"], row["available"], row["recordcount"], row["recordcountdate"]) == (
        False,
        True,
        120,
        date(2026, 1, 5),
    )


def test_a_row_holds_every_column_of_the_collection(registry):
    registry.register(ROW, NOW)
    assert registry.row(IDENT) == {
        "id": 1,
        "name": "Tiktok partis politiques",
        "internalident": "tiktok_query_0000005",
        "description": "Videos of the parties",
        "requestor": "A. Researcher",
        "requestoremail": "a.researcher@example.org",
        "from": date(2023, 1, 1),
        "until": date(2060, 12, 31),
        "query": '{"and":[{"field_name":"username","field_values":["psbelgique"],"operation":"IN"}]}',
        "provider": "TikTok",
        "available": True,
        "ismedia": False,
        "recordcount": 0,
        "recordcountdate": date(1976, 5, 18),
        "license": "CC BY 4.0",
        "hidden": True,
        "uuid": "",
        "created_at": utc_without_saying_so(5),
        "updated_at": utc_without_saying_so(5),
        "languages": ("fr", "nl"),
        "labels": ("politics",),
    }


def test_registering_twice_writes_nothing_the_second_time(registry):
    registry.register(ROW, NOW, Count(120, NOW.date()))
    before = registry.row(IDENT)
    assert registry.register(ROW, LATER, Count(120, LATER.date())) == "unchanged"
    assert registry.row(IDENT) == before


def test_a_changed_title_updates_the_same_row(registry):
    registry.register(ROW, NOW)
    assert registry.register(changed(name="Another title"), LATER) == "updated"
    row = registry.row(IDENT)
    assert (row["id"], row["name"], row["created_at"], row["updated_at"]) == (
        1,
        "Another title",
        utc_without_saying_so(5),
        utc_without_saying_so(6),
    )


def test_a_new_count_brings_its_date(registry):
    registry.register(ROW, NOW, Count(120, NOW.date()))
    assert registry.register(ROW, LATER, Count(121, LATER.date())) == "updated"
    assert registry.row(IDENT)["recordcountdate"] == LATER.date()


def test_a_visible_collection_is_hidden_while_its_counts_differ(registry):
    registry.register(ROW, NOW, Count(120, NOW.date()))
    assert registry.register(ROW, LATER) == "updated"
    row = registry.row(IDENT)
    assert (row["hidden"], row["recordcount"], row["recordcountdate"]) == (True, 120, NOW.date())
    assert registry.register(ROW, LATER) == "unchanged"
    assert registry.register(ROW, LATER, Count(120, LATER.date())) == "updated"
    assert registry.row(IDENT)["hidden"] is False


def test_a_project_that_wants_to_be_hidden_is_hidden_at_once(registry):
    registry.register(ROW, NOW, Count(120, NOW.date()))
    assert registry.register(changed(hidden=True), LATER, Count(120, LATER.date())) == "updated"
    assert registry.row(IDENT)["hidden"] is True


def test_languages_and_labels_follow_the_project(registry):
    registry.register(ROW, NOW)
    assert registry.register(changed(languages=("de", "nl"), labels=()), LATER) == "updated"
    row = registry.row(IDENT)
    assert (row["languages"], row["labels"]) == (("de", "nl"), ())


def test_a_language_is_added_with_its_dutch_name_to_our_own_registry(registry, engine):
    registry.register(ROW, NOW)
    with engine.connect() as connection:
        names = connection.execute(select(LANGUAGES.c.name_nl, LANGUAGES.c.name_en).order_by(LANGUAGES.c.isocode))
        assert list(names) == [("Frans", "French"), ("Nederlands", "Dutch")]


def test_a_language_that_icandid_does_not_know_is_an_explained_error(engine, registry):
    with pytest.raises(SettingInvalid, match=r"language 'fr'.*ask its keepers"):
        Registry(engine, own=False).register(ROW, NOW)
    assert registry.row(IDENT) is None


def test_missing_tables_are_an_explained_error(engine):
    with pytest.raises(SettingInvalid, match=r"no table dataset_label, .*datasets"):
        Registry(engine, own=False)


def test_two_rows_with_one_ident_are_refused(registry, engine):
    registry.register(ROW, NOW)
    twin = {key: value for key, value in registry.row(IDENT).items() if key not in ("id", "languages", "labels")}
    with engine.begin() as connection:
        connection.execute(insert(DATASETS).values(twin))
    with pytest.raises(SettingInvalid, match=r"2 rows for tiktok_query_0000005 \(id 1, 2\); keep one"):
        registry.register(ROW, NOW)


def test_a_purged_collection_leaves_nothing_behind(registry):
    registry.register(ROW, NOW)
    assert registry.purge(IDENT) is True
    assert registry.row(IDENT) is None
    assert registry.purge(IDENT) is False
    assert registry.register(ROW, NOW) == "created"


def test_the_file_of_the_embedded_registry_forgets_a_purged_row(tmp_path):
    registry = Registry(registry_engine(f"sqlite:///{tmp_path}/registry.db"))
    registry.register(ROW, NOW)
    known = [text.encode() for text in (ROW.query[:40], ROW.requestoremail)]
    assert all(text in (tmp_path / "registry.db").read_bytes() for text in known)
    registry.purge(IDENT)
    assert not any(text in file.read_bytes() for text in known for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("description", "x" * 256),
        ("requestor", " "),
        ("license", ""),
        ("provider", "x" * 46),
        ("dataset_id", "Tiktok_Query"),
        ("dataset_id", "x" * 46),
    ],
)
def test_what_the_table_would_refuse_is_refused_with_its_name(field, value):
    from dataclasses import replace

    with pytest.raises(ProjectInvalid, match="internalident" if field == "dataset_id" else field):
        RegistryRow.of(replace(COLLECTION, **{field: value}))


def test_a_short_query_is_shown_as_json_and_a_long_one_as_a_summary_with_its_hash():
    from dataclasses import replace

    accounts = [f"account_{n}" for n in range(300)]
    long = {"and": [{"operation": "IN", "field_name": "username", "field_values": accounts}], "not": []}
    text = RegistryRow.of(replace(COLLECTION, query=long)).query
    assert len(text) <= 1000
    assert text.startswith("AND (username IN account_0, account_1, ")
    assert " more) NOT () [sha256 " in text


def test_two_runs_that_register_at_once_make_one_row(registry):
    def register(_):
        return registry.register(ROW, NOW, Count(120, NOW.date()))

    with ThreadPoolExecutor(4) as runs:
        outcomes = sorted(runs.map(register, range(8)))
    assert outcomes == ["created"] + ["unchanged"] * 7


def test_icandids_own_database_is_used_as_it_is(icandids_own):
    registry = Registry(icandids_own)
    assert registry.register(changed(name="Vidéos 🎬 van partijen"), NOW) == "created"
    assert registry.register(changed(name="Vidéos 🎬 van partijen"), NOW) == "unchanged"
    assert registry.register(ROW, LATER, Count(29_518, LATER.date())) == "updated"
    row = registry.row(IDENT)
    assert (row["name"], row["recordcount"], row["hidden"], row["uuid"]) == (ROW.name, 29_518, False, "")
    assert (row["languages"], row["labels"]) == (("fr", "nl"), ("politics",))
    with pytest.raises(SettingInvalid, match="label 'unheard of'"):
        registry.register(changed(labels=("unheard of",)), LATER)
    assert registry.row(IDENT) == row
    assert registry.purge(IDENT) is True


def test_no_value_of_a_row_is_logged_however_much_is_logged(registry, caplog):
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "sqlalchemy.engine"):
        registry.register(ROW, NOW, Count(120, NOW.date()))
    assert ROW.requestoremail not in caplog.text
    assert ROW.name not in caplog.text


def test_a_database_that_is_not_there_is_a_passing_fault():
    with pytest.raises(RegistryUnavailable, match="did not answer"):
        Registry(registry_engine("sqlite:////nowhere/at/all.db"))


@pytest.mark.parametrize("url", ["", "mongodb://x", "registry.db", "https://example.org"])
def test_a_connection_that_is_no_database_is_an_explained_error(url):
    with pytest.raises(SettingInvalid, match="start it with mariadb, mysql"):
        registry_engine(url)
