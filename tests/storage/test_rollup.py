"""The roll-up is a cache: whatever happens to it, a reader learns what reading every manifest would tell."""

import itertools
import logging
import os
from datetime import UTC, date, datetime

import pytest
import zstandard
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bench.counted import Counted
from include.domain.manifest import State
from include.domain.units import Units, parts_digest
from include.domain.window import DAY, Window
from include.storage import leases, rollup
from include.storage.manifests import read_units, write_unit
from include.storage.objects import DISK, open_storage
from include.storage.project_store import ProjectStore
from include.storage.rollup import TICK, lease_time, open_months, read_rollup, write_rollup
from tests.units import unit

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
FIRST = date(2026, 1, 1)

#: Later than anything that is put in a test.
MUCH_LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(objects):
    return ProjectStore.of(objects, "tiktok_query_0000005")


@pytest.fixture
def disk(tmp_path):
    return ProjectStore.of(open_storage(f"file://{tmp_path}"), "tiktok_query_0000005")


def day(number):
    """The name of a unit of one day, so many days after the first of January."""
    return str(Window(FIRST + number * DAY, FIRST + number * DAY))


def complete(name, part="a", **changes):
    """A complete unit whose part has rows of the month of its day."""
    return unit(name, months={name[:7]: 3}, part_sha256=part, **changes)


def put_days(store, count, **changes):
    for number in range(count):
        write_unit(store, complete(day(number), **changes))


def roll_up(store, listed_after=MUCH_LATER):
    """What a merge does at its end."""
    write_rollup(store, read_rollup(store), listed_after)


def read_all(store):
    return Units.of(each.line for each in read_units(store))


def counted(store):
    """The same store, whose calls are counted."""
    return ProjectStore(Counted(store.objects), store.layout)


# What a reader asks for


def test_without_a_rollup_every_manifest_is_read(store):
    put_days(store, 40)
    assert read_rollup(store).units == read_all(store)
    assert read_rollup(store).news == {day(number) for number in range(40)}


def test_an_entity_without_units_has_none(store):
    assert read_rollup(store).units == Units()
    roll_up(store)
    assert read_rollup(store).units == Units()


def test_with_a_rollup_one_listing_and_one_read_tell_of_all(store):
    put_days(store, 40)
    roll_up(store)
    watched = counted(store)
    assert read_rollup(watched).units == read_all(store)
    assert watched.objects.calls == {"stored": 1, "read": 1}


def test_what_changed_since_is_read_and_nothing_else(store):
    put_days(store, 40)
    roll_up(store)
    write_unit(store, unit(day(39), State.SUSPECT))
    write_unit(store, complete(day(40)))
    watched = counted(store)
    found = read_rollup(watched)
    assert found.units == read_all(store)
    assert found.news == {day(39), day(40)}
    assert watched.objects.calls == {"stored": 1, "read": 1, "read_version": 2}


def test_of_an_old_month_with_a_change_its_units_are_read(store):
    put_days(store, 120)
    roll_up(store)
    write_unit(store, complete(day(3), part="b"))
    found = read_rollup(store)
    assert found.units == read_all(store)
    assert found.news == {day(number) for number in range(31)}


def test_old_months_are_sealed_and_the_newest_two_stand_line_by_line(store):
    put_days(store, 120)
    roll_up(store)
    found = read_rollup(store)
    assert sorted(found.sealed) == ["2026-01", "2026-02"]
    assert sorted({name[:7] for name in found.lines}) == ["2026-03", "2026-04"]


def test_a_month_in_which_a_round_goes_on_is_not_sealed(store):
    put_days(store, 120)
    write_unit(store, unit(day(3), State.OPEN))
    roll_up(store)
    found = read_rollup(store)
    assert "2026-01" not in found.sealed
    with_part = complete(day(3), part="b").line
    write_unit(store, complete(day(3), part="b"))
    assert found.with_line(with_part).units == read_all(store)


def test_a_unit_that_is_gone_is_forgotten(store):
    put_days(store, 120)
    roll_up(store)
    store.objects.delete([store.layout.manifest(day(number)) for number in (2, 100)])
    assert read_rollup(store).units == read_all(store)


