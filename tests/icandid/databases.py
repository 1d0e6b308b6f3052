"""Real MariaDB and PostgreSQL servers for the tests: Debian's packages, on free loopback ports, in temporary folders.

Without the packages or drivers the tests are skipped and say why, unless ICANDID_TEST_DATABASES=required.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests import what_was_real

PATH = os.pathsep.join(
    [os.environ["PATH"], "/usr/sbin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]
)
SECONDS_TO_START = 60


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of a fresh MariaDB server."""
    install, server = _need("MariaDB", "pymysql", "mariadb-install-db", "mariadbd")
    with _folder() as folder:
        data, port = folder / "data", _free_port()
        _run(
            install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"
        )
        command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1"]
        command += [f"--socket={folder}/socket", f"--pid-file={folder}/pid", "--innodb-flush-log-at-trx-commit=0"]
        with _served(command, folder, f"mariadb+pymysql://root@127.0.0.1:{port}/") as url:
            yield url


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh PostgreSQL server."""
    install, server = _need("PostgreSQL", "psycopg", "initdb", "postgres")
    with _folder() as folder:
        data, port = folder / "data", _free_port()
        _run(install, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        command = [server, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
        with _served(command, folder, f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres") as url:
            yield url


def _need(server: str, driver: str, *programs: str) -> list[str]:
    found = [shutil.which(program, path=PATH) for program in programs]
    missing = [program for program, path in zip(programs, found, strict=True) if path is None]
    missing += [] if importlib.util.find_spec(driver) else [f"the Python package {driver}"]
    if missing:
        reason = what_was_real.absent[server] = f"not installed: {', '.join(missing)}"
        if os.environ.get("ICANDID_TEST_DATABASES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return [path for path in found if path]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _owner() -> str | None:
    """Both servers refuse to run as root."""
    return "nobody" if os.getuid() == 0 else None


@contextmanager
def _folder() -> Iterator[Path]:
    """A short path: a socket's may not be longer than 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="icandid-", dir="/tmp") as name:
        if owner := _owner():
            os.chown(name, pwd.getpwnam(owner).pw_uid, -1)
        yield Path(name)


def _run(*command: str) -> None:
    done = subprocess.run(
        command, cwd="/", user=_owner(), env={"PATH": PATH}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"{command[0]}: {done.stdout}{done.stderr}")


@contextmanager
def _served(command: list[str], folder: Path, url: str) -> Iterator[str]:
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd="/", user=_owner(), env={"PATH": PATH}, stdout=out, stderr=out)
    try:
        what_was_real.servers.add(_until_it_answers(server, url, log))
        yield url
    finally:
        server.terminate()
        server.wait(SECONDS_TO_START)


def _until_it_answers(server: subprocess.Popen, url: str, log: Path) -> str:
    """The server's name and version, as it says itself."""
    engine = create_engine(url)
    for _ in range(SECONDS_TO_START * 5):
        try:
            with engine.connect() as connection:
                version = connection.scalar(text("SELECT version()"))
        except OperationalError:
            try:
                server.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail(f"{server.args[0]}: {log.read_text()}")
        else:
            engine.dispose()
            return " ".join(version.split()[:2]) if version.startswith("PostgreSQL") else f"MariaDB {version}"
    pytest.fail(f"{server.args[0]} does not answer: {log.read_text()}")
