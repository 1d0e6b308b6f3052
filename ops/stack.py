"""make stack: the deployment of docker-compose.yaml as processes on loopback, without Docker, until Ctrl-C.

PostgreSQL, Valkey (or Redis) and an S3 server, Airflow with two Celery workers, and the sandbox. Everything is new at
each start and gone at the end; the logs of the last start stay in .airflow/stack.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import SplitResult, urlsplit

from celery import Celery

from include.sandbox.server import running as sandbox_running
from ops.ceph import Ceph, ceph
from ops.local_airflow import COMMAND, airflow_process, alone, wait_until_healthy
from ops.processes import Process, end, free_port, kill, wait_until
from ops.rest import Airflow
from ops.sample import DAG_ID, SANDBOX, register, sample_project
from ops.services import postgres, valkey
from ops.topology import CHOICES, COMMANDS, WORKERS, Places, environment

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
START = 120


@dataclass
class Stack:
    """The running deployment; `processes` are Airflow's, by name. The gateway is ours only where Ceph is."""

    environment: Mapping[str, str]
    airflow: Airflow
    processes: dict[str, Process] = field(default_factory=dict)
    store: Ceph | None = None

    def start(self, name: str) -> None:
        """Start one of Airflow's processes."""
        self.processes[name] = airflow_process(name, _command(name), {**self.environment, "STACK_PROCESS": name})

    def restart(self, name: str) -> None:
        """End it, as `docker compose restart` does, and start it again."""
        end([self.processes[name]])
        self.start(name)

    def kill(self, name: str) -> None:
        """kill -9 of it and its tasks."""
        kill(self.processes[name])

    def wait_for_worker(self, name: str) -> None:
        """Until a worker answers the broker."""
        broker = Celery(broker=self.environment["AIRFLOW__CELERY__BROKER_URL"])
        wait_until(lambda: _answers(broker, name), self.processes[name], START)

    def stop(self) -> None:
        """End Airflow's processes."""
        end(list(self.processes.values()))


def main() -> None:
    """Start everything, register the sample project, and wait to be interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = int(os.environ.get("ICANDID_UI_PORT", "8080"))
    try:
        with sandbox_running(SANDBOX) as sandbox, running(port) as stack:
            register(stack.airflow, sandbox, sample_project())
            print(f"Airflow      {stack.airflow.url}  (user admin, password {stack.airflow.password})")
            print(f"processes    {', '.join(stack.processes)}")
            print(f"storage      {stack.environment['ICANDID_STORAGE']} at {stack.environment['AWS_ENDPOINT_URL_S3']}")
            print(f"logs         {stack.environment['AIRFLOW_HOME']}")
            print(f"try          trigger {DAG_ID}; stop with Ctrl-C", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("stopped")


@contextmanager
def running(port: int, settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """The stack with its UI on `port`; `settings` go into the environment of every Airflow process besides."""
    home = Path(os.environ["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    with alone(), ExitStack() as at_the_end:
        for old in ("logs", "processes"):
            shutil.rmtree(home / old, ignore_errors=True)
        folder = Path(mkdtemp(prefix="icandid-stack-"))
        at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # PostgreSQL runs as another user
        places, store = _stores(folder, f"http://127.0.0.1:{port}", at_the_end)
        shared = _others() | environment(places) | _loopback(home, port) | dict(settings or {})
        airflow = Airflow(places.api, "admin", secrets.token_hex(12))
        _prepare(shared, airflow)
        stack = Stack(shared, airflow, store=store)
        at_the_end.callback(stack.stop)
        for name in names():
            stack.start(name)
        wait_until_healthy(places.api, list(stack.processes.values()), PARTS)
        for name in workers():
            stack.wait_for_worker(name)
        yield stack


def names() -> list[str]:
    """Airflow's processes: each once, and the workers."""
    return [*(name for name in COMMANDS if name != "worker"), *workers()]