def test_a_month_that_is_opened_names_the_parts_with_its_rows(store):
    put_days(store, 90)
    turn = complete(day(30), part="c").model_copy(update={"months": {"2026-01": 1, "2026-02": 2}})
    write_unit(store, turn)
    roll_up(store)
    found = open_months(store, read_rollup(store), ["2026-02"])
    february = {day(number): "a" for number in range(31, 59)} | {day(30): "c"}
    assert found.parts("2026-02") == february
    assert found.units.parts["2026-02"] == parts_digest(february)
    assert found.units == read_all(store)


def test_years_are_known_from_a_few_kilobytes(disk):
    """Eight times as many days, and no line more: a month that is sealed takes some sixty bytes."""
    sizes = []
    for days in (180, 1_460):
        put_days(disk, days)
        roll_up(disk)
        sizes.append(len(disk.objects.read(disk.layout.rollup)))
    assert sizes[1] < 3 * sizes[0] < 6_000


# What may happen to it


@pytest.mark.parametrize(
    "content", [b"", b"{", zstandard.compress(b"{}"), zstandard.compress(b'{"format": 1, "x": 1}')]
)
def test_a_rollup_that_cannot_be_read_is_made_again(store, caplog, content):
    put_days(store, 5)
    store.objects.write(store.layout.rollup, content)
    with caplog.at_level(logging.WARNING):
        assert read_rollup(store).units == read_all(store)
    assert f"the roll-up cannot be read and is made again: {store.layout.rollup}" in caplog.text


def test_a_rollup_of_another_format_does_not_count(store, monkeypatch):
    put_days(store, 5)
    roll_up(store)
    monkeypatch.setattr(rollup, "FORMAT", rollup.FORMAT + 1)
    assert len(read_rollup(store).news) == 5


def test_the_line_of_a_unit_is_of_this_format():
    """Who changes what is expected here raises FORMAT: older roll-ups hold lines as they were."""
    counts = {"distinct": 7, "requests": 2, "asked": 200, "returned": 9, "last_observed": AT}
    line = unit(day(0), State.SUSPECT, at=AT, counts=counts, months={"2026-01": 7}, part_sha256="a").line
    assert rollup.FORMAT == 1
    assert line.model_dump(mode="json", exclude={"query_id"}, exclude_defaults=True) == {
        "start": "2026-01-01",
        "end": "2026-01-01",
        "now": "suspect",
        "ended_at": "2026-06-01T10:00:00Z",
        "reason": "a reason",
        "tries": 1,
        "hits": 7,
        "requests": 2,
        "asked": 200,
        "returned": 9,
        "fields": ["id"],
        "last_observed": "2026-06-01T10:00:00Z",
        "months": ["2026-01"],
        "part_sha256": "a",
    }


def test_a_manifest_put_just_before_the_listing_is_read_again(store):
    put_days(store, 5)
    roll_up(store, datetime.now(UTC))
    assert len(read_rollup(store).news) == 5


def test_a_disk_whose_clock_hides_a_put_deceives_nobody(disk, tmp_path):
    """Two puts within one tick of a file system's clock may have the same inode, time and size, and so one version."""
    write_unit(disk, complete(day(0), part="part-1"))
    leases.take(disk.objects, disk.layout.harvest, "run", AT)
    roll_up(disk, lease_time(disk))
    path = tmp_path / disk.layout.manifest(day(0))
    before, listed = path.stat().st_mtime_ns, disk.objects.versions(disk.layout.manifests)
    path.write_bytes(path.read_bytes().replace(b"part-1", b"part-2"))
    os.utime(path, ns=(before, before))
    assert disk.objects.versions(disk.layout.manifests) == listed, "the put cannot be seen"
    assert read_rollup(disk).units == read_all(disk)


def test_what_was_put_long_before_the_lease_is_not_read_again(disk, tmp_path):
    put_days(disk, 5)
    for path in tmp_path.rglob("*.json"):
        os.utime(path, (path.stat().st_mtime - 60,) * 2)
    leases.take(disk.objects, disk.layout.harvest, "run", AT)
    roll_up(disk, lease_time(disk))
    assert not read_rollup(disk).news


