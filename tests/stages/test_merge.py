import os
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.counted import Counted
from include.domain.errors import WindowTaken
from include.domain.manifest import State
from include.domain.window import Window
from include.stages.merge import merge
from include.storage.leases import take
from include.storage.manifests import read_dataset, read_unit, write_dataset, write_unit
from include.storage.objects import Objects, open_storage
from include.storage.pages import Pages
from include.storage.parquet import open_object
from include.storage.parts import SortedRuns
from include.tiktok.query import query_id, query_of
from include.tiktok.schemas import VIDEO_SCHEMA, video_table
from tests.pages import body, page
from tests.projects import project
from tests.stages.kills import Killed, Mortal
from tests.stages.reading import LAYOUT, dataset, everything, now, rows, store
from tests.units import unit

JANUARY = Window(date(2026, 1, 1), date(2026, 1, 30))
TURN = Window(date(2026, 1, 31), date(2026, 3, 1))
MARCH = Window(date(2026, 3, 2), date(2026, 3, 31))
FIRST = datetime(2026, 6, 1, 10, tzinfo=UTC)


def video(day, number=1, **more):
    created = int(datetime.combine(day, datetime.min.time(), UTC).timestamp())
    return {"id": (created << 32) + number, "create_time": created, **more}


def complete(objects, window, *seen):
    """A complete window whose part holds these observations: a record and the hour in which it was seen."""
    query = query_of(project())
    with TemporaryDirectory() as folder:
        runs = SortedRuns(Path(folder), "id", VIDEO_SCHEMA)
        for record, hour in seen:
            runs.add(video_table([record], FIRST + timedelta(hours=hour), query_id(query)))
        part = runs.put(store(objects), str(window), VIDEO_SCHEMA)
    rows_of_part = sum(part.months.values())
    counts = {"distinct": rows_of_part, "found": rows_of_part, "fresh": rows_of_part}
    write_unit(store(objects), unit(window, counts=counts, months=part.months, part_sha256=part.sha256, synthetic=True))


@pytest.fixture
def three_windows(objects):
    complete(objects, JANUARY, (video(date(2026, 1, 5)), 0), (video(date(2026, 1, 6)), 0))
    complete(objects, TURN, (video(date(2026, 1, 31)), 0), (video(date(2026, 2, 1)), 0), (video(date(2026, 3, 1)), 0))
    complete(objects, MARCH, (video(date(2026, 3, 2)), 0))


@pytest.mark.usefixtures("three_windows")
def test_the_dataset_is_one_file_for_each_month_of_creation(objects):
    manifest = merge(project(), objects, "manual__1", now)
    assert {month: held.rows for month, held in manifest.months.items()} == {"2026-01": 3, "2026-02": 1, "2026-03": 2}
    assert {row["create_time"].month for row in rows(objects, LAYOUT.month("2026-01"))} == {1}
    assert manifest == read_dataset(store(objects))
    assert manifest.synthetic


@pytest.mark.usefixtures("three_windows")
def test_the_files_hold_the_declared_schema(objects):
    merge(project(), objects, "manual__1", now)
    held = open_object(objects, LAYOUT.month("2026-02")).schema_arrow
    assert held.names == VIDEO_SCHEMA.names
    assert {str(held.field(name).type) for name in ("id", "music_id", "playlist_id", "view_count")} == {"int64"}
    assert str(held.field("create_time").type).endswith("tz=UTC]")
    assert all(field.nullable for field in held)


def test_the_latest_observation_wins_and_the_first_is_remembered(objects):
    one = video(date(2026, 1, 5))
    complete(objects, JANUARY, (one | {"view_count": 1}, 0))
    merge(project(), objects, "manual__1", now)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (one | {"view_count": 9}, 5))
    merge(project(), objects, "manual__1", now)
    (row,) = dataset(objects)
    assert (row["view_count"], row["first_seen"], row["observed_at"]) == (9, FIRST, FIRST + timedelta(hours=5))


def test_an_older_observation_that_comes_later_changes_only_when_it_was_first_seen(objects):
    one = video(date(2026, 1, 5))
    complete(objects, JANUARY, (one | {"view_count": 9}, 5))
    merge(project(), objects, "manual__1", now)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (one | {"view_count": 1}, 0))
    merge(project(), objects, "manual__1", now)
    (row,) = dataset(objects)
    assert (row["view_count"], row["first_seen"], row["observed_at"]) == (9, FIRST, FIRST + timedelta(hours=5))


@pytest.mark.usefixtures("three_windows")
def test_merging_again_changes_no_byte_and_touches_no_file(objects, tmp_path):
    merge(project(), objects, "manual__1", now)
    before, touched = everything(objects), times(tmp_path)
    merge(project(), objects, "manual__1", now)
    assert everything(objects) == before
    assert times(tmp_path) == touched