def workers() -> list[str]:
    """The names of the workers."""
    return [f"worker-{number}" for number in range(1, WORKERS + 1)]


def _stores(folder: Path, api: str, at_the_end: ExitStack) -> tuple[Places, Ceph | None]:
    """PostgreSQL, Valkey and S3: those that the environment names, and new ones for the others."""
    names = ("postgres", "valkey", "s3_access", "s3_secret", "api", "jwt")
    database, broker, access, secret, api_key, jwt = (secrets.token_hex(24) for _ in names)
    known = {name: _named(f"ICANDID_STACK_{name}") for name in ("POSTGRES", "VALKEY", "S3")}
    postgres_at, valkey_at, s3_at = (each or _at(free_port()) for each in known.values())
    store = None
    if not known["POSTGRES"]:
        at_the_end.callback(end, [postgres(folder, postgres_at.port or 0, database)])
    if not known["VALKEY"]:
        at_the_end.callback(end, [valkey(folder, valkey_at.port or 0, broker)])
    if not known["S3"]:
        store = ceph(folder / "s3", s3_at.port or 0, access, secret)
        at_the_end.callback(store.stop)
    places = Places(
        code=str(ROOT),
        api=api,
        url=api,
        postgres=f"{postgres_at.hostname}:{postgres_at.port}",
        postgres_password=postgres_at.password or database,
        valkey=f"{valkey_at.hostname}:{valkey_at.port}",
        valkey_password=valkey_at.password or broker,
        s3=f"{s3_at.scheme}://{s3_at.hostname}:{s3_at.port}",
        s3_access_key=s3_at.username or access,
        s3_secret_key=s3_at.password or secret,
        bucket="icandid",
        tasks_of_a_worker="4",
        fernet_key=urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        api_secret_key=api_key,
        jwt_secret=jwt,
        registry=f"sqlite:///{os.environ['AIRFLOW_HOME']}/registry.sqlite",
        choices={name: os.environ.get(name, "") for name in CHOICES},
    )
    return places, store


def _named(setting: str) -> SplitResult | None:
    url = os.environ.get(setting)
    return urlsplit(url) if url else None


def _at(port: int) -> SplitResult:
    return urlsplit(f"http://127.0.0.1:{port}")


def _others() -> dict[str, str]:
    """The environment without settings that another Airflow left in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}


def _loopback(home: Path, port: int) -> dict[str, str]:
    """What is different on one machine: ports, and one folder of logs that everybody reads."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "ops.names.process_name",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "5",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
    }


def _prepare(shared: Mapping[str, str], airflow: Airflow) -> None:
    """What the service `init` does: the bucket, the tables, the first user."""
    user = ["--username", airflow.user, "--password", airflow.password, "--role", "Admin"]
    person = ["--firstname", "A", "--lastname", "Admin", "--email", "admin@example.org"]
    _run([sys.executable, "-m", "ops.bucket"], shared)
    _run([COMMAND, "db", "migrate"], shared)
    _run([COMMAND, "users", "create", *user, *person], shared)


def _run(command: list[str], shared: Mapping[str, str]) -> None:
    ended = subprocess.run(command, env=shared, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command[:3])} failed:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")


def _command(name: str) -> list[str]:
    """The command of a service, with what it needs beside others on one machine; no log server listens anywhere."""
    alone = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}
    service = "worker" if name in workers() else name
    more = ["--skip-serve-logs", "--celery-hostname", name, "--pid", _pid_file(name)] if service == "worker" else []
    return [*COMMANDS[service].split(), *alone.get(name, more)]


def _pid_file(name: str) -> str:
    path = Path(os.environ["AIRFLOW_HOME"]) / f"{name}.pid"
    path.unlink(missing_ok=True)
    return str(path)


def _answers(broker: Celery, name: str) -> bool:
    return any(f"celery@{name}" in answer for answer in broker.control.ping(timeout=1.0))


if __name__ == "__main__":
    main()
