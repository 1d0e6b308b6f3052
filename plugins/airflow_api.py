"""Airflow's own REST API, for what a task cannot do otherwise (decisions 0012, 0022).

A task has no way to Airflow's database; the API of tasks knows neither pools nor notes, and Variables one by one only.
"""

import logging
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
from airflow.sdk import BaseHook, conf
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from include.domain.errors import AirflowUnavailable, SettingInvalid

log = logging.getLogger(__name__)

CONNECTION = "airflow_api"
TIMEOUT = 10

#: Variables in one answer: the most that Airflow gives unless `[api] maximum_page_limit` says otherwise.
VARIABLES_AT_ONCE = 100

#: Characters of the longest note that Airflow takes.
LONGEST_NOTE = 1_000

#: Characters of a line that are worth showing without the rest of it.
LEAST = 40

REMEDY = (
    f"Add the connection {CONNECTION} (HTTP; host = the address of Airflow's API, login and password of a user who may "
    "make pools, edit runs and read Variables). A pool can also be made by hand under Admin, Pools, or left out with "
    "use_pool off."
)


@dataclass(frozen=True)
class AirflowApi:
    """Airflow's REST API at `url`; without a login only a local Airflow that lets everybody in answers."""

    url: str
    login: str = ""
    password: str = field(default="", repr=False)

    def make_pool(self, name: str, description: str) -> bool:
        """Make the pool with one slot unless it exists, whose slots stay as they are; tells whether it did.

        Raises:
            SettingInvalid: Airflow refuses it.
            AirflowUnavailable: Airflow could not answer this time.
        """
        pool = {"name": name, "slots": 1, "description": description, "include_deferred": False}
        answer = _asked("POST", f"{self.url}/api/v2/pools", json=pool, headers=self._authorization())
        if answer.status_code == requests.codes.conflict:
            return False
        if not _good(answer):
            raise SettingInvalid(
                f"Airflow does not let us make the pool {name!r} (HTTP {answer.status_code}). {REMEDY}"
            )
        return True

    def note_run(self, dag_id: str, run_id: str, line: str) -> None:
        """Have the note of a run say this line, as far as there is room for it; what stands there already stays.

        Raises:
            SettingInvalid: Airflow refuses it.
            AirflowUnavailable: Airflow could not answer this time.
        """
        run = f"{self.url}/api/v2/dags/{quote(dag_id, safe='')}/dagRuns/{quote(run_id, safe='')}"
        headers = self._authorization()
        answer = _asked("GET", run, headers=headers)
        known = _said(answer)
        before = str(known.get("note") or "")
        after = _add_line(before, line)
        if "note" in known and after != before:
            answer = _asked("PATCH", run, json={"note": after}, headers=headers)
        if "note" not in _said(answer):
            raise SettingInvalid(f"Airflow does not let us edit the run {run_id} (HTTP {answer.status_code}). {REMEDY}")

    def read_variables(self, prefix: str) -> dict[str, str]:
        """Key to value of the Variables whose keys begin so, a hundred with each call; *** stands where Airflow masks.

        Raises:
            SettingInvalid: Airflow refuses it.
            AirflowUnavailable: Airflow could not answer this time.
        """
        url, headers, found = f"{self.url}/api/v2/variables", self._authorization(), dict[str, str]()
        asked_for = {"variable_key_prefix_pattern": prefix, "order_by": "key", "limit": str(VARIABLES_AT_ONCE)}
        total, offset = 1, 0
        while offset < total:
            answer = _asked("GET", url, params=asked_for | {"offset": str(offset)}, headers=headers)
            page = _said(answer)
            if "variables" not in page:
                raise SettingInvalid(f"Airflow does not let us read Variables (HTTP {answer.status_code}). {REMEDY}")
            total, offset = page["total_entries"], offset + max(1, len(page["variables"]))
            found |= {each["key"]: each["value"] or "" for each in page["variables"]}
        return {key: value for key, value in found.items() if key.startswith(prefix)}

    def _authorization(self) -> dict[str, str]:
        if self.login:
            user = {"username": self.login, "password": self.password}
            answer = _asked("POST", f"{self.url}/auth/token", json=user)
        else:
            answer = _asked("GET", f"{self.url}/auth/token")
        token = _said(answer).get("access_token")
        if not token:
            raise SettingInvalid(f"Airflow at {self.url} does not let us in (HTTP {answer.status_code}). {REMEDY}")
        mask_secret(token)
        return {"Authorization": f"Bearer {token}"}


def airflow_api() -> AirflowApi:
    """The API of the connection airflow_api; without it, of the address that this Airflow knows itself by."""
    try:
        connection = BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        return AirflowApi((conf.get("api", "base_url", fallback="") or "http://localhost:8080").rstrip("/"))
    if connection.password:
        mask_secret(connection.password)
    host, port = connection.host or "localhost", f":{connection.port}" if connection.port else ""
    host = host if "://" in host else f"{connection.schema or 'http'}://{host}"
    return AirflowApi(f"{host.rstrip('/')}{port}", connection.login or "", connection.password or "")


def note_run(dag_id: str, run_id: str, line: str) -> None:
    """Have the note of a run say this line, where Airflow lets us; a run does not fail for want of a note."""
    try:
        airflow_api().note_run(dag_id, run_id, line)
    except (SettingInvalid, AirflowUnavailable) as error:
        log.info("the note of the run stays as it is: %s", error)


def _add_line(note: str, line: str) -> str:
    """The note with a line that it does not have yet, cut short where it would become too long for Airflow."""
    lines = note.splitlines()
    if any(each == line or (each.endswith("…") and line.startswith(each[:-1])) for each in lines):
        return note
    room = LONGEST_NOTE - len(note) - 1
    if room < min(len(line), LEAST):
        return note
    return "\n".join([*lines, line if len(line) <= room else f"{line[: room - 1]}…"])


def _asked(method: str, url: str, **options: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False  # else ~/.netrc would replace the token
        try:
            answer = session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)  # type: ignore[arg-type]
        except requests.RequestException as error:
            raise AirflowUnavailable(f"Airflow at {url} does not answer: {type(error).__name__}. {REMEDY}") from error
    if answer.status_code >= requests.codes.server_error:
        raise AirflowUnavailable(f"Airflow at {url} could not answer: HTTP {answer.status_code}")
    return answer


def _good(answer: requests.Response) -> bool:
    """Whether Airflow did what it was asked; unlike `ok`, a redirect, which is not followed, does not count."""
    return answer.status_code < requests.codes.multiple_choices


def _said(answer: requests.Response) -> dict[str, Any]:
    """What a good answer says; nothing where it is the page of a proxy."""
    try:
        found = answer.json() if _good(answer) else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