@pytest.mark.usefixtures("three_windows")
def test_a_month_without_news_is_not_touched(objects, tmp_path):
    merge(project(), objects, "manual__1", now)
    before, touched = everything(objects), times(tmp_path)
    complete(objects, MARCH, (video(date(2026, 3, 2)), 0), (video(date(2026, 3, 3)), 0))
    manifest = merge(project(), objects, "manual__1", now)
    assert manifest.months["2026-03"].rows == 3
    for month in ("2026-01", "2026-02"):
        path = LAYOUT.month(month)
        assert (objects.read(path), times(tmp_path)[path]) == (before[path], touched[path])


@pytest.mark.usefixtures("three_windows")
def test_a_lost_manifest_of_the_dataset_is_made_again(objects):
    merge(project(), objects, "manual__1", now)
    before = everything(objects)
    objects.delete([LAYOUT.dataset_manifest])
    merge(project(), objects, "manual__1", now)
    assert everything(objects) == before


@pytest.mark.usefixtures("three_windows")
def test_a_lost_month_is_made_again(objects):
    merge(project(), objects, "manual__1", now)
    before = everything(objects)
    objects.delete([LAYOUT.month("2026-01")])
    merge(project(), objects, "manual__1", now)
    assert everything(objects) == before


@pytest.mark.usefixtures("three_windows")
@pytest.mark.parametrize(("ending", "nth"), [(".parquet", 1), (".parquet", 2), ("dataset/manifest.json", 1)])
@pytest.mark.parametrize("before", [True, False])
def test_a_merge_killed_at_any_moment_is_mended_by_the_next(objects, tmp_path, ending, nth, before):
    unharmed = open_storage(f"file://{tmp_path}/unharmed")
    for path in objects.paths(""):
        unharmed.write(path, objects.read(path))
    merge(project(), unharmed, "manual__1", now)
    with pytest.raises(Killed):
        merge(project(), Mortal.of(objects, ending, nth, before=before), "manual__1", now)
    merge(project(), objects, "manual__1", now)
    assert everything(objects) == everything(unharmed)


