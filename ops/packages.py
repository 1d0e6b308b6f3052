"""Programs from Debian packages: found, or installed where that is possible, or asked for."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

POSTGRES = Path("/usr/lib/postgresql")
POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks this script whether a package may start its service."""


def need(package: str, programs: Sequence[str], instead: str = "") -> None:
    """See to it that `programs` are there; as root on Debian by installing `package`.

    `instead` is the setting that may name a service which is running already.
    """
    if all(map(find, programs)):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        otherwise = f", or let {instead} name a service that is running (docs/deployment.md)" if instead else ""
        sys.exit(f"This needs {', '.join(programs)}: install the Debian package {package}{otherwise}.")
    print(f"installing the Debian package {package}", flush=True)
    with _no_service_starts():
        _apt_get("update")
        _apt_get("install", "--yes", "--no-install-recommends", *package.split())
    missing = [program for program in programs if not find(program)]
    if missing:
        sys.exit(f"The Debian package {package} did not bring {', '.join(missing)}.")


def find(program: str) -> str | None:
    """Where a program is; those of PostgreSQL lie in a folder for each version, of which the newest counts."""
    versions = sorted(POSTGRES.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1]) if versions else shutil.which(program)


def path_of(program: str) -> str:
    """Where a program is that is known to be there."""
    return find(program) or program


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Packages are installed without starting their services: the stack starts its own, on ports of its own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def _apt_get(*arguments: str) -> None:
    ended = subprocess.run(
        ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        sys.exit(f"apt-get {' '.join(arguments)} failed:\n{ended.stdout}{ended.stderr}")