def test_the_time_of_the_lease_is_that_of_the_store(store):
    before = datetime.now(UTC) - 2 * TICK
    leases.take(store.objects, store.layout.harvest, "run", AT)
    assert before < lease_time(store) < datetime.now(UTC) + 2 * TICK


def test_without_a_lease_nothing_lasts(store):
    put_days(store, 5)
    roll_up(store, lease_time(store))
    assert len(read_rollup(store).news) == 5


class Rollups(RuleBasedStateMachine):
    """Units come, change and go; roll-ups are written, late or by two at once, lost, spoilt and restored."""

    def __init__(self, store):
        super().__init__()
        self.store = store
        self.rollups, self.read = [], []
        self.puts = itertools.count(1)

    @initialize()
    def begin(self):
        objects = self.store.objects
        objects.delete(objects.paths(self.store.layout.harvest))

    @rule(number=st.integers(0, 99), state=st.sampled_from(State), part=st.sampled_from("abc"))
    def put(self, number, state, part):
        self.put_manifest(unit(day(number), state, months={day(number)[:7]: 1}, part_sha256=part))

    @rule(number=st.integers(0, 99), part=st.sampled_from("abc"))
    def put_one_of_two_months(self, number, part):
        months = {day(number)[:7]: 1, day(number + 31)[:7]: 1}
        self.put_manifest(unit(day(number), months=months, part_sha256=part))

    def put_manifest(self, manifest):
        """Put it; on a disk at a moment of its own, whatever the clock of the file system shows."""
        write_unit(self.store, manifest)
        if self.store.objects.url.startswith(DISK):
            path = self.store.objects.url.removeprefix(DISK) + "/" + self.store.layout.manifest(manifest.name)
            os.utime(path, (next(self.puts),) * 2)

    @rule(first=st.integers(0, 99), count=st.integers(1, 40))
    def remove(self, first, count):
        self.store.objects.delete([self.store.layout.manifest(day(first + number)) for number in range(count)])

    @rule()
    def read_to_write_later(self):
        self.read.append(read_rollup(self.store))

    @precondition(lambda self: self.read)
    @rule(data=st.data())
    def write(self, data):
        write_rollup(self.store, data.draw(st.sampled_from(self.read)), MUCH_LATER)
        self.rollups.append(self.store.objects.read(self.store.layout.rollup))

    @rule(month=st.sampled_from(["2026-01", "2026-02", "2026-03"]))
    def write_after_a_merge(self, month):
        write_rollup(self.store, open_months(self.store, read_rollup(self.store), [month]), MUCH_LATER)

    @rule()
    def write_after_parts_were_made(self):
        found = read_rollup(self.store)
        for line in found.units.unsettled:
            if line.now is State.OPEN:
                with_part = unit(line.window, State.OPEN, months={line.name[:7]: 1}, part_sha256="made")
                self.put_manifest(with_part)
                found = found.with_line(with_part.line)
        assert found.units == read_all(self.store)
        write_rollup(self.store, found, MUCH_LATER)

    @precondition(lambda self: self.rollups)
    @rule(data=st.data())
    def restore(self, data):
        self.store.objects.write(self.store.layout.rollup, data.draw(st.sampled_from(self.rollups)))

    @precondition(lambda self: self.rollups)
    @rule(data=st.data(), length=st.integers(0, 200))
    def cut_short(self, data, length):
        self.store.objects.write(self.store.layout.rollup, data.draw(st.sampled_from(self.rollups))[:length])

    @rule()
    def lose(self):
        self.store.objects.delete([self.store.layout.rollup])

    @invariant()
    def nothing_but_speed_changed(self):
        every = read_units(self.store)
        found = read_rollup(self.store)
        assert found.units == Units.of(each.line for each in every)
        opened = open_months(self.store, found, ["2026-02"])
        assert opened.parts("2026-02") == {each.name: each.part_sha256 for each in every if "2026-02" in each.months}


def test_whatever_happens_to_a_rollup_changes_nothing_but_speed(store, request):
    quick = "file" in request.node.name
    run_state_machine_as_test(
        lambda: Rollups(store),
        settings=settings(
            max_examples=25 if quick else 3,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
