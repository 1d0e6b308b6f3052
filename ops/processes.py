"""Processes that ops starts: each in a session of its own, with a log, and ended with everything that it started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

GRACE = 15
"""Seconds that a process may take to end by itself."""


@dataclass(frozen=True)
class Process:
    """A running process; `stop` is the signal that it takes as a wish to end."""

    name: str
    popen: subprocess.Popen
    log: Path
    stop: signal.Signals = signal.SIGTERM

    @property
    def ended(self) -> bool:
        return self.popen.poll() is not None


def start(
    name: str,
    command: Sequence[str],
    logs: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a process that adds what it says to `<logs>/<name>.log`."""
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / f"{name}.log"
    with path.open("ab") as log:
        popen = subprocess.Popen(
            command,
            cwd="/" if user else None,  # another user may not be allowed to be here
            env=environment,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(name, popen, path, stop)


def end(processes: Sequence[Process]) -> None:
    """Ask the processes to end, all at once, and kill what is left of them and of their children after a while."""
    families = [_family(process) for process in processes]
    for process in processes:
        _signal_group(process, process.stop)
    deadline = time.monotonic() + GRACE
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(timeout=max(0.1, deadline - time.monotonic()))
        _signal_group(process, signal.SIGKILL)
        process.popen.wait()
    _kill([one for family in families for one in family])


def kill(process: Process) -> None:
    """kill -9 of the process and of all that it started, as when its machine dies."""
    _kill(_family(process))
    process.popen.wait()


def wait_until(ready: Callable[[], bool], process: Process, seconds: float) -> None:
    """Until `ready`; ends with the place of the log when the process ends or takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check(process)
        if ready():
            return
        time.sleep(0.1)
    sys.exit(f"{process.name} was not ready after {seconds:.0f} s; its last words are in {process.log}")


def ready(process: Process, is_ready: Callable[[], bool], seconds: float) -> Process:
    """The process as soon as it `is_ready`; it is ended when that does not come, or when nobody waits any more."""
    try:
        wait_until(is_ready, process, seconds)
    except BaseException:
        end([process])
        raise
    return process


def check(process: Process) -> None:
    """End with a message when the process has ended."""
    if process.ended:
        sys.exit(f"{process.name} ended with {process.popen.returncode}; its last words are in {process.log}")


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of loopback."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _family(process: Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.popen.pid)
        return [parent, *parent.children(recursive=True)]
    return []


def _kill(family: Sequence[psutil.Process]) -> None:
    for one in family:
        with suppress(psutil.NoSuchProcess):  # also when its pid belongs to somebody else by now
            one.kill()
    psutil.wait_procs(family, timeout=5)


def _signal_group(process: Process, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.popen.pid, what)
