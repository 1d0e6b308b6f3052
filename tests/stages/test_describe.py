import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from include.domain.errors import StorageUnavailable
from include.domain.window import Window
from include.icandid.collection import Collection
from include.icandid.record import record_id
from include.stages.describe import RecordCounts, describe
from include.stages.hand_over import HandOver
from include.stages.merge import merge
from include.storage.manifests import read_dataset
from include.storage.objects import Objects
from include.tiktok.query import query_of
from tests.projects import project
from tests.stages.kills import Killed, Mortal
from tests.stages.reading import LAYOUT, everything, now, store
from tests.stages.test_merge import JANUARY, TURN, complete, video

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = video(date(2026, 1, 5), 1, username="synth_nieuws_be", video_description="Met de fiets", region_code="BE")
TWO = video(date(2026, 1, 6), 2, username="synth_nieuws_be", video_description="Klimaat", region_code="BE")


@pytest.fixture
def merged(objects):
    """A dataset of two videos in one month."""
    complete(objects, JANUARY, (ONE, 0), (TWO, 0))
    return merge(project(), objects, "manual__1", now)


def record_paths(objects):
    return objects.paths(LAYOUT.records)


def refused_paths(objects):
    return objects.paths(f"{LAYOUT.root}/refused/")


def described(objects, **changes):
    dataset, wanted = read_dataset(store(objects)), project(**changes)
    collection = Collection.of(wanted, query_of(wanted), synthetic=dataset.synthetic)
    return describe(collection, dataset, objects, HandOver(objects, LAYOUT, "run"), AT)


def refuse(monkeypatch, *video_ids):
    """Let the checker find fault with the records of these videos."""
    from include.icandid.fields import Fault
    from include.stages import describe as module

    strict = module.faults

    def faults(document, mode):
        wrong = any(str(video_id) in document["@id"] for video_id in video_ids)
        return [Fault("name", "is not what it should be")] if wrong else strict(document, mode)

    monkeypatch.setattr(module, "faults", faults)


@pytest.mark.usefixtures("merged")
def test_each_video_becomes_one_record_under_its_day(objects):
    assert described(objects) == RecordCounts(accepted=2, refused=0, sent=2)
    assert record_paths(objects) == [
        f"{LAYOUT.records}2026/01/05/iCANDID_tiktok_{ONE['id']}.json",
        f"{LAYOUT.records}2026/01/06/iCANDID_tiktok_{TWO['id']}.json",
    ]
    document = json.loads(objects.read(record_paths(objects)[0]))
    assert document["@id"] == f"iCANDID_tiktok_{ONE['id']}"


@pytest.mark.usefixtures("merged")
def test_describing_again_sends_nothing_and_changes_nothing(objects):
    described(objects)
    before = everything(objects)
    assert described(objects) == RecordCounts(accepted=2, refused=0, sent=0)
    assert everything(objects) == before


@pytest.mark.usefixtures("merged")
def test_a_changed_count_sends_one_record(objects):
    described(objects)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE | {"view_count": 7}, 5))
    merge(project(), objects, "manual__1", now)
    assert described(objects) == RecordCounts(accepted=2, refused=0, sent=1)


@pytest.mark.usefixtures("merged")
def test_another_observation_that_says_the_same_sends_nothing(objects):
    described(objects)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE, 5))
    merge(project(), objects, "manual__1", now)
    assert described(objects).sent == 0


@pytest.mark.usefixtures("merged")
def test_news_in_one_month_leaves_the_records_of_others_alone(objects):
    described(objects)
    complete(objects, TURN, (video(date(2026, 2, 1), username="synth_nieuws_be"), 0))
    merge(project(), objects, "manual__1", now)
    assert described(objects) == RecordCounts(accepted=3, refused=0, sent=1)


@pytest.mark.usefixtures("merged")
def test_another_title_sends_every_record_again(objects):
    described(objects)
    assert described(objects, title="Another title").sent == 2


@pytest.mark.usefixtures("merged")
def test_a_refused_record_is_counted_and_kept_with_its_reasons(objects, monkeypatch):
    refuse(monkeypatch, ONE["id"])
    assert described(objects) == RecordCounts(accepted=1, refused=1, sent=1)
    assert len(record_paths(objects)) == 1
    (path,) = refused_paths(objects)
    kept = json.loads(objects.read(path))
    assert kept["faults"] == [{"path": "name", "reason": "is not what it should be"}]
    assert kept["record"]["@id"] == f"iCANDID_tiktok_{ONE['id']}"


@pytest.mark.usefixtures("merged")
def test_a_refused_record_stays_counted_when_nothing_has_changed(objects, monkeypatch):
    refuse(monkeypatch, ONE["id"])
    described(objects)
    assert described(objects) == RecordCounts(accepted=1, refused=1, sent=0)


def test_a_video_without_a_creation_time_is_described_under_the_day_of_its_id(objects):
    complete(objects, TURN, (video(date(2026, 2, 14), username="synth_nieuws_be") | {"create_time": None}, 0))
    merge(project(), objects, "manual__1", now)
    assert described(objects) == RecordCounts(accepted=1, refused=0, sent=1)
    (path,) = record_paths(objects)
    assert path.startswith(f"{LAYOUT.records}2026/02/14/")


