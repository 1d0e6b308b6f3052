from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import WindowTaken
from include.storage.leases import LENGTH, take

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
WINDOW = "projects/one/videos/windows/2026-01-01_2026-01-30/"


def test_a_second_run_waits_until_the_lease_of_the_first_ends(objects):
    take(objects, WINDOW, "one", AT)
    with pytest.raises(WindowTaken) as caught:
        take(objects, WINDOW, "other", AT + timedelta(minutes=1))
    assert caught.value.resets_at == AT + LENGTH


def test_the_lease_of_a_dead_run_ends_by_itself(objects):
    take(objects, WINDOW, "one", AT)
    assert take(objects, WINDOW, "other", AT + LENGTH).owner == "other"


def test_the_same_run_takes_over_at_once(objects):
    take(objects, WINDOW, "one", AT)
    assert take(objects, WINDOW, "one", AT).number == 2


def test_a_zombie_is_stopped_before_its_next_page(objects):
    zombie = take(objects, WINDOW, "one", AT)
    take(objects, WINDOW, "one", AT)
    with pytest.raises(WindowTaken):
        zombie.keep(AT)


def test_a_task_that_outlives_a_purge_is_stopped_before_its_next_page(objects):
    """Else it would go on storing pages of a project whose data were certified as gone."""
    lease = take(objects, WINDOW, "one", AT)
    objects.delete(objects.paths(WINDOW))
    with pytest.raises(WindowTaken):
        lease.keep(AT)
    lease.release(AT)
    assert objects.paths(WINDOW) == []


def test_a_zombie_cannot_end_the_lease_of_its_successor(objects):
    zombie = take(objects, WINDOW, "one", AT)
    successor = take(objects, WINDOW, "one", AT)
    zombie.release(AT)
    successor.keep(AT)
    with pytest.raises(WindowTaken):
        take(objects, WINDOW, "other", AT)


def test_a_released_lease_is_free_at_once(objects):
    take(objects, WINDOW, "one", AT).release(AT)
    assert take(objects, WINDOW, "other", AT).owner == "other"


def test_a_lease_that_is_kept_does_not_end(objects):
    lease = take(objects, WINDOW, "one", AT)
    for minutes in range(1, 60):
        lease.keep(AT + timedelta(minutes=minutes))
        with pytest.raises(WindowTaken):
            take(objects, WINDOW, "other", AT + timedelta(minutes=minutes))


def test_of_many_that_come_at_once_one_has_it(objects):
    def come(number):
        try:
            return take(objects, WINDOW, f"run {number}", AT)
        except WindowTaken:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = [lease for lease in pool.map(come, range(16)) if lease]
    kept = [lease for lease in taken if _kept(lease)]
    assert len(kept) == 1


def test_windows_do_not_share_a_lease(objects):
    take(objects, WINDOW, "one", AT)
    take(objects, WINDOW.replace("01-30", "01-29"), "other", AT)


def _kept(lease):
    try:
        lease.keep(AT)
    except WindowTaken:
        return False
    return True
