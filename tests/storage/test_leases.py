from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bench.roundtrips import Recorded
from include.domain.errors import WindowTaken
from include.storage.leases import LENGTH, TRUSTED, hold_lease, take

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
UNIT = "projects/one/videos/units/2026-01-01_2026-01-30/"


def test_a_second_run_waits_until_the_lease_of_the_first_ends(objects):
    take(objects, UNIT, "one", AT)
    with pytest.raises(WindowTaken) as caught:
        take(objects, UNIT, "other", AT + timedelta(minutes=1))
    assert caught.value.resets_at == AT + LENGTH


def test_the_lease_of_a_dead_run_ends_by_itself(objects):
    take(objects, UNIT, "one", AT)
    assert take(objects, UNIT, "other", AT + LENGTH).owner == "other"


def test_the_lease_of_a_run_that_is_known_to_have_ended_is_not_waited_for(objects):
    """Row 18: a run under a new id waited ten minutes for the lease of a dead task."""
    take(objects, UNIT, "one", AT)
    with pytest.raises(WindowTaken):
        take(objects, UNIT, "other", AT, lambda owner: owner == "a third")
    assert take(objects, UNIT, "other", AT, lambda owner: owner == "one").owner == "other"


def test_whether_a_run_has_ended_is_not_asked_where_its_lease_has(objects):
    take(objects, UNIT, "one", AT)
    take(objects, UNIT, "other", AT + LENGTH, is_over=None)


def test_a_lease_is_held_while_something_is_done_and_free_afterwards(objects):
    with hold_lease(objects, UNIT, "one", lambda: AT) as lease:
        with pytest.raises(WindowTaken):
            take(objects, UNIT, "other", AT)
        lease.renew(AT)
    assert take(objects, UNIT, "other", AT).owner == "other"


def test_a_lease_is_free_after_an_error_too(objects):
    with pytest.raises(ZeroDivisionError), hold_lease(objects, UNIT, "one", lambda: AT):
        raise ZeroDivisionError
    assert take(objects, UNIT, "other", AT).owner == "other"


def test_the_same_run_takes_over_at_once(objects):
    take(objects, UNIT, "one", AT)
    assert take(objects, UNIT, "one", AT).number == 2


def test_a_zombie_is_stopped_before_its_next_page(objects):
    zombie = take(objects, UNIT, "one", AT)
    take(objects, UNIT, "one", AT)
    with pytest.raises(WindowTaken):
        zombie.renew(AT)


def test_a_task_that_outlives_a_purge_is_stopped_before_its_next_page(objects):
    """Else it would go on storing pages of a project whose data were certified as gone."""
    lease = take(objects, UNIT, "one", AT)
    objects.delete(objects.paths(UNIT))
    with pytest.raises(WindowTaken):
        lease.renew(AT)
    lease.release(AT)
    assert objects.paths(UNIT) == []


def test_a_zombie_cannot_end_the_lease_of_its_successor(objects):
    zombie = take(objects, UNIT, "one", AT)
    successor = take(objects, UNIT, "one", AT)
    zombie.release(AT)
    successor.renew(AT)
    with pytest.raises(WindowTaken):
        take(objects, UNIT, "other", AT)


def test_a_released_lease_is_free_at_once(objects):
    take(objects, UNIT, "one", AT).release(AT)
    assert take(objects, UNIT, "other", AT).owner == "other"


def test_a_lease_that_is_renewed_does_not_end(objects):
    lease = take(objects, UNIT, "one", AT)
    for minutes in range(1, 60):
        lease.renew(AT + timedelta(minutes=minutes))
        with pytest.raises(WindowTaken):
            take(objects, UNIT, "other", AT + timedelta(minutes=minutes))


def test_of_many_that_come_at_once_one_has_it(objects):
    def come(number):
        try:
            return take(objects, UNIT, f"run {number}", AT)
        except WindowTaken:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = [lease for lease in pool.map(come, range(16)) if lease]
    kept = [lease for lease in taken if _kept(lease)]
    assert len(kept) == 1


def test_a_lease_is_looked_at_once_a_minute_while_requests_go_out(objects):
    recorded = Recorded(objects)
    lease = take(recorded, UNIT, "one", AT)
    recorded.calls.clear()
    for second in range(120):
        lease.keep(AT + timedelta(seconds=second))
    assert recorded.calls == [("paths", f"{UNIT}lease/")]


def test_a_lease_that_is_kept_does_not_end(objects):
    lease = take(objects, UNIT, "one", AT)
    for half_minutes in range(1, 120):
        at = AT + timedelta(seconds=30) * half_minutes
        lease.keep(at)
        with pytest.raises(WindowTaken):
            take(objects, UNIT, "other", at + LENGTH / 2)


@pytest.mark.parametrize("later", [TRUSTED, -timedelta(seconds=1)])
def test_a_zombie_sees_within_a_minute_that_its_lease_is_gone(objects, later):
    zombie = take(objects, UNIT, "one", AT)
    take(objects, UNIT, "one", AT)
    zombie.keep(AT)
    with pytest.raises(WindowTaken):
        zombie.keep(AT + later)
    with pytest.raises(WindowTaken):
        zombie.keep(AT + later)


def test_units_do_not_share_a_lease(objects):
    take(objects, UNIT, "one", AT)
    take(objects, UNIT.replace("01-30", "01-29"), "other", AT)


def _kept(lease):
    try:
        lease.renew(AT)
    except WindowTaken:
        return False
    return True