def test_a_video_with_nothing_but_an_id_is_accepted_or_refused_but_never_lost(objects):
    complete(objects, JANUARY, ({"id": ONE["id"]}, 0))
    merge(project(), objects, "manual__1", now)
    told = described(objects)
    assert (told.accepted + told.refused, told.sent) == (1, 1)


@pytest.mark.usefixtures("merged")
def test_a_description_killed_midway_is_completed_by_the_next(objects):
    with pytest.raises(Killed):
        described(Mortal.of(objects, "", 1))
    assert described(objects).accepted == 2
    assert len(record_paths(objects)) == 2
    assert described(objects).sent == 0


@dataclass(frozen=True)
class Watched(Objects):
    """A storage that remembers which Parquet files were opened."""

    opened: list[str] = field(default_factory=list)

    def reader(self, path):
        self.opened.append(path)
        return super().reader(path)


def watched(objects):
    return Watched(objects.store, objects.url)


@pytest.fixture
def two_months(objects, merged):
    complete(objects, TURN, (video(date(2026, 2, 1), username="synth_nieuws_be"), 0))
    merge(project(), objects, "manual__1", now)


@pytest.mark.usefixtures("two_months")
def test_of_an_unchanged_month_neither_rows_nor_digests_are_read(objects):
    described(objects)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE | {"view_count": 7}, 5))
    merge(project(), objects, "manual__1", now)
    watch = watched(objects)
    assert described(watch).sent == 1
    assert watch.opened == [LAYOUT.described("tree", "2026-01"), LAYOUT.month("2026-01")]
    watch = watched(objects)
    assert described(watch) == RecordCounts(accepted=3)
    assert watch.opened == []


@pytest.mark.usefixtures("two_months")
def test_another_observation_that_says_the_same_is_read_once(objects):
    described(objects)
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE, 5))
    merge(project(), objects, "manual__1", now)
    assert described(objects).sent == 0
    watch = watched(objects)
    described(watch)
    assert watch.opened == []


@pytest.mark.usefixtures("two_months")
@pytest.mark.parametrize("lines", [None, b"{}", b"not JSON", b'{"2026-01": {"of": 3}}'])
def test_lost_or_broken_lines_change_nothing_but_speed(objects, lines):
    described(objects)
    path = LAYOUT.described_months("tree")
    before = everything(objects)
    objects.delete([path]) if lines is None else objects.write(path, lines)
    watch = watched(objects)
    assert described(watch) == RecordCounts(accepted=3)
    assert watch.opened == [LAYOUT.described("tree", month) for month in ("2026-01", "2026-02")]
    assert everything(objects) == before


@pytest.mark.usefixtures("merged")
def test_an_old_copy_of_the_lines_is_not_believed(objects):
    described(objects)
    old = objects.read(LAYOUT.described_months("tree"))
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE | {"view_count": 7}, 5))
    merge(project(), objects, "manual__1", now)
    described(objects)
    objects.write(LAYOUT.described_months("tree"), old)
    watch = watched(objects)
    assert described(watch) == RecordCounts(accepted=2)
    assert watch.opened == [LAYOUT.described("tree", "2026-01")]


@pytest.mark.usefixtures("merged")
def test_a_line_is_not_believed_without_its_digests(objects):
    described(objects)
    objects.delete([LAYOUT.described("tree", "2026-01")])
    assert described(objects).sent == 2


@pytest.mark.usefixtures("merged")
def test_a_line_is_not_believed_of_digests_that_somebody_else_has_put_since(objects, monkeypatch):
    described(objects)
    lines = objects.read(LAYOUT.described_months("tree"))
    objects.delete([LAYOUT.described("tree", "2026-01")])
    refuse(monkeypatch, ONE["id"])
    described(objects)
    objects.write(LAYOUT.described_months("tree"), lines)
    assert described(objects) == RecordCounts(accepted=1, refused=1)


def test_more_records_than_are_put_at_once_are_all_sent_or_refused(objects, monkeypatch):
    videos = [video(date(2026, 1, 5), number, username="synth_nieuws_be") for number in range(100)]
    complete(objects, JANUARY, *((each, 0) for each in videos))
    merge(project(), objects, "manual__1", now)
    refuse(monkeypatch, *(each["id"] for each in videos[:40]))
    assert described(objects) == RecordCounts(accepted=60, refused=40, sent=60)
    assert (len(record_paths(objects)), len(refused_paths(objects))) == (60, 40)


@dataclass(frozen=True)
class Full(Objects):
    """A storage that has no room for the records of one video."""

    video: int = 0

    def write(self, path, content):
        if path.endswith(record_id(self.video)):
            raise StorageUnavailable(f"no room for {path}")
        return super().write(path, content)


@pytest.mark.usefixtures("merged")
def test_a_record_that_cannot_be_put_fails_the_run_and_is_put_by_the_next(objects):
    with pytest.raises(StorageUnavailable, match="no room"):
        described(Full(objects.store, objects.url, TWO["id"]))
    assert objects.paths(LAYOUT.all_described("tree")) == []
    assert described(objects) == RecordCounts(accepted=2, sent=2)


def test_an_empty_dataset_has_no_records(objects):
    complete(objects, JANUARY)
    merge(project(), objects, "manual__1", now)
    assert described(objects) == RecordCounts()
