"""Airflow's REST API, as far as demo and up need it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

ENDED = ("success", "failed")


class Busy(Exception):
    """Airflow's server could not answer this time."""


@dataclass(frozen=True)
class Airflow:
    """A running Airflow. The local one lets everybody on this machine in (its simple auth manager)."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @retry(retry=retry_if_exception_type(Busy), stop=stop_after_attempt(12), wait=wait_fixed(1), reraise=True)
    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One call; again when the server answers 5xx, as it does on SQLite when two of its threads want to write."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        answer = requests.request(method, f"{self.url}/api/v2/{path}", headers=headers, timeout=60, **options)
        if answer.status_code >= 500:
            raise Busy(f"{method} {path}: HTTP {answer.status_code} {answer.text[:200]}")
        return answer

    def _token(self) -> str:
        login = {"username": self.user, "password": self.password} if self.user else None
        answer = requests.request("POST" if login else "GET", f"{self.url}/auth/token", json=login, timeout=30)
        return str(answer.json()["access_token"])

    def put(self, collection: str, key: str, body: dict[str, Any]) -> None:
        """Create a variable or connection, or replace it."""
        answer = self.call("PATCH", f"{collection}/{key}", json=body)
        if answer.status_code == 404:
            answer = self.call("POST", collection, json=body)
        if not answer.ok:
            raise SystemExit(f"Airflow did not take {collection}/{key}: HTTP {answer.status_code} {answer.text}")

    def wait_for_dag(self, dag_id: str, seconds: int) -> None:
        """Until the DAG processor has found the DAG."""
        _until(lambda: self.call("GET", f"dags/{dag_id}").status_code == 200, seconds, f"DAG {dag_id} did not appear")

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run; returns its id."""
        run_id = f"manual__{datetime.now(UTC).isoformat()}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf or {}}
        answer = self.call("POST", f"dags/{dag_id}/dagRuns", json=body)
        if not answer.ok and answer.status_code != 409:  # 409: an earlier try was answered badly, but did start it
            raise SystemExit(f"Airflow did not start {dag_id}: {answer.text}")
        return run_id

    def wait_for_run(self, dag_id: str, run_id: str, seconds: int) -> str:
        """Until the run has ended; returns its state."""
        path = f"dags/{dag_id}/dagRuns/{run_id}"
        return _until(
            lambda: state if (state := self.call("GET", path).json()["state"]) in ENDED else None,
            seconds,
            f"run {run_id} of {dag_id} did not end",
        )

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        value = self.call("GET", path).json()["value"]
        return json.loads(value) if isinstance(value, str) else value

    def note(self, dag_id: str, run_id: str) -> str:
        """What stands on a run."""
        return self.call("GET", f"dags/{dag_id}/dagRuns/{run_id}").json()["note"] or ""


def _until(ready: Callable[[], Any], seconds: int, otherwise: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := ready():
            return value
        time.sleep(0.5)
    raise SystemExit(f"{otherwise} within {seconds} s")
