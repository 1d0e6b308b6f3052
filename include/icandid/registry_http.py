"""The Collection Registry through iCANDID's own admin API, for the day it is opened to this harvester.

`POST /api/admin/dataset` never looks for an existing row (id 0 always inserts), checks nothing, and replaces languages
and labels; `POST /api/admin/datasets` searches with LIKE (libis/icandid_2, AdminController). Therefore: find, compare,
save. The size is counted by iCANDID itself and cannot be sent.
"""

from datetime import datetime
from typing import Any

import requests

from include.domain.errors import SettingInvalid
from include.icandid.errors import RegistryUnavailable
from include.icandid.registry import Count, Outcome
from include.icandid.registry_row import RegistryRow

PATIENCE = 30
"""Seconds to wait for an answer."""

PURGED = "purged"
"""Stands in a row where its query and its description stood, which are mandatory."""

_DESCRIPTION_BYTES = 255
"""The API cuts the description at this byte, even in the middle of a character."""


class HttpRegistry:
    """The registry behind `base_url`; `session` carries the headers of a user who holds the resource `admin`."""

    def __init__(self, session: requests.Session, base_url: str) -> None:
        self._session, self._base_url = session, base_url.rstrip("/")

    def register(self, row: RegistryRow, at: datetime, count: Count | None = None) -> Outcome:  # noqa: ARG002
        """Bring the collection's row to what `row` says; nothing is sent when it says so already.

        It is as visible as `row` wants with a `count`, which is given when the counts reconcile, and hidden without;
        iCANDID sets its own timestamps and sizes.

        Raises:
            SettingInvalid: several rows have this internalident, a language or label is unknown, or we have no right.
            RegistryUnavailable: the API does not answer.
        """
        found = self.row(row.internalident)
        wanted = self._body(row, hidden=row.hidden or count is None)
        if found is not None and all(_same(found.get(field), value) for field, value in wanted.items()):
            return "unchanged"
        self._call("POST", "/api/admin/dataset", json=wanted | {"id": found["id"] if found else 0})
        return "updated" if found else "created"

    def row(self, internalident: str) -> dict[str, Any] | None:
        """The row as the API shows it; None when there is none.

        Raises: as `register`.
        """
        alike = self._call("POST", "/api/admin/datasets", data=internalident.encode())
        found = [one for one in alike if one["internalident"] == internalident]
        if len(found) > 1:
            ids = ", ".join(str(one["id"]) for one in found)
            raise SettingInvalid(
                f"The registry has {len(found)} rows for {internalident} (id {ids}); keep one of them."
            )
        return found[0] if found else None

    def count(self, internalident: str) -> None:  # noqa: ARG002
        """iCANDID counts by itself, once a day: there is nothing to compare with."""
        return

    def purge(self, internalident: str) -> bool:
        """Make the row unavailable and hidden, without query and description; says whether there was one.

        The API has no way to remove it: its keepers do.

        Raises: as `register`.
        """
        found = self.row(internalident)
        if found is None:
            return False
        if not _same(found.get("available"), False) or found["query"] != PURGED:
            attached = {name: [{"id": one["id"]} for one in found.get(name) or ()] for name in ("languages", "labels")}
            gone = {"available": False, "hidden": True, "query": PURGED, "description": PURGED}
            self._call("POST", "/api/admin/dataset", json=found | attached | gone)
        return True

    def _body(self, row: RegistryRow, *, hidden: bool) -> dict[str, Any]:
        options = self._call("GET", "/api/admin/options")
        texts = row.model_dump(exclude={"published_from", "published_until", "languages", "labels", "hidden"})
        return texts | {
            "description": _cut(row.description),
            "from": row.published_from.isoformat(),
            "until": row.published_until.isoformat(),
            "hidden": hidden,
            "languages": [{"id": _id(options["languages"], code, "isocode")} for code in row.languages],
            "labels": [{"id": _id(options["labels"], name, "name_en", "name_nl")} for name in row.labels],
        }

    def _call(self, verb: str, path: str, **body: Any) -> Any:
        try:
            answer = self._session.request(verb, self._base_url + path, timeout=PATIENCE, **body)
            said = answer.json() if answer.ok else None
        except requests.RequestException as error:
            raise RegistryUnavailable(self._base_url, type(error).__name__) from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise RegistryUnavailable(self._base_url, f"HTTP {answer.status_code}")
        if said is None:
            raise SettingInvalid(
                f"The registry at {self._base_url} answers HTTP {answer.status_code}; its admin API needs a user with "
                "the resource admin."
            )
        return said


def _cut(text: str) -> str:
    return text.encode()[:_DESCRIPTION_BYTES].decode(errors="ignore")


def _id(options: list[dict[str, Any]], name: str, *columns: str) -> int:
    found = next((one["id"] for one in options if name in [one[column] for column in columns]), None)
    if found is None:
        raise SettingInvalid(
            f"iCANDID's registry does not know the {columns[0]} {name!r}; ask its keepers to add it, or correct it in "
            "the research project."
        )
    return int(found)


def _same(stored: Any, wanted: Any) -> bool:
    """Whether the API already shows this value: 0 and 1 are its booleans, and what is attached comes with details."""
    if isinstance(wanted, list):
        return {one["id"] for one in stored or ()} == {one["id"] for one in wanted}
    return bool(stored) is wanted if isinstance(wanted, bool) else str(stored) == str(wanted)
