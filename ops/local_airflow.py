"""Airflow on this machine: its four processes on loopback, for demo and up.

`airflow standalone` would open log servers on all interfaces and leave its children behind when it is stopped, so the
processes are started one by one.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from ops.rest import Airflow

PROCESSES = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
START = 120
"""Seconds that the processes may take to be healthy."""


@contextmanager
def running(port: int) -> Iterator[Airflow]:
    """Airflow with its API on `port`, stopped with all its children at the end of the block."""
    with _alone():
        yield from _run(port)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def _alone() -> Iterator[None]:
    """Two Airflows must not share a home; the lock ends with the process, however that ends."""
    home = Path(os.environ["AIRFLOW_HOME"])
    with (home / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"An Airflow of {home} is running already (make up, or another demo); stop it first.")
        yield


def _run(port: int) -> Iterator[Airflow]:
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
    }
    processes = {name: _start(name, command, environment) for name, command in PROCESSES.items()}
    try:
        yield _healthy(url, processes)
    finally:
        _stop(processes)


def _start(name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen:
    with _log(name).open("wb") as log:
        airflow = Path(sys.executable).with_name("airflow")
        return subprocess.Popen(
            [airflow, *command], env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )


def _log(name: str) -> Path:
    folder = Path(os.environ["AIRFLOW_HOME"]) / "processes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _healthy(url: str, processes: dict[str, subprocess.Popen]) -> Airflow:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                sys.exit(f"airflow {name} ended with {process.returncode}; its last words are in {_log(name)}")
        try:
            health = requests.get(f"{url}/api/v2/monitor/health", timeout=5).json()
            if all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor")):
                return Airflow(url)
        except (requests.RequestException, KeyError):
            pass
        time.sleep(0.5)
    sys.exit(f"Airflow was not healthy after {START} s; see {_log('scheduler').parent}")


def _stop(processes: dict[str, subprocess.Popen]) -> None:
    for process in processes.values():
        _signal(process, signal.SIGTERM)
    for process in processes.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, what)
