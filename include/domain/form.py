"""A form that somebody filled in, made into the configuration of a research project."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from include.domain import pasted
from include.domain.errors import ProjectInvalid
from include.domain.project import ResearchProject, read_project

LINES = ("title", "description", "requestor", "requestor_email", "schedule", "connection_id", "license", "order")
LISTS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "accounts": pasted.accounts,
    "hashtags": pasted.hashtags,
    "keywords": pasted.keywords,
    "region_codes": pasted.codes,
    "languages": pasted.languages,
    "labels": pasted.names,
    "fields": pasted.names,
}
AS_WRITTEN = ("query", "canary_queries", "window_days", "settle_days", "daily_requests", "sample", "hidden")
OWN = {"project_id", "period", "access", "pool", *LINES, *LISTS, *AS_WRITTEN}
"""The fields of a research project that the form has; the project keeps what it has in others."""

EMPTY: tuple[object, ...] = (None, "", (), [], {})


def project_id_of(form: Mapping[str, Any]) -> str:
    """The id that the form names, in small letters."""
    return pasted.line(form.get("project_id")).lower()


def configuration_of(form: Mapping[str, Any], earlier: Mapping[str, Any], applied: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that a form describes; what the form has no field for stays as in the `earlier` one.

    What the form leaves empty comes from the application to TikTok, as far as `applied` has it.

    Raises:
        ProjectInvalid: names every field of the form that cannot be read, its value, and what would be right.
    """
    complaints: list[str] = []

    def read(name: str, reader: Callable[[Any], Any]) -> Any:
        try:
            return reader(form.get(name))
        except pasted.Unclear as error:
            complaints.append(f"{name} = {str(form.get(name))[:80]!r}: {error}")
            return None

    project_id = project_id_of(form)
    written: dict[str, Any] = {"project_id": project_id}
    written |= {name: read(name, pasted.line) for name in LINES}
    written |= {name: list(read(name, reader) or ()) for name, reader in LISTS.items()}
    written |= {"period": read("period", lambda _: _period(form)), "access": _days(form, "access")}
    written |= {name: form.get(name) for name in AS_WRITTEN} | {"pool": _pool(form, project_id)}
    if complaints:
        raise ProjectInvalid(f"Research project {project_id}: {'; '.join(complaints)}.")
    kept = {name: value for name, value in earlier.items() if name not in OWN}
    return {**applied, **{name: value for name, value in written.items() if value not in EMPTY}, **kept}


def project_of(configuration: Mapping[str, Any]) -> ResearchProject:
    """The research project of a configuration.

    Raises:
        ProjectInvalid: it cannot be used.
    """
    return read_project(str(configuration.get("project_id", "")), text_of(configuration))


def text_of(configuration: Mapping[str, Any]) -> str:
    """A configuration as its Variable holds it."""
    return json.dumps(configuration, indent=2, ensure_ascii=False)


def object_in(text: str | None) -> dict[str, Any]:
    """What the text of a Variable holds; empty when it is no JSON object."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _period(form: Mapping[str, Any]) -> dict[str, str | None]:
    """The period as pasted, or from its two days; not both."""
    together, days = pasted.period(form.get("period")), _days(form, "period")
    if together and days:
        raise pasted.Unclear("fill this, or first and last day, not both")
    return {"start": str(together[0]), "end": str(together[1]) if together[1] else None} if together else days


def _days(form: Mapping[str, Any], name: str) -> dict[str, str | None]:
    days = {end: pasted.line(form.get(f"{name}_{end}")) or None for end in ("start", "end")}
    return {end: day for end, day in days.items() if day}


def _pool(form: Mapping[str, Any], project_id: str) -> str | None:
    """By default the pool of the API client, called as its connection, so that projects that share it take turns."""
    if not form.get("use_pool", True):
        return None
    return pasted.line(form.get("pool")) or pasted.line(form.get("connection_id")) or f"tiktok_{project_id}"
