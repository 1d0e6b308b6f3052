"""Purging through a real storage on disk, the real registry on SQLite, and the stand-in of the search engine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from include.domain.certificate import Approval, Kind
from include.domain.errors import CountsDiffer, PurgeRefused
from include.icandid.collection import Collection
from include.icandid.index import SearchIndex
from include.icandid.index_setup import prepare, search_client
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.registry_row import RegistryRow
from include.stages.inventory import inventory
from include.stages.merge import merge
from include.stages.purge import Order, purge
from include.stages.register import register
from include.storage.certificates import read
from include.storage.configurations import keep
from include.storage.layout import ProjectLayout
from include.storage.leases import take
from include.storage.objects import Objects
from include.tiktok.query import query_of
from tests.icandid.search_engine import stand_in
from tests.projects import PROJECT, project
from tests.stages.kills import Killed
from tests.stages.reading import LAYOUT, everything
from tests.stages.test_describe import AT, ONE, TWO
from tests.stages.test_merge import JANUARY, TURN, complete
from tests.stages.test_register import THREE

ID = PROJECT["project_id"]
ROW = RegistryRow.of(Collection.of(project(), query_of(project())))
OTHER = f"{ID}0"
APPROVAL = Approval(by="admin", at=AT)
#: What a harvested project has, but for leases.
KINDS = {
    "caches": 2,
    "configuration versions": 1,
    "dataset files": 7,
    "lists of records": 9,
    "manifests": 2,
    "pages": 4,
    "parts": 2,
    "records for iCANDID": 3,
    "refusals": 1,
    "samples": 1,
}
OBJECTS = sum(KINDS.values())
CONTENT = ("synth_nieuws_be", "synth_journal_be", "Met de fiets", "Klimaat", "fietsen", str(ONE["id"]))


def now():
    return AT


@pytest.fixture
def registry(tmp_path):
    return Registry(registry_engine(f"sqlite:///{tmp_path}/registry.sqlite"))


@pytest.fixture
def engine():
    with stand_in() as (url, inside):
        inside.url = url
        yield inside


@pytest.fixture
def index(engine):
    with search_client(engine.url) as client:
        prepare(client, "icandid", AT, own=True)
        yield SearchIndex(client, "icandid", pause=lambda _: None)


def harvested(objects, registry, index, project_id=ID):
    """A project with two windows, pages, answers, a dataset, records and a registration, in the layout of its id."""
    layout, one = ProjectLayout(project_id), project(project_id=project_id)
    keep(objects, layout, one, AT - timedelta(days=30), "engineer")
    for window, seen in ((JANUARY, [(ONE, 0), (TWO, 0)]), (TURN, [(THREE, 0)])):
        complete(objects, window, *seen)
        objects.write(LAYOUT.page(str(window), 1, 1, 1), b'{"videos": "synth_nieuws_be"}')
        objects.write(LAYOUT.page(str(window), 1, 2, 1), b"a page of another slice")
    objects.write(LAYOUT.answer(str(JANUARY), "log"), b"refused: synth_nieuws_be")
    objects.write(LAYOUT.estimate, b"{}")
    if project_id != ID:
        for path in objects.paths(f"{LAYOUT.harvest}"):
            objects.write(path.replace(LAYOUT.root, layout.root), objects.read(path))
    merge(one, objects, "run", now)
    register(one, objects, registry, "run", AT, [index])


@pytest.fixture
def full(objects, registry, index):
    harvested(objects, registry, index)
    objects.write("quota/client/2026-06-01/task.json", b"{}")


def order(objects, registry, indices, **changes):
    counted = inventory(LAYOUT, objects, registry, indices, AT)
    return Order(
        **{
            "approved": counted,
            "approval": APPROVAL,
            "asked_by": "engineer",
            "reason": "the study is over",
            "run": "manual__1",
            "left_to_do": ("the connection",),
        }
        | changes
    )


@pytest.mark.usefixtures("full")
def test_an_inventory_counts_every_sort_of_thing(objects, registry, index):
    there = inventory(LAYOUT, objects, registry, [index], AT)
    assert {name: kind.objects for name, kind in there.kinds.items()} == KINDS
    size = sum(len(objects.read(path)) for path in objects.paths(LAYOUT.everything) if "/lease/" not in path)
    assert there.total == Kind(objects=OBJECTS, bytes=size)
    assert (there.rows, there.windows, there.documents, there.registry_row) == ({"videos": 3}, 2, {"index": 3}, "there")
    assert (there.first_day, there.last_day) == (JANUARY.start, TURN.end)


@pytest.mark.usefixtures("full")
def test_an_inventory_shows_counts_and_no_content(objects, registry, index):
    there = inventory(LAYOUT, objects, registry, [index], AT)
    text = "\n".join([*there.table(), *there.sentences()])
    assert "| pages | 4 |" in text
    assert "Rows of the dataset of videos: 3" in text
    assert "Documents of the dataset in the search index: 3" in text
    assert "Windows: 2, 2026-01-01 to 2026-03-01" in text
    assert not [content for content in CONTENT if content in text]


@pytest.mark.usefixtures("full")
def test_a_manifest_that_cannot_be_read_keeps_nobody_from_counting(objects, registry, index):
    objects.write(LAYOUT.dataset_manifest, b"{")
    assert inventory(LAYOUT, objects, registry, [index], AT).rows == {"videos": None}


@pytest.mark.usefixtures("full")
def test_a_purge_leaves_a_certificate_and_nothing_else(objects, registry, index, engine, tmp_path):
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert objects.paths(LAYOUT.everything) == []
    assert not (tmp_path / "storage" / LAYOUT.root).exists(), "not even empty folders"
    assert registry.row(ID) is None
    assert (index.count(ID), engine.documents) == (0, {})
    assert done.before.total.objects == OBJECTS
    assert (done.after.total, done.after.registry_row, done.after.documents) == (Kind(), "none", {"index": 0})
    assert objects.paths("") == [
        "certificates/tiktok_query_0000005/20260601T120000Z.json",
        "certificates/tiktok_query_0000005/20260601T120000Z.md",
        "quota/client/2026-06-01/task.json",
    ]


@pytest.mark.usefixtures("full")
def test_what_an_earlier_version_stored_in_another_layout_is_counted_and_removed(objects, registry, index):
    for path in ("manifest.json", "pages/0001/000001.json.zst", "lease/000001.json"):
        objects.write(f"{LAYOUT.earlier_layout}{JANUARY}/{path}", b"synth_nieuws_be")
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert done.before.kinds["objects of an earlier layout"].objects == 2
    assert objects.paths(LAYOUT.everything) == []


def test_a_project_of_an_earlier_version_alone_is_removed_too(objects, registry, index):
    objects.write(f"{LAYOUT.earlier_layout}{JANUARY}/manifest.json", b"{}")
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert (done.before.total.objects, objects.paths(LAYOUT.everything)) == (1, [])


@pytest.mark.usefixtures("full")
def test_a_certificate_says_who_when_why_and_how_many_and_quotes_nothing(objects, registry, index):
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    kept = json.loads(objects.read(LAYOUT.certificate(done.timestamp)))
    text = objects.read(LAYOUT.certificate_text(done.timestamp)).decode()
    assert (kept["asked_by"], kept["reason"]) == ("engineer", "the study is over")
    assert kept["approvals"] == [{"by": "admin", "at": "2026-06-01T12:00:00Z"}]
    assert kept["changes"] == [{"by": "engineer", "at": "2026-05-02T12:00:00Z"}]
    assert "Remaining below the project's folder: 0 objects" in text
    assert "- Approved by: admin, 2026-06-01 12:00:00 UTC" in text
    assert "| pages | 4 |" in text
    assert "- the connection" in text
    assert not [content for content in CONTENT if content in text + json.dumps(kept)]


def test_a_document_of_another_dataset_too_stays_there_and_another_project_stays_whole(
    objects, registry, index, engine
):
    harvested(objects, registry, index)
    harvested(objects, registry, index, OTHER)
    other = {path: objects.read(path) for path in objects.paths(ProjectLayout(OTHER).everything)}
    assert (len(engine.documents), index.count(OTHER)) == (3, 3)
    purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert (index.count(ID), index.count(OTHER), len(engine.documents)) == (0, 3, 3)
    assert {path: objects.read(path) for path in objects.paths(ProjectLayout(OTHER).everything)} == other
    assert registry.row(OTHER) is not None


@pytest.mark.usefixtures("full")
def test_without_an_index_the_certificate_says_what_to_take_out_there(objects, registry):
    done = purge(order(objects, registry, []), objects, registry, [], now)
    said = " ".join(done.left_to_do)
    assert '{"term": {"isBasedOn.isPartOf.@id": "tiktok_query_0000005"}}' in said
    assert "Documents in the search index: unknown" in done.markdown()


@pytest.mark.usefixtures("full")
def test_a_purge_is_refused_while_a_window_is_harvested(objects, registry, index):
    asked, lease = order(objects, registry, [index]), take(objects, LAYOUT.unit(str(TURN)), "another run", AT)
    before = everything(objects)
    with pytest.raises(PurgeRefused, match=r"a harvest is at work .*2026-01-31_2026-03-01"):
        purge(asked, objects, registry, [index], now)
    assert everything(objects) == before
    assert (registry.row(ID)["available"], index.count(ID), read(objects, LAYOUT)) == (True, 3, [])
    lease.release(AT)
    assert purge(asked, objects, registry, [index], now).after.empty


@pytest.mark.usefixtures("full")
def test_a_purge_is_refused_while_the_dataset_is_merged(objects, registry, index):
    asked = order(objects, registry, [index])
    take(objects, LAYOUT.harvest, "another run", AT)
    with pytest.raises(PurgeRefused, match="a harvest is at work"):
        purge(asked, objects, registry, [index], now)


@pytest.mark.usefixtures("full")
def test_nobody_can_harvest_a_window_while_it_is_purged(objects, registry, index, monkeypatch):
    from include.domain.errors import WindowTaken
    from include.stages import purge as module

    withdraw, refused = module._withdraw, []

    def meanwhile(*args):
        with pytest.raises(WindowTaken) as error:
            take(objects, LAYOUT.unit(str(JANUARY)), "another run", AT)
        refused.append(error)
        withdraw(*args)

    monkeypatch.setattr(module, "_withdraw", meanwhile)
    purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert len(refused) == 1


@pytest.mark.usefixtures("full")
def test_more_than_was_approved_is_not_removed(objects, registry, index):
    asked = order(objects, registry, [index])
    objects.write(LAYOUT.page(str(TURN), 1, 1, 2), b"a page that came after the approval")
    before = everything(objects)
    with pytest.raises(PurgeRefused, match=r"more now than was approved \(pages\)"):
        purge(asked, objects, registry, [index], now)
    assert everything(objects) == before
    assert registry.row(ID) is not None
    assert read(objects, LAYOUT) == []


@pytest.mark.usefixtures("full")
def test_less_than_was_approved_is_removed_and_counted_as_it_was(objects, registry, index):
    asked = order(objects, registry, [index])
    objects.delete([LAYOUT.page(str(TURN), 1, 1, 1)])
    assert purge(asked, objects, registry, [index], now).before.kinds["pages"].objects == 3


@pytest.mark.usefixtures("full")
def test_a_finished_purge_that_is_called_again_changes_nothing(objects, registry, index):
    asked = order(objects, registry, [index])
    first = purge(asked, objects, registry, [index], now)
    before = {path: objects.read(path) for path in objects.paths("")}
    assert purge(asked, objects, registry, [index], lambda: AT + timedelta(hours=1)) == first
    assert {path: objects.read(path) for path in objects.paths("")} == before


def test_a_project_without_any_data_is_purged_too(objects, registry, index):
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert (done.before.total, done.before.registry_row) == (Kind(), "none")
    assert len(read(objects, LAYOUT)) == 1


@pytest.mark.usefixtures("full")
def test_the_half_of_a_killed_put_goes_too_though_no_listing_shows_it(objects, registry, index, tmp_path):
    half = tmp_path / "storage" / f"{LAYOUT.page(str(JANUARY), 1, 1, 2)}#1"
    half.write_bytes(b"synth_nieuws_be")
    done = purge(order(objects, registry, [index]), objects, registry, [index], now)
    assert done.unlisted == 1
    assert not half.exists()


@pytest.mark.usefixtures("full")
def test_what_comes_back_while_it_is_purged_is_no_certificate(objects, registry, index, monkeypatch):
    from include.stages import purge as module

    remove = module._remove

    def then_somebody_writes(*args):
        unlisted = remove(*args)
        objects.write(LAYOUT.page(str(JANUARY), 1, 1, 9), b"too late")
        return unlisted

    asked = order(objects, registry, [index])
    monkeypatch.setattr(module, "_remove", then_somebody_writes)
    with pytest.raises(CountsDiffer, match="1 objects and 0 documents are there"):
        purge(asked, objects, registry, [index], now)
    (open_one,) = read(objects, LAYOUT)
    assert open_one.finished_at is None
    monkeypatch.setattr(module, "_remove", remove)
    assert purge(asked, objects, registry, [index], now).before.total.objects == OBJECTS


@pytest.mark.usefixtures("full")
def test_a_long_purge_keeps_its_leases(objects, registry, index, monkeypatch):
    from include.storage.leases import Lease

    kept = []
    monkeypatch.setattr(Lease, "renew", lambda self, at: kept.append((self.prefix, at)))
    clock = (AT + timedelta(minutes=number) for number in count())
    purge(order(objects, registry, [index]), objects, registry, [index], lambda: next(clock))
    assert LAYOUT.unit(str(JANUARY)) in {prefix for prefix, _ in kept}


@dataclass(frozen=True)
class Dying(Objects):
    """A storage in which the `nth` step of a purge is the last: a put, or a thousand deletes, half of them done."""

    steps: Iterator[int] = field(default_factory=count)
    nth: int = 0

    def _step(self):
        if next(self.steps) == self.nth:
            raise Killed

    def write(self, path, content):
        super().write(path, content)
        self._step()

    def delete_together(self, paths):
        super().delete_together(paths[: len(paths) // 2])
        if paths:
            self._step()
        super().delete_together(paths[len(paths) // 2 :])

    def sweep(self, prefix):
        self._step()
        return super().sweep(prefix)


def test_a_purge_killed_at_any_step_is_finished_by_the_next_and_counts_everything(objects, registry, index, engine):
    harvested(objects, registry, index)
    stored = everything(objects) | {LAYOUT.rollup: objects.read(LAYOUT.rollup)}
    documents = dict(engine.documents)
    for nth in count():
        objects.delete(objects.paths(""))
        for path, content in stored.items():
            objects.write(path, content)
        engine.documents = dict(documents)
        registry.register(ROW, AT)
        asked = order(objects, registry, [index])
        try:
            purge(asked, Dying(objects.store, objects.url, count(), nth), registry, [index], now)
        except Killed:
            again = purge(asked, objects, registry, [index], lambda: AT + timedelta(hours=1))
            assert (again.before.total.objects, again.before.documents) == (OBJECTS, {"index": 3}), nth
            assert again.approvals == (APPROVAL,)
            assert [path for path in objects.paths("") if not path.startswith("certificates/")] == []
            assert (registry.row(ID), engine.documents, len(read(objects, LAYOUT))) == (None, {}, 1)
        else:
            break
    assert nth > 10


@pytest.mark.usefixtures("full")
def test_another_run_finishes_a_purge_with_its_own_approval(objects, registry, index):
    with pytest.raises(Killed):
        purge(order(objects, registry, [index]), Dying(objects.store, objects.url, count(), 6), registry, [index], now)
    later = AT + timedelta(days=1)
    second = order(objects, registry, [index], approval=Approval(by="lead", at=later), run="manual__2")
    assert 0 < second.approved.total.objects < OBJECTS
    done = purge(second, objects, registry, [index], lambda: later)
    assert [each.by for each in done.approvals] == ["admin", "lead"]
    assert (done.before.total.objects, done.begun_at) == (OBJECTS, AT)
    assert len(read(objects, LAYOUT)) == 1


@pytest.mark.usefixtures("full")
def test_an_index_that_fails_leaves_the_data_until_it_works(objects, registry, index, engine):
    from include.icandid.errors import IndexUnavailable

    asked = order(objects, registry, [index])
    engine.faults += [503] * 100
    before = everything(objects)
    with pytest.raises(IndexUnavailable):
        purge(asked, objects, registry, [index], now)
    assert everything(objects) == before
    assert registry.row(ID) is None, "what the public sees goes first"
    engine.faults.clear()
    done = purge(asked, objects, registry, [index], now)
    assert (done.before.registry_row, done.before.total.objects) == ("there", OBJECTS)


def test_a_certificate_in_utc_whatever_the_clock_says():
    assert Approval(by="admin", at="2026-06-01T14:00:00+02:00").at == datetime(2026, 6, 1, 12, tzinfo=UTC)
