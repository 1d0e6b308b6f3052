"""Every version of a research project's configuration: who, when, what. Nothing is ever written over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from include.domain.errors import SettingInvalid
from include.domain.project import ResearchProject
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects

UNREADABLE = "unreadable"
"""The key of a version that was no research project: its text as it was."""


@dataclass(frozen=True)
class Version:
    """One version: the configuration as people wrote it, without defaults."""

    by: str
    at: datetime
    configuration: Mapping[str, Any]


def keep(objects: Objects, layout: ProjectLayout, project: ResearchProject, at: datetime, by: str) -> bool:
    """Keep the project's configuration unless it is the newest version already; tells whether it did.

    `by` is the Airflow user who changed it, or how it was found changed.
    """
    return _keep(objects, layout, Version(by, at, project.model_dump(mode="json", exclude_unset=True)))


def keep_unreadable(objects: Objects, layout: ProjectLayout, text: str, at: datetime, by: str) -> bool:
    """The same for a Variable that is no research project, before it is replaced."""
    return _keep(objects, layout, Version(by, at, {UNREADABLE: text}))


def versions(objects: Objects, layout: ProjectLayout) -> Iterator[Version]:
    """All versions, oldest first.

    Raises:
        SettingInvalid: one of them cannot be read.
    """
    return (_read(objects, path) for path in objects.paths(layout.configurations))


def newest(objects: Objects, layout: ProjectLayout) -> Version | None:
    """The newest version, or None before the first.

    Raises:
        SettingInvalid: it cannot be read.
    """
    paths = objects.paths(layout.configurations)
    return _read(objects, paths[-1]) if paths else None


def _keep(objects: Objects, layout: ProjectLayout, version: Version) -> bool:
    last = newest(objects, layout)
    if last is not None and last.configuration == version.configuration:
        return False
    path = layout.configuration(f"{version.at:%Y%m%dT%H%M%S.%fZ}")
    return objects.create(path, orjson.dumps(version, option=orjson.OPT_INDENT_2))


def _read(objects: Objects, path: str) -> Version:
    try:
        stored = orjson.loads(objects.read(path) or b"")
        return Version(stored["by"], datetime.fromisoformat(stored["at"]), stored["configuration"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise SettingInvalid(f"{path} cannot be read as a version of a project; restore it, or delete it.") from error
