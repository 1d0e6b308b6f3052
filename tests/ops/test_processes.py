"""Processes end with all that they started, and nobody else does."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ops.processes import check, end, free_port, kill, listens, ready, start

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], "
    "start_new_session=True).pid, flush=True); time.sleep(60)",
]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def said(process):
    deadline = time.monotonic() + 20
    while not (words := process.log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return words


def gone(pid):
    """Whether nothing runs under this pid any more; whoever inherited it may not have looked after it yet."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("stopped", [lambda process: end([process]), kill])
def test_a_child_in_a_session_of_its_own_ends_too(tmp_path, stopped):
    process = start("parent", PARENT, tmp_path)
    child = int(said(process))
    stopped(process)
    assert process.ended
    assert gone(child)


def test_a_process_that_is_not_ready_is_ended(tmp_path):
    process = start("slow", SLEEPS, tmp_path)
    with pytest.raises(SystemExit, match=r"slow was not ready after 0 s"):
        ready(process, lambda: False, 0.2)
    assert process.ended


def test_a_process_that_does_not_want_to_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("ops.processes.GRACE", 0.2)
    process = start("stubborn", STUBBORN, tmp_path)
    said(process)
    end([process])
    assert process.popen.returncode == -signal.SIGKILL


def test_a_process_that_has_ended_already_can_be_ended(tmp_path):
    process = start("short", [sys.executable, "-c", ""], tmp_path)
    process.popen.wait()
    end([process])
    kill(process)


def test_an_early_end_names_the_log(tmp_path):
    process = start("short", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path)
    process.popen.wait()
    with pytest.raises(SystemExit, match=r"short ended with 3; .*short\.log"):
        check(process)


def test_a_free_port_is_one_that_nobody_listens_on():
    assert not listens(free_port())


def test_an_interrupted_command_leaves_nothing_behind(tmp_path):
    """Ctrl-C and a plain kill reach the end of the block that started the processes."""
    code = (
        "import signal, sys, time, pathlib; from ops.processes import start, end\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "try:\n"
        f"    process = start('sleeps', {SLEEPS!r}, pathlib.Path({str(tmp_path)!r}))\n"
        "    print(process.popen.pid, flush=True)\n"
        "    time.sleep(60)\n"
        "finally:\n    end([process])\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as command:
        child = int(command.stdout.readline())
        os.kill(command.pid, signal.SIGTERM)
        command.wait(timeout=30)
    assert gone(child)
