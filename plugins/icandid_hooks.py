"""The ways into iCANDID, from connections: the Collection Registry."""

import os
from pathlib import Path
from urllib.parse import unquote

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from plugins.object_storage import root_url

REGISTRY = "icandid_registry"


def collection_registry() -> Registry:
    """The registry of the connection icandid_registry, or the embedded one."""
    try:
        uri = BaseHook.get_connection(REGISTRY).get_uri()
        uri = unquote(uri) if uri.startswith("sqlite") else uri  # Airflow quotes the slashes of a path
    except AirflowNotFoundException:
        uri = f"sqlite:///{_embedded()}"
    return Registry(registry_engine(uri))


def _embedded() -> Path:
    """An SQLite file beside the data when the storage is local, else in the Airflow home."""
    url = root_url()
    home = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser()
    folder = Path(url.removeprefix("file://")) if url.startswith("file://") else home
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "registry.sqlite"
