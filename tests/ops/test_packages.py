import pytest

from ops import packages
from ops.packages import find, need


def test_a_program_that_is_there_is_not_installed(monkeypatch):
    monkeypatch.setattr(packages, "_apt_get", lambda *_: pytest.fail("apt-get was called"))
    need("coreutils", ["ls", "cat"], "ICANDID_STACK_S3")


def test_whoever_may_not_install_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"Debian package radosgw, or let ICANDID_STACK_S3 name a service"):
        need("radosgw", ["no-such-program"], "ICANDID_STACK_S3")


def test_no_service_starts_while_a_package_is_installed(monkeypatch, tmp_path):
    policy, seen = tmp_path / "policy-rc.d", []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(packages, "POLICY", policy)
    monkeypatch.setattr(packages, "_apt_get", lambda *_: seen.append(policy.read_text()))
    with pytest.raises(SystemExit, match="did not bring no-such-program"):
        need("redis-server", ["no-such-program"], "ICANDID_STACK_VALKEY")
    assert seen == ["#!/bin/sh\nexit 101\n"] * 2
    assert not policy.exists()


def test_a_policy_that_is_there_stays(monkeypatch, tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    monkeypatch.setattr(packages, "POLICY", policy)
    with packages._no_service_starts():
        assert policy.read_text() == "theirs"
    assert policy.read_text() == "theirs"


def test_the_newest_postgresql_is_taken(monkeypatch, tmp_path):
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/initdb").touch()
    monkeypatch.setattr(packages, "POSTGRES", tmp_path)
    assert find("initdb") == f"{tmp_path}/17/bin/initdb"
