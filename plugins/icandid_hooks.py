"""The ways into iCANDID, from connections and the environment: the Collection Registry, the search index, choices."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from include.domain.errors import SettingInvalid
from include.icandid.choices import RECORD_TYPES, SENDER_TYPES, SINKS, Choices
from include.icandid.registry import Registrar, Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.registry_http import HttpRegistry
from include.icandid.sink import Index
from plugins.object_storage import root_url

REGISTRY = "icandid_registry"
SEARCH = "icandid_search"
WEB = ("http", "https")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def collection_registry() -> Registrar:
    """The registry of the connection icandid_registry (a database, or iCANDID's admin API), or a file beside the data.

    Raises:
        SettingInvalid: the connection cannot be used, or is missing though no file can lie beside the data.
    """
    connection = _connection(REGISTRY)
    if connection is None:
        return Registry(registry_engine(f"sqlite:///{_embedded()}"))
    if connection.conn_type in WEB:
        return HttpRegistry(_session(connection), _url(connection))
    uri = connection.get_uri()
    return Registry(registry_engine(unquote(uri) if uri.startswith("sqlite") else uri))  # Airflow quotes its slashes


def search_indices(at: datetime) -> list[Index]:
    """The search index of the connection icandid_search; none without it, or if ICANDID_SINKS leaves the index out.

    Of its extra, `index` names the alias (icandid), `ca_certs` a file of certificates to trust, and `own` says that
    an index that is missing is ours to make.

    Raises:
        SettingInvalid: the connection cannot be used, is missing though ICANDID_SINKS wants an index, or there is none.
        IndexUnavailable: the index does not answer.
    """
    connection, chosen = _connection(SEARCH), _sinks()
    if connection is None and "index" in chosen:
        raise SettingInvalid(f"ICANDID_SINKS names the index; add the connection {SEARCH}, or leave the index out.")
    if connection is None or (chosen and "index" not in chosen):
        return []
    from include.icandid.index import SearchIndex
    from include.icandid.index_setup import prepare, search_client

    extra = connection.extra_dejson
    user = (connection.login, connection.password or "") if connection.login else None
    client, alias = search_client(_url(connection), user, _certificates(connection)), extra.get("index", "icandid")
    prepare(client, alias, at, own=extra.get("own") is True)
    return [SearchIndex(client, alias)]


def icandid_choices() -> Choices:
    """What the environment chooses: ICANDID_SINKS, ICANDID_RECORD_TYPE, ICANDID_SENDER_TYPE.

    Raises:
        SettingInvalid: one of them has an unknown value.
    """
    chosen = _sinks()
    return Choices(
        tree=not chosen or "tree" in chosen,
        record_type=_choice("ICANDID_RECORD_TYPE", RECORD_TYPES),
        sender_type=_choice("ICANDID_SENDER_TYPE", SENDER_TYPES),
    )


def _sinks() -> set[str]:
    """The ways in that ICANDID_SINKS names; none named means the tree, and the index where there is a connection."""
    text = os.environ.get("ICANDID_SINKS", "")
    chosen = {name.strip() for name in text.split(",")} - {""}
    if chosen - set(SINKS):
        raise SettingInvalid(f"ICANDID_SINKS = {text!r}: name {' or '.join(SINKS)}, or both with a comma between them.")
    return chosen


def _choice(setting: str, known: tuple[str, ...]) -> str:
    value = os.environ.get(setting) or known[0]
    if value not in known:
        raise SettingInvalid(f"{setting} = {value!r}: write {' or '.join(known)}.")
    return value


def _connection(name: str) -> Connection | None:
    try:
        connection = BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None
    if connection.password:
        mask_secret(connection.password)
    return connection


def _url(connection: Connection) -> str:
    """`http(s)://host[:port]`; encrypted unless it says otherwise, and always where a password is sent elsewhere."""
    host = connection.host or ""
    scheme = next((one for one in (connection.schema, connection.conn_type) if one in WEB), "https")
    url = host if "://" in host else f"{scheme}://{host}"
    url += f":{connection.port}" if connection.port else ""
    parsed = urlsplit(url)
    if parsed.scheme not in WEB or not parsed.hostname or "@" in parsed.netloc:
        raise SettingInvalid(f"Connection {connection.conn_id}: write its host as a name or https://name.")
    if connection.password and parsed.scheme == "http" and parsed.hostname not in LOOPBACK:
        raise SettingInvalid(f"Connection {connection.conn_id}: {url} is not encrypted; use https.")
    return url


def _certificates(connection: Connection) -> str | None:
    path: str | None = connection.extra_dejson.get("ca_certs")
    if path and not Path(path).is_file():
        raise SettingInvalid(f"Connection {connection.conn_id}: there is no file of certificates at {path}.")
    return path


def _session(connection: Connection) -> requests.Session:
    """A session of the admin API: the password is the token of a user who holds the resource `admin`."""
    session = requests.Session()
    session.trust_env = False  # else ~/.netrc would replace the token
    session.verify = _certificates(connection) or True
    if connection.password:
        session.headers["Authorization"] = f"Bearer {connection.password}"
    return session


def _embedded() -> Path:
    """An SQLite file beside the data; with a bucket there is no such place, and a worker's own disk is no registry."""
    url = root_url()
    if not url.startswith("file://"):
        raise SettingInvalid(
            f"The data lie in {url}, and no registry is named: add the connection {REGISTRY}, with iCANDID's database, "
            "its admin API, or an SQLite file that every worker shares (AIRFLOW_CONN_ICANDID_REGISTRY=sqlite:////path)."
        )
    folder = Path(url.removeprefix("file://"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "registry.sqlite"
