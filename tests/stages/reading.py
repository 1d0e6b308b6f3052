"""What lies in the storage after a stage."""

from datetime import UTC, datetime
from typing import Any

from include.domain.page import START
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects
from include.storage.parquet import open_object
from include.storage.project_store import ProjectStore
from tests.projects import PROJECT


def now() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 6, 1, 12, tzinfo=UTC)


LAYOUT = ProjectLayout(PROJECT["project_id"])


def store(objects: Objects) -> ProjectStore:
    return ProjectStore(objects, LAYOUT)


def rows(objects: Objects, path: str) -> list[dict[str, Any]]:
    """The rows of a Parquet object."""
    return open_object(objects, path).read().to_pylist()


def part(objects: Objects, window: Any) -> list[dict[str, Any]]:
    return rows(objects, LAYOUT.part(str(window)))


def dataset(objects: Objects) -> list[dict[str, Any]]:
    """All rows of the dataset, month by month, as a plain reader finds them."""
    months = [path for path in objects.paths(LAYOUT.dataset) if path.endswith(".parquet")]
    return [row for month in months for row in rows(objects, month)]


def everything(objects: Objects) -> dict[str, bytes]:
    """Every object below the project, but for leases and the roll-up, a cache that tells objects' versions."""
    paths = (path for path in objects.paths(f"{LAYOUT.root}/") if "/lease/" not in path and path != LAYOUT.rollup)
    return {path: objects.read(path) for path in paths}


def asked(sandbox: Any) -> list[tuple[Any, ...]]:
    """Which pages the sandbox was asked for, in order: the days, the search and the index."""
    return [
        (entry.asked["start_date"], entry.asked.get("search_id"), entry.asked.get("cursor", START.index))
        for entry in sandbox.ledger
        if entry.endpoint == "video/query"
    ]
