"""A real S3 server on loopback: Ceph with one monitor, one disk in a file and one gateway, from Debian's packages.

Debian, PyPI and npm have no SeaweedFS and no Garage. Of the servers they have, Ceph alone decides a conditional put
among many writers and checks signatures (docs/decisions).
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from ops.packages import need
from ops.processes import Process, end, free_port, kill, listens, start, wait_until

PACKAGES = "ceph-mon ceph-osd radosgw ceph-common"
PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "ceph-authtool", "monmaptool")
START = 120
DISK = 8 << 30
"""Bytes of the disk; its file is sparse."""

SETTINGS = """
[global]
fsid = {fsid}
mon_host = v2:127.0.0.1:{monitor_port}
mon_initial_members = a
keyring = {folder}/keyring
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = {folder}/run
admin_socket = {folder}/run/$name.asok
log_file = {folder}/logs/$name.log
mon_allow_pool_size_one = true
auth_allow_insecure_global_id_reclaim = false
mon_data_avail_crit = 1
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
bluestore_block_size = {disk}
osd_memory_target = 939524096
rgw_lc_debug_interval = {seconds_of_a_lifecycle_day}
{libraries}
[mon.a]
mon_data = {folder}/mon
[osd.0]
osd_data = {folder}/osd
"""


@dataclass
class Ceph:
    """The server; `processes` in the order in which they were started, the gateway last."""

    folder: Path
    port: int
    access_key: str
    secret_key: str
    processes: list[Process] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        return os.environ | {"CEPH_CONF": str(self.folder / "ceph.conf")}

    def stop(self) -> None:
        """End the processes, the last one first, at once: nothing of what they hold is kept."""
        while self.processes:
            end([self.processes.pop()])

    def vanish(self, seconds: float) -> None:
        """kill -9 of the gateway; it comes back after `seconds`."""
        kill(self.processes.pop())
        time.sleep(seconds)
        self.start_gateway()

    def start_gateway(self) -> None:
        """The process that speaks S3."""
        frontend = f"--rgw_frontends=beast endpoint=127.0.0.1:{self.port}"
        self._start("radosgw", ["radosgw", "-n", "client.rgw.a", "-f", frontend])
        wait_until(lambda: listens(self.port), self.processes[-1], START)

    def prepare(self, seconds_of_a_lifecycle_day: int) -> None:
        """Keys and settings of a cluster of its own."""
        for name in ("mon", "osd", "run", "logs"):
            (self.folder / name).mkdir(parents=True)
        monitor_port, fsid = free_port(), str(uuid4())
        text = SETTINGS.format(
            fsid=fsid,
            monitor_port=monitor_port,
            folder=self.folder,
            disk=DISK,
            seconds_of_a_lifecycle_day=seconds_of_a_lifecycle_day,
            libraries=_libraries(),
        )
        (self.folder / "ceph.conf").write_text(text)
        keyring, monitors = str(self.folder / "keyring"), str(self.folder / "monmap")
        self._run("ceph-authtool", "-C", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        everything = [word for daemon in ("mon", "osd", "mgr") for word in ("--cap", daemon, "allow *")]
        for name in ("client.admin", "osd.0", "client.rgw.a"):
            self._run("ceph-authtool", keyring, "--gen-key", "-n", name, *everything)
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v2:127.0.0.1:{monitor_port}]", monitors)
        self._run("ceph-mon", "-i", "a", "--mkfs", "--monmap", monitors, "--keyring", keyring)

    def start_cluster(self) -> None:
        """Monitor and disk, and the user of the keys."""
        self._start("ceph-mon", ["ceph-mon", "-i", "a", "-f"])
        wait_until(lambda: self._says("quorum_status"), self.processes[-1], START)
        disk = str(uuid4())
        self._run("ceph", "osd", "new", disk)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        self._start("ceph-osd", ["ceph-osd", "-i", "0", "-f"])
        self._says("osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h")
        wait_until(lambda: self._says("osd", "stat", expected="1 up"), self.processes[-1], START)
        keys = [f"--access-key={self.access_key}", f"--secret-key={self.secret_key}"]
        self._run("radosgw-admin", "user", "create", "--uid=icandid", "--display-name=icandid", *keys)

    def _start(self, name: str, command: list[str]) -> None:
        self.processes.append(start(name, command, self.folder / "logs", self.environment, stop=signal.SIGKILL))

    def _run(self, *command: str) -> None:
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=START)

    def _says(self, *command: str, expected: str = "") -> bool:
        try:
            ended = subprocess.run(
                ["ceph", "--connect-timeout", "10", *command],
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return ended.returncode == 0 and expected in ended.stdout


def ceph(folder: Path, port: int, access_key: str, secret_key: str, seconds_of_a_lifecycle_day: int = -1) -> Ceph:
    """A new server in `folder`, running. A day of its lifecycle rules can be made to last some seconds."""
    need(PACKAGES, PROGRAMS, "ICANDID_STACK_S3")
    server = Ceph(folder, port, access_key, secret_key)
    try:
        server.prepare(seconds_of_a_lifecycle_day)
        server.start_cluster()
        server.start_gateway()
    except BaseException:
        server.stop()
        raise
    return server


def _libraries() -> str:
    """Debian 13 has these folders relative, which the daemons do not understand."""
    folders = sorted(Path("/usr/lib").glob("*/rados-classes"))
    if not folders:
        return ""
    library = folders[0].parent
    erasure = library / "ceph/erasure-code"
    return f"osd_class_dir = {folders[0]}\nerasure_code_dir = {erasure}\nplugin_dir = {library / 'ceph'}\n"
