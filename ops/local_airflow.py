"""Airflow on this machine: its five processes on loopback, for demo and up.

`airflow standalone` would open log servers on all interfaces and leave its children behind when it is stopped, so the
processes are started one by one. People and tasks are answered by one API server each (decision 0021).
"""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

from ops.processes import Process, check, end, free_port, listens, start, wait_until
from ops.rest import Airflow

__all__ = ["free_port", "running"]

COMMAND = str(Path(sys.executable).with_name("airflow"))
PROCESSES = {
    "api-server": ["api-server", "--apps", "core"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
START = 120
"""Seconds that the processes may take to be healthy."""


@contextmanager
def running(port: int) -> Iterator[Airflow]:
    """Airflow with its API on `port`, stopped with all its children at the end of the block, or by SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with alone():
        url, tasks_port = f"http://127.0.0.1:{port}", free_port()
        environment = os.environ | {
            "AIRFLOW__API__BASE_URL": url,
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{tasks_port}/execution/",
        }
        for_tasks = ["api-server", "--apps", "execution", "--port", str(tasks_port)]
        commands = PROCESSES | {"execution-api": for_tasks}
        processes = [airflow_process(name, command, environment) for name, command in commands.items()]
        try:
            wait_until_healthy(url, processes)
            wait_until(lambda: listens(tasks_port), processes[-1], START)
            yield Airflow(url)
        finally:
            end(processes)


@contextmanager
def alone() -> Iterator[None]:
    """Two Airflows must not share a home; the lock ends with the process, however that ends."""
    home = Path(os.environ["AIRFLOW_HOME"])
    with (home / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"An Airflow of {home} is running already (make up, or another demo); stop it first.")
        yield


def airflow_process(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """One process of Airflow; its log begins anew."""
    logs = Path(environment["AIRFLOW_HOME"]) / "processes"
    (logs / f"{name}.log").unlink(missing_ok=True)
    return start(name, [COMMAND, *command], logs, environment)


def wait_until_healthy(
    url: str,
    processes: Sequence[Process],
    parts: Sequence[str] = ("metadatabase", "scheduler", "dag_processor"),
) -> None:
    """Until these parts of Airflow say that they are healthy."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        for process in processes:
            check(process)
        try:
            health = requests.get(f"{url}/api/v2/monitor/health", timeout=5).json()
            if all(health[part]["status"] == "healthy" for part in parts):
                return
        except (requests.RequestException, KeyError):
            pass
        time.sleep(0.5)
    sys.exit(f"Airflow was not healthy after {START} s; see {processes[0].log.parent}")
