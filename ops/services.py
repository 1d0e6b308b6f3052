"""PostgreSQL and Valkey (or Redis) on loopback, from Debian's packages, for as long as somebody needs them."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from ops.packages import find, need, path_of
from ops.processes import Process, listens, ready, start

START = 60
SUPERUSER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user."""


def postgres(folder: Path, port: int, password: str) -> Process:
    """A new PostgreSQL in `folder`, with a database `airflow` of a user `airflow`."""
    need("postgresql", ["initdb", "postgres", "createdb"], "ICANDID_STACK_POSTGRES")
    user = SUPERUSER if os.geteuid() == 0 else None
    data, key = folder / "postgres", folder / "postgres.password"
    folder.mkdir(parents=True, exist_ok=True)
    data.mkdir(mode=0o700)
    key.touch(mode=0o600)
    key.write_text(password)
    if user:
        shutil.chown(data, user, user)
        shutil.chown(key, user, user)
    make = ["-D", data, "-A", "scram-sha-256", "-U", "airflow", f"--pwfile={key}", "-E", "UTF8", "--locale=C.UTF-8"]
    made = start("initdb", [path_of("initdb"), *map(str, make)], folder / "logs", user=user)
    if made.popen.wait(timeout=START):
        sys.exit(f"initdb failed; see {made.log}")
    process = start(
        "postgres",
        [path_of("postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""],
        folder / "logs",
        user=user,
        stop=signal.SIGINT,  # ends its connections; SIGTERM would wait for them
    )
    return ready(process, lambda: _has_database(port, password), START)


def valkey(folder: Path, port: int, password: str) -> Process:
    """A new Valkey in `folder`; Redis where that is what there is."""
    program = find("valkey-server") or find("redis-server")
    if program is None:
        need("redis-server", ["redis-server"], "ICANDID_STACK_VALKEY")
        program = path_of("redis-server")
    data, settings = folder / "valkey", folder / "valkey.conf"
    data.mkdir(parents=True)
    settings.touch(mode=0o600)
    settings.write_text(f"port {port}\nbind 127.0.0.1\ndir {data}\nappendonly yes\nsave ''\nrequirepass {password}\n")
    process = start("valkey", [program, str(settings)], folder / "logs")
    return ready(process, lambda: listens(port), START)


def _has_database(port: int, password: str) -> bool:
    """Make the database as soon as PostgreSQL answers."""
    create = [path_of("createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "airflow", "airflow"]
    ended = subprocess.run(
        create, env=os.environ | {"PGPASSWORD": password}, capture_output=True, text=True, check=False
    )
    return ended.returncode == 0 or "already exists" in ended.stderr