@pytest.mark.usefixtures("three_windows")
def test_a_month_that_was_put_before_its_manifest_is_never_half(objects):
    complete(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    with pytest.raises(Killed):
        merge(project(), Mortal.of(objects, ".parquet", 1), "manual__1", now)
    assert len(rows(objects, LAYOUT.month("2026-01"))) == 2


def test_an_empty_window_adds_nothing(objects):
    complete(objects, JANUARY)
    manifest = merge(project(), objects, "manual__1", now)
    assert (manifest.rows, manifest.months) == (0, {})
    assert dataset(objects) == []


def test_without_any_window_there_is_nothing_to_merge(objects):
    assert merge(project(), objects, "manual__1", now).rows == 0


def test_a_video_without_a_creation_time_lies_in_the_month_of_its_id(objects):
    undated = video(date(2026, 2, 14)) | {"create_time": None}
    complete(objects, TURN, (undated, 0))
    months = merge(project(), objects, "manual__1", now).months
    assert {month: held.rows for month, held in months.items()} == {"2026-02": 1}


def test_a_video_lies_in_one_month_though_tiktok_left_its_creation_time_out_once(objects):
    """Its id is half a minute older than its creation, and may be of the month before."""
    midnight = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    dated = {"id": ((midnight - 15) << 32) + 7, "create_time": midnight + 15}
    for hour, record in enumerate((dated, dated | {"create_time": None}, dated)):
        complete(objects, TURN, (record, hour))
        months = merge(project(), objects, "manual__1", now).months
        assert {month: held.rows for month, held in months.items()} == {"2026-01": 1}


def test_of_two_merges_at_the_same_time_one_waits(objects):
    """Both would bring their news into the same month, and the later put would lose the earlier one's."""
    complete(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    lease = take(objects, LAYOUT.harvest, "manual__2", now())
    with pytest.raises(WindowTaken, match="Another run is at work"):
        merge(project(), objects, "manual__1", now)
    lease.release(now())
    assert merge(project(), objects, "manual__1", now).rows == 1


def test_other_projects_are_not_merged(objects):
    complete(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    assert merge(project(project_id="tiktok_query_0000006"), objects, "manual__1", now).rows == 0


def begun(objects, window, *seen, number=1):
    """A window whose task died after these pages, each with one observation."""
    query = query_of(project())
    write_unit(store(objects), unit(window, State.OPEN))
    for place, (record, hour) in enumerate(seen, number):
        stored = page(
            number=place,
            query_id=query_id(query),
            answer=body([record], cursor=place * 100, has_more=True),
            received_at=FIRST + timedelta(hours=hour),
        )
        Pages(store(objects), str(window)).append(stored)


def test_the_pages_of_a_window_whose_task_died_are_merged(objects):
    begun(objects, JANUARY, (video(date(2026, 1, 5)), 0), (video(date(2026, 1, 6)), 1))
    manifest = merge(project(), objects, "manual__1", now)
    assert (manifest.rows, len(dataset(objects))) == (2, 2)
    unfinished = read_unit(store(objects), str(JANUARY))
    assert (unfinished.state, unfinished.covers) == (State.OPEN, False), "its part does not make it complete"
    assert (unfinished.now.counts.pages, unfinished.now.counts.distinct) == (2, 2)
    assert unfinished.months == {"2026-01": 2}


def test_an_unfinished_window_without_news_is_not_merged_again(objects, tmp_path):
    begun(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    merge(project(), objects, "manual__1", now)
    months = {path: at for path, at in times(tmp_path).items() if "/dataset/" in path}
    before = everything(objects)
    merge(project(), objects, "manual__2", now)
    assert everything(objects) == before
    assert {path: at for path, at in times(tmp_path).items() if "/dataset/" in path} == months


def test_pages_that_came_since_are_merged_by_the_next(objects):
    begun(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    merge(project(), objects, "manual__1", now)
    begun(objects, JANUARY, (video(date(2026, 1, 7)), 2), number=2)
    assert merge(project(), objects, "manual__2", now).rows == 2


def test_an_unfinished_window_of_long_ago_is_merged_beside_those_of_its_month(objects, tmp_path):
    days = [Window(date(2026, 1, day), date(2026, 1, day)) for day in range(1, 6)]
    for window in (*days, TURN, MARCH, Window(date(2026, 4, 1), date(2026, 4, 1))):
        complete(objects, window, (video(window.start), 0))
    begun(objects, JANUARY, (video(date(2026, 1, 20)), 0))
    long_ago(tmp_path)
    assert merge(project(), objects, "manual__1", now).rows == 9
    begun(objects, JANUARY, (video(date(2026, 1, 21)), 0), number=2)
    long_ago(tmp_path)
    again = merge(project(), objects, "manual__2", now)
    assert (again.rows, again.units.count) == (10, 9)


def test_a_window_at_which_another_run_is_at_work_is_left_as_it_is(objects):
    begun(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    complete(objects, MARCH, (video(date(2026, 3, 2)), 0))
    take(objects, LAYOUT.unit(str(JANUARY)), "another run", now())
    assert merge(project(), objects, "manual__1", now).rows == 1
    assert objects.read(LAYOUT.part(str(JANUARY))) is None


def test_what_was_not_asked_for_stays_marked_in_the_dataset(objects):
    begun(objects, JANUARY, (video(date(2026, 2, 5)), 0), (video(date(2026, 1, 6)), 1))
    merge(project(), objects, "manual__1", now)
    assert [row["foreign"] for row in dataset(objects)] == [None, "day"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("ending", ["part.parquet", f"manifests/{JANUARY}.json"])
def test_a_merge_killed_while_it_makes_a_part_is_mended_by_the_next(objects, ending, before):
    begun(objects, JANUARY, (video(date(2026, 1, 5)), 0))
    with pytest.raises(Killed):
        merge(project(), Mortal.of(objects, ending, 1, before=before), "manual__1", now)
    assert merge(project(), objects, "manual__1", now).rows == 1
    assert len(dataset(objects)) == 1


WINDOWS = (JANUARY, Window(date(2026, 1, 10), date(2026, 1, 12)), Window(date(2026, 1, 11), date(2026, 2, 9)))
SEEN = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5)), max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.tuples(SEEN, SEEN, SEEN), st.sampled_from(list(permutations(range(3)))))
def test_parts_merged_in_any_order_give_the_same_rows(tmp_path_factory, seen, order):
    folder = tmp_path_factory.mktemp("merge")
    at_once, one_by_one = open_storage(f"file://{folder}/a"), open_storage(f"file://{folder}/b")

    def observations(number):
        return [(video(date(2026, 1, 11), key, view_count=hour), hour) for key, hour in seen[number]]

    for number in range(3):
        complete(at_once, WINDOWS[number], *observations(number))
    merge(project(), at_once, "manual__1", now)
    for number in order:
        complete(one_by_one, WINDOWS[number], *observations(number))
        merge(project(), one_by_one, "manual__1", now)
    assert dataset(one_by_one) == dataset(at_once)
    everyone = [each for number in range(3) for each in seen[number]]
    assert [(row["id"] & 7, row["view_count"]) for row in dataset(at_once)] == [
        (key, max(hour for each, hour in everyone if each == key)) for key in sorted({key for key, _ in everyone})
    ]


@pytest.mark.usefixtures("three_windows")
def test_a_month_whose_file_is_not_the_one_that_its_manifest_tells_of_is_merged_again(objects):
    """As after a restore, when the copy of the manifest is newer than that of the file."""
    merge(project(), objects, "manual__1", now)
    old = objects.read(LAYOUT.month("2026-01"))
    complete(objects, JANUARY, (video(date(2026, 1, 5)), 0), (video(date(2026, 1, 6)), 0), (video(date(2026, 1, 7)), 0))
    wanted = merge(project(), objects, "manual__2", now)
    after = everything(objects)
    objects.write(LAYOUT.month("2026-01"), old)
    assert merge(project(), objects, "manual__3", now) == wanted
    assert everything(objects) == after


@pytest.mark.usefixtures("three_windows")
def test_months_without_news_are_not_looked_into(objects, monkeypatch):
    merge(project(), objects, "manual__1", now)
    monkeypatch.setattr(Objects, "reader", None)
    merge(project(), objects, "manual__2", now)


@pytest.mark.usefixtures("three_windows")
def test_a_manifest_from_before_sizes_were_noted_learns_them(objects):
    wanted = merge(project(), objects, "manual__1", now)
    older = {month: held.model_copy(update={"bytes": 0}) for month, held in wanted.months.items()}
    write_dataset(store(objects), wanted.model_copy(update={"months": older}))
    assert merge(project(), objects, "manual__2", now) == wanted


@pytest.mark.usefixtures("three_windows")
def test_a_merge_without_news_costs_four_calls_and_waits_for_nobody(objects, tmp_path):
    long_ago(tmp_path)
    merge(project(), objects, "manual__1", now)
    take(objects, LAYOUT.harvest, "another run", now())
    watched = Counted(objects)
    merge(project(), watched, "manual__2", now)
    assert watched.calls == {"stored": 2, "read": 2}


@pytest.mark.usefixtures("three_windows")
def test_a_new_part_costs_the_same_calls_however_many_there_are(objects, tmp_path):
    spent = []
    for month in (4, 5):
        for day in range(1, 30):
            complete(objects, Window(date(2026, month, day), date(2026, month, day)))
        long_ago(tmp_path)
        merge(project(), objects, "manual__1", now)
        new = date(2026, month, 30)
        complete(objects, Window(new, new), (video(new), 0))
        long_ago(tmp_path)
        watched = Counted(objects)
        merge(project(), watched, "manual__2", now)
        spent.append(watched.calls)
    assert spent[0] == spent[1]
    assert spent[0].total() <= 25


@pytest.mark.usefixtures("three_windows")
def test_what_a_person_accepted_stands_in_the_manifest_of_the_dataset_though_no_row_is_new(objects):
    write_unit(store(objects), unit(MARCH, State.SUSPECT))
    query = query_id(query_of(project()))
    assert MARCH.end not in merge(project(), objects, "manual__1", now).units.of_query(query).covered[-1]
    suspect = read_unit(store(objects), str(MARCH))
    write_unit(store(objects), suspect.accept("Ada", "a holiday", now()))
    assert MARCH.end in merge(project(), objects, "manual__2", now).units.of_query(query).covered[-1]


@pytest.mark.usefixtures("three_windows")
def test_a_lost_rollup_changes_no_byte_of_the_dataset_and_is_made_again(objects, tmp_path):
    long_ago(tmp_path)
    merge(project(), objects, "manual__1", now)
    before, rollup = everything(objects), objects.read(LAYOUT.rollup)
    objects.delete([LAYOUT.rollup])
    merge(project(), objects, "manual__2", now)
    assert everything(objects) == before
    assert objects.read(LAYOUT.rollup) == rollup


@pytest.mark.usefixtures("three_windows")
def test_a_part_whose_manifest_is_gone_stays_merged(objects):
    merge(project(), objects, "manual__1", now)
    objects.delete([LAYOUT.manifest(str(MARCH))])
    for run in ("manual__2", "manual__3"):
        assert merge(project(), objects, run, now).rows == 6
    complete(objects, TURN, (video(date(2026, 3, 1)), 0), (video(date(2026, 3, 1), 2), 0))
    assert merge(project(), objects, "manual__4", now).months["2026-03"].rows == 3


def long_ago(folder):
    """Make every manifest older than a tick of a file system's clock, which a merge would not trust."""
    for path in (folder / "storage" / LAYOUT.manifests).glob("*.json"):
        os.utime(path, (1_700_000_000 + path.stat().st_mtime % 1e6,) * 2)


def times(folder):
    """When each object on the disk, but for leases and the roll-up, was written last, to the nanosecond."""
    root = folder / "storage"
    cache = root / LAYOUT.rollup
    files = (path for path in root.rglob("*") if path.is_file() and path.parent.name != "lease" and path != cache)
    return {str(path.relative_to(root)): path.stat().st_mtime_ns for path in files}
