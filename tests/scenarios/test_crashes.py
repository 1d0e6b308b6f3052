"""Crashes: a killed process, a store that refuses, a full disk, two runs at once. Nothing is lost or paid twice."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from include.domain.errors import SearchResting, StorageUnavailable, WindowTaken
from include.domain.manifest import State
from include.stages.harvest.opening import open_unit
from include.stages.merge import merge
from include.storage.leases import take
from include.storage.objects import Objects
from tests.conftest import ROOT
from tests.scenarios.world import NOW, PROJECT_ID, days

TASK = """
import sys
from tests.scenarios.world import days, harvest_at
harvest_at(*sys.argv[1:4])
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_process_killed_at_a_random_page_pays_for_no_page_twice(make, seed):
    """kill -9, at a moment when a request may be in flight: that one may be paid for, and no other."""
    world = make(videos_per_day=99)
    window, at_page = days(30), random.Random(seed).randrange(1, 29)
    victim = start(world, window)
    while world.requests < at_page:
        assert victim.poll() is None
        time.sleep(0.002)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL
    assert world.task(window)["state"] == "complete"
    assert world.ids(window) == world.expected(window)
    assert world.paid_twice <= 1
    assert world.requests <= 30 + 1 + 1


def test_a_store_that_refuses_for_a_while_loses_nothing(make, monkeypatch):
    """Whatever it refuses, page, count, lease or manifest: the next try goes on."""
    world = make(videos_per_day=99)
    window, tries = days(6), refusing(monkeypatch, random.Random(1), 0.2)
    for _ in range(60):
        try:
            done = world.task(window)
            break
        except StorageUnavailable:
            continue
    monkeypatch.undo()
    assert tries
    assert done["state"] == "complete"
    assert world.ids(window) == world.expected(window)
    assert world.requests <= 6 + 1 + len(tries)


def test_a_page_that_cannot_be_stored_is_asked_for_again(make, monkeypatch):
    """No second page is asked for before the first is stored."""
    world = make(videos_per_day=99)
    create = Objects.create

    def full(self, path, content):
        if "pages/" in path and path.endswith("000003.json.zst"):
            raise StorageUnavailable("No space left on device")
        return create(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Objects, "create", full)
        with pytest.raises(StorageUnavailable):
            world.task(days(6))
    assert world.requests == 3
    assert world.task(days(6))["state"] == "complete"
    assert world.requests == 6 + 1
    assert world.paid_twice == 1


def test_a_full_disk_leaves_no_half_written_page(make):
    """A limit on the size of files, as a full disk: what is stored can be read, and the rest follows."""
    world = make(videos_per_day=99)
    victim = start(world, days(6), limit=5_000)
    assert victim.wait() != 0
    assert world.pages(days(6)) == []
    assert world.task(days(6))["state"] == "complete"
    assert world.ids(days(6)) == world.expected(days(6))
    assert world.requests <= 6 + 1 + 1


def test_of_two_runs_at_the_same_time_one_waits(make):
    world = make(videos_per_day=51)

    def run(name):
        try:
            return world.harvest(days(6), name).state
        except WindowTaken:
            return "waits"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(run, ("manual__1", "manual__2")))
    assert outcomes in (["complete", "waits"], ["complete", "complete"])
    assert world.requests == 3 + 1
    assert world.ids(days(6)) == world.expected(days(6))


def test_a_run_that_waited_for_another_takes_what_it_left(make):
    """The other run died: its lease ends, and its pages count."""
    world = make(videos_per_day=99)
    victim = start(world, days(30))
    while world.requests < 10:
        time.sleep(0.002)
    victim.kill()
    victim.wait()
    done, waits = world.task_until_done(days(30), run="manual__2")
    assert done["state"] == "complete"
    assert sum(waits, timedelta()) <= timedelta(minutes=20)
    assert world.paid_twice <= 1


def test_a_worker_whose_clock_is_ahead_does_not_take_a_living_lease(make):
    """Leases go by TikTok's clock, from the first look on; here the worker's clock is months ahead of it."""
    world = make(videos_per_day=50)
    take(world.objects, world.layout.unit(str(days(6))), "manual__1", NOW)
    with pytest.raises(WindowTaken):
        world.harvest(days(6), "manual__2")
    assert world.requests == 0


def start(world, window, limit=None):
    """The task in a process of its own."""

    def limited():
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-c", TASK, world.objects.url, world.sandbox.url, str(window)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCENARIO": world.project_text,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert PROJECT_ID in environment["SCENARIO"]
    return subprocess.Popen(command, env=environment, preexec_fn=limited, stderr=subprocess.DEVNULL)


def refusing(monkeypatch, chance, share):
    """A store that refuses a share of all that is put; returns what it refused."""
    write, create, refused = Objects.write, Objects.create, []

    def maybe(path):
        if chance.random() < share:
            refused.append(path)
            raise StorageUnavailable("SlowDown")

    def slow_write(self, path, content):
        maybe(path)
        write(self, path, content)

    def slow_create(self, path, content):
        maybe(path)
        return create(self, path, content)

    monkeypatch.setattr(Objects, "write", slow_write)
    monkeypatch.setattr(Objects, "create", slow_create)
    return refused


def test_a_stalled_task_cannot_note_anything_over_what_its_successor_noted(make):
    world = make(videos_per_day=20)
    with open_unit(world.project, days(6), world.api(), world.store, "manual__1") as stalled:
        assert world.harvest(days(6), "manual__1").covers
        with pytest.raises(WindowTaken):
            stalled.note(stalled.now.without_jumps())
    assert world.manifest(days(6)).covers


def test_of_two_tasks_that_both_hold_themselves_for_the_owner_the_loser_stops_at_its_next_page(make, monkeypatch):
    """The lease is stolen between two pages: Airflow took a task for dead that was not."""
    world, create, stolen = make(videos_per_day=99), Objects.create, []

    def steal(self, path, content):
        if path.endswith("000003.json.zst") and not stolen:
            stolen.append(path)
            world.sandbox.sleep(1)
            assert world.harvest(days(30), "manual__1").covers
        return create(self, path, content)

    monkeypatch.setattr(Objects, "create", steal)
    with pytest.raises(WindowTaken):
        world.harvest(days(30), "manual__1")
    assert stolen
    assert world.paid_twice == 1
    assert world.manifest(days(30)).covers
    assert world.ids(days(30)) == world.expected(days(30))


def test_the_pages_of_a_window_whose_task_never_came_back_are_merged(make):
    """The last try ends as it may, and the merge takes what is there."""
    world = make(videos_per_day=50)
    world.sandbox.script([None, *["dropped"] * 20])
    with pytest.raises(SearchResting):
        world.harvest(days(6))
    assert merge(world.project, world.objects, "manual__1", world.api().now).rows == 100
    parked = world.manifest(days(6))
    assert (parked.state, parked.now.counts.distinct) == (State.OPEN, 100)
    world.sandbox.no_faults()
    assert world.harvest(days(6), "manual__2").covers
    assert merge(world.project, world.objects, "manual__2", world.api().now).rows == 300
