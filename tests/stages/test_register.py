import json
from dataclasses import dataclass, field
from datetime import date
from itertools import count

import pytest

from include.domain.errors import CountsDiffer, WindowNotComplete
from include.domain.manifest import State
from include.domain.window import Window
from include.icandid.choices import Choices
from include.icandid.collection import SYNTHETIC
from include.icandid.errors import RegistryUnavailable
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.sink import Verdict
from include.stages.merge import merge
from include.stages.register import check_windows, register
from include.storage.manifests import read_dataset, write_dataset, write_unit
from tests.projects import PROJECT, project
from tests.stages.kills import Killed, Mortal
from tests.stages.reading import LAYOUT, everything, now, store
from tests.stages.test_describe import AT, ONE, TWO, record_paths, refuse, refused_paths
from tests.stages.test_merge import JANUARY, TURN, complete, video
from tests.units import round_of, unit

THREE = video(date(2026, 2, 1), username="synth_nieuws_be", video_description="Regen")
IDS = [f"iCANDID_tiktok_{one['id']}" for one in (ONE, TWO, THREE)]
DATASET = PROJECT["project_id"]


@dataclass
class Shelf:
    """A sink in memory, which dies with record number `dies_at`, refuses some ids and loses others."""

    name: str = "shelf"
    held: dict = field(default_factory=dict)
    puts: int = 0
    dies_at: int = 0
    dies_withdrawing: bool = False
    refuses: tuple = ()
    loses: tuple = ()

    def put(self, records, *_):
        for record in records:
            self.puts += 1
            if self.puts == self.dies_at:
                raise Killed
            if record["@id"] in self.refuses:
                yield Verdict(record["@id"], "refused", "a test asked for it")
                continue
            self.held[record["@id"]] = record
            yield Verdict(record["@id"], "created")

    def withdraw(self, _, ids, *__):
        if self.dies_withdrawing:
            raise Killed
        for one in ids:
            yield Verdict(one, "deleted" if self.held.pop(one, None) else "absent")

    def count(self, *_):
        return len(self.held.keys() - set(self.loses))


@pytest.fixture
def registry(tmp_path):
    return Registry(registry_engine(f"sqlite:///{tmp_path}/registry.sqlite"))


@pytest.fixture
def merged(objects):
    """A dataset of two videos in one month."""
    complete(objects, JANUARY, (ONE, 0), (TWO, 0))
    return merge(project(), objects, "manual__1", now)


@pytest.fixture
def two_months(objects, merged):
    complete(objects, TURN, (THREE, 0))
    return merge(project(), objects, "manual__1", now)


@pytest.mark.usefixtures("merged")
def test_registering_makes_the_row_and_keeps_what_reconciled(objects, registry):
    told = register(project(), objects, registry, "manual__2026-06-01T12:00:00+00:00", AT)
    assert (told.rows, told.accepted, told.refused, told.sent, told.registry_row) == (2, 2, 0, 2, "created")
    assert told.synthetic
    row = registry.row(PROJECT["project_id"])
    assert (row["name"], row["recordcount"], row["license"]) == (PROJECT["title"], 2, PROJECT["license"])
    kept = json.loads(objects.read(LAYOUT.registration("manual__2026-06-01T12:00:00+00:00")))
    assert kept == told.model_dump(mode="json")


@pytest.mark.usefixtures("merged")
def test_registering_again_changes_nothing(objects, registry):
    register(project(), objects, registry, "manual__1", AT)
    row, before = registry.row(PROJECT["project_id"]), everything(objects)
    told = register(project(), objects, registry, "manual__2", AT)
    assert (told.sent, told.registry_row) == (0, "unchanged")
    assert registry.row(PROJECT["project_id"]) == row
    assert {path: everything(objects)[path] for path in before} == before


@pytest.mark.usefixtures("merged")
def test_the_registry_counts_accepted_records_only(objects, registry, monkeypatch):
    refuse(monkeypatch, ONE["id"])
    told = register(project(), objects, registry, "manual__1", AT)
    assert (told.rows, told.accepted, told.refused) == (2, 1, 1)
    assert registry.row(PROJECT["project_id"])["recordcount"] == 1


def test_a_project_without_any_video_is_registered_with_none(objects, registry):
    told = register(project(), objects, registry, "manual__1", AT)
    assert (told.rows, told.registry_row) == (0, "created")
    assert registry.row(PROJECT["project_id"])["recordcount"] == 0


def suspect():
    return unit(TURN, State.SUSPECT)


def again(manifest, state):
    """A window after one more round that ended so."""
    return manifest.close_round(round_of(TURN, state, number=2))


@pytest.mark.parametrize(
    ("manifest", "done"),
    [
        (unit(TURN), True),
        (suspect(), False),
        (unit(TURN, State.INCOMPLETE), False),
        (unit(TURN, State.OPEN), False),
        (suspect().accept("Ada", "a holiday", AT), True),
        (again(suspect(), State.COMPLETE), True),
        (again(unit(TURN), State.SUSPECT), False),
        (again(suspect().accept("Ada", "a holiday", AT), State.SUSPECT), False),
    ],
    ids=["complete", "suspect", "incomplete", "begun", "accepted", "healed", "reharvest", "accepted before"],
)
def test_a_run_ends_well_when_each_round_of_its_windows_did(objects, manifest, done):
    """What stands or was accepted before still counts, but people must see that the new round did not end well."""
    write_unit(store(objects), unit(JANUARY))
    write_unit(store(objects), manifest)
    if done:
        check_windows(project(), objects, [JANUARY, TURN])
    else:
        with pytest.raises(WindowNotComplete, match=f"1 of 2 windows are not complete: {TURN}"):
            check_windows(project(), objects, [JANUARY, TURN])


def test_a_window_that_was_never_begun_is_not_complete(objects):
    with pytest.raises(WindowNotComplete, match=str(JANUARY)):
        check_windows(project(), objects, [JANUARY])


@pytest.mark.usefixtures("two_months")
def test_every_sink_gets_every_record_and_its_own_line(objects, registry, caplog):
    shelf = Shelf()
    with caplog.at_level("INFO"):
        told = register(project(), objects, registry, "manual__1", AT, [shelf])
    assert [(one.sink, one.accepted, one.sent, one.counted) for one in told.sinks] == [
        ("tree", 3, 3, None),
        ("shelf", 3, 3, 3),
    ]
    assert sorted(shelf.held) == sorted(IDS)
    assert (told.collection_size, told.registry_count) == (3, 3)
    table = [line.split() for line in caplog.messages if line.startswith("reconciled ")]
    assert table[1:] == [
        ["reconciled", "tree", "3", "3", "0", "-", "3", "0"],
        ["reconciled", "shelf", "3", "3", "0", "3", "3", "0"],
        ["reconciled", "registry", "3", "3"],
    ]


@pytest.mark.usefixtures("two_months")
def test_the_second_run_sends_nothing_to_any_sink(objects, registry):
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    before = everything(objects)
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert [one.sent for one in told.sinks] == [0, 0]
    assert (shelf.puts, told.registry_row) == (3, "unchanged")
    after = everything(objects)
    assert after.keys() - before.keys() == {LAYOUT.registration("manual__2")}
    assert {path: after[path] for path in before} == before


@pytest.mark.usefixtures("two_months")
def test_a_sink_that_is_switched_on_later_gets_everything(objects, registry):
    register(project(), objects, registry, "manual__1", AT)
    told = register(project(), objects, registry, "manual__2", AT, [Shelf()])
    assert [(one.sink, one.sent) for one in told.sinks] == [("tree", 0), ("shelf", 3)]


@pytest.mark.parametrize("dies_at", [1, 2, 3])
@pytest.mark.usefixtures("two_months")
def test_what_a_sink_did_not_take_is_sent_by_the_next_run(objects, registry, dies_at):
    shelf = Shelf(dies_at=dies_at)
    with pytest.raises(Killed):
        register(project(), objects, registry, "manual__1", AT, [shelf])
    assert registry.row(DATASET) is None
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert (told.sinks[0].sent, told.sinks[1].counted, told.registry_count) == (0, 3, 3)


class Silent:
    """A registry that does not answer."""

    def register(self, *_):
        raise RegistryUnavailable("nowhere", "it is a test")


@pytest.mark.usefixtures("two_months")
def test_a_run_that_ends_between_the_sinks_and_the_registry_is_finished_by_the_next(objects, registry):
    shelf = Shelf()
    with pytest.raises(RegistryUnavailable):
        register(project(), objects, Silent(), "manual__1", AT, [shelf])
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert ([one.sent for one in told.sinks], told.registry_row, told.registry_count) == ([0, 0], "created", 3)


@pytest.mark.usefixtures("two_months")
def test_a_registration_killed_at_any_put_is_finished_by_the_next(objects, registry, tmp_path):
    for nth in count(1):
        clean(objects)
        try:
            register(project(), Mortal.of(objects, "", nth), registry, "manual__1", AT, [shelf := Shelf()])
        except Killed:
            told = register(project(), objects, registry, "manual__1", AT, [shelf])
            assert (told.accepted, told.sinks[1].counted, told.registry_count) == (3, 3, 3)
            assert len(record_paths(objects)) == len(handed_over(objects, "manual__1")) == 3
            assert register(project(), objects, registry, "manual__2", AT, [shelf]).sent == 0
        else:
            break
    assert nth > 8


@pytest.mark.usefixtures("merged")
def test_nothing_unfinished_ever_lies_in_the_tree(objects, registry):
    witness = Mortal.of(objects, "", 10**6)
    register(project(), witness, registry, "manual__1", AT)
    assert not [path for path in witness.seen if path.startswith(LAYOUT.records)]
    assert len(record_paths(objects)) == 2
    assert objects.paths(f"{LAYOUT.root}/arriving/") == []


@pytest.mark.usefixtures("two_months")
def test_what_a_killed_run_left_on_its_way_into_the_tree_is_gone_after_the_next(objects, registry):
    with pytest.raises(Killed):
        register(project(), Mortal.of(objects, IDS[0]), registry, "manual__1", AT)
    assert objects.paths(f"{LAYOUT.root}/arriving/") == [f"{LAYOUT.root}/arriving/{IDS[0]}"]
    register(project(), objects, registry, "manual__2", AT)
    assert objects.paths(f"{LAYOUT.root}/arriving/") == []
    assert len(record_paths(objects)) == 3


def clean(objects):
    """Nothing was ever described."""
    objects.delete([path for path in objects.paths(f"{LAYOUT.root}/") if "/videos/" not in path])


def handed_over(objects, run):
    paths = [path for path in objects.paths(f"{LAYOUT.root}/hand-over/{run}/") if path.endswith(".sha256")]
    return [line for path in paths for line in objects.read(path).decode().splitlines()]


@pytest.mark.usefixtures("two_months")
def test_the_list_beside_the_tree_names_every_file_with_its_sha256(objects, registry):
    from hashlib import sha256

    register(project(), objects, registry, "manual__1", AT)
    listed = dict(reversed(line.split("  ")) for line in handed_over(objects, "manual__1"))
    assert listed == {
        path.removeprefix(LAYOUT.records): sha256(objects.read(path)).hexdigest() for path in record_paths(objects)
    }


@pytest.mark.usefixtures("two_months")
def test_a_record_that_left_the_dataset_leaves_every_sink(objects, registry):
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    dataset = read_dataset(store(objects))
    write_dataset(store(objects), dataset.model_copy(update={"months": {"2026-01": dataset.months["2026-01"]}}))
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert [one.withdrawn for one in told.sinks] == [1, 1]
    assert (sorted(shelf.held), told.registry_count) == (sorted(IDS[:2]), 2)
    assert len(record_paths(objects)) == 2
    assert objects.read(LAYOUT.deletes("manual__2", "2026-02")).decode() == f"{IDS[2]}\n"
    again = register(project(), objects, registry, "manual__3", AT, [shelf])
    assert [one.withdrawn for one in again.sinks] == [0, 0]


@pytest.mark.usefixtures("two_months")
def test_a_run_that_is_killed_before_it_has_withdrawn_leaves_that_to_the_next(objects, registry):
    """The digests are put after the withdrawal; put before, they would forget what has to leave."""
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    dataset = read_dataset(store(objects))
    write_dataset(store(objects), dataset.model_copy(update={"months": {"2026-01": dataset.months["2026-01"]}}))
    with pytest.raises(Killed):
        register(project(), Mortal.of(objects, ".deletes", before=True), registry, "manual__2", AT, [shelf])
    shelf.dies_withdrawing = True
    with pytest.raises(Killed):
        register(project(), objects, registry, "manual__3", AT, [shelf])
    shelf.dies_withdrawing = False
    told = register(project(), objects, registry, "manual__4", AT, [shelf])
    assert [one.withdrawn for one in told.sinks] == [0, 1]
    assert objects.read(LAYOUT.deletes("manual__3", "2026-02")).decode() == f"{IDS[2]}\n"
    assert (sorted(shelf.held), told.registry_count) == (sorted(IDS[:2]), 2)


class Miscounting(Registry):
    """A registry whose row shows one record more than it was given."""

    def count(self, dataset_id):
        return super().count(dataset_id) + 1


@pytest.mark.usefixtures("two_months")
def test_a_registry_that_shows_another_count_is_told(objects, tmp_path):
    registry = Miscounting(registry_engine(f"sqlite:///{tmp_path}/registry.sqlite"))
    with pytest.raises(CountsDiffer, match="registry: its row says 4 records, but the sinks hold 3"):
        register(project(), objects, registry, "manual__1", AT, [Shelf()])
    kept = json.loads(objects.read(LAYOUT.registration("manual__1")))
    assert (kept["registry_count"], kept["collection_size"]) == (4, 3)


@pytest.mark.usefixtures("two_months")
def test_what_a_sink_refuses_is_kept_with_its_reason_and_tried_by_every_run(objects, registry):
    shelf = Shelf(refuses=(IDS[0],))
    told = register(project(), objects, registry, "manual__1", AT, [shelf])
    assert [(one.accepted, one.refused) for one in told.sinks] == [(3, 0), (2, 1)]
    assert (told.collection_size, registry.row(DATASET)["recordcount"]) == (2, 2)
    (path,) = refused_paths(objects)
    assert json.loads(objects.read(path))["faults"] == [{"path": "shelf", "reason": "a test asked for it"}]

    shelf.refuses = ()
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert (told.sinks[1].accepted, told.sinks[1].sent, told.registry_count) == (3, 1, 3)
    assert refused_paths(objects) == []


@pytest.mark.usefixtures("two_months")
def test_a_record_that_is_refused_now_is_not_left_in_a_sink_as_it_was(objects, registry, monkeypatch):
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    complete(objects, Window(date(2026, 1, 5), date(2026, 1, 5)), (ONE | {"view_count": 7}, 5))
    merge(project(), objects, "manual__1", now)
    refuse(monkeypatch, ONE["id"])
    told = register(project(), objects, registry, "manual__2", AT, [shelf])
    assert [(one.accepted, one.refused, one.withdrawn) for one in told.sinks] == [(2, 1, 1)] * 2
    assert told.registry_count == 2


@pytest.mark.usefixtures("two_months")
def test_counts_that_differ_fail_with_both_numbers_and_leave_the_row_hidden(objects, registry):
    unmark(objects)
    shelf = Shelf(loses=(IDS[1],))
    with pytest.raises(CountsDiffer, match="shelf: it holds 2 records of the dataset, but accepted 3"):
        register(project(hidden=False), objects, registry, "manual__1", AT, [shelf])
    assert registry.row(DATASET)["hidden"]
    kept = json.loads(objects.read(LAYOUT.registration("manual__1")))
    assert kept["differences"] == ["shelf: it holds 2 records of the dataset, but accepted 3"]
    assert kept["registry_count"] is None

    shelf.loses = ()
    register(project(hidden=False), objects, registry, "manual__2", AT, [shelf])
    row = registry.row(DATASET)
    assert (bool(row["hidden"]), row["recordcount"]) == (False, 3)


@pytest.mark.usefixtures("two_months")
def test_a_visible_row_is_hidden_again_by_counts_that_differ(objects, registry):
    unmark(objects)
    shelf = Shelf()
    register(project(hidden=False), objects, registry, "manual__1", AT, [shelf])
    shelf.loses = (IDS[1],)
    with pytest.raises(CountsDiffer, match="The registry row is hidden until they do"):
        register(project(hidden=False), objects, registry, "manual__2", AT, [shelf])
    row = registry.row(DATASET)
    assert (row["hidden"], row["recordcount"]) == (True, 3)


@pytest.mark.usefixtures("merged")
def test_rows_that_are_neither_accepted_nor_refused_are_a_difference(objects, registry):
    dataset = read_dataset(store(objects))
    month = dataset.months["2026-01"].model_copy(update={"rows": 5})
    write_dataset(store(objects), dataset.model_copy(update={"months": {"2026-01": month}}))
    with pytest.raises(CountsDiffer, match="tree: the dataset has 5 rows, but 2 accepted and 0 refused records"):
        register(project(), objects, registry, "manual__1", AT)
    assert registry.row(DATASET)["recordcount"] == 0


@pytest.mark.usefixtures("merged")
def test_a_dataset_from_the_sandbox_says_so_and_stays_hidden_whatever_the_project_wants(objects, registry):
    register(project(hidden=False), objects, registry, "manual__1", AT)
    row = registry.row(DATASET)
    assert row["description"].startswith(SYNTHETIC)
    assert row["hidden"]


@pytest.mark.usefixtures("merged")
def test_every_record_from_the_sandbox_says_so_in_every_sink(objects, registry):
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    handed = [json.loads(objects.read(path)) for path in record_paths(objects)]
    for document in (*handed, *shelf.held.values()):
        assert document["isBasedOn"]["name"] == "Synthetic entry from the sandbox, not from TikTok"
        assert document["identifier"][-1]["value"] == "Synthetic entry from the sandbox, not from TikTok"


@pytest.mark.usefixtures("merged")
def test_records_from_tiktok_carry_no_mark(objects, registry):
    unmark(objects)
    register(project(), objects, registry, "manual__1", AT, [shelf := Shelf()])
    assert "ynthetic" not in json.dumps(list(shelf.held.values()))


@pytest.mark.usefixtures("two_months")
def test_a_deployment_without_the_tree_fills_the_others(objects, registry):
    shelf = Shelf()
    told = register(project(), objects, registry, "manual__1", AT, [shelf], Choices(tree=False))
    assert [one.sink for one in told.sinks] == ["shelf"]
    assert (told.accepted, told.sent, told.registry_count) == (3, 3, 3)
    assert record_paths(objects) == []


@pytest.mark.usefixtures("merged")
def test_another_type_of_records_or_senders_sends_every_record_again(objects, registry):
    shelf = Shelf()
    register(project(), objects, registry, "manual__1", AT, [shelf])
    chosen = Choices(record_type="message", sender_type="Organization")
    told = register(project(), objects, registry, "manual__2", AT, [shelf], chosen)
    assert told.sent == 2
    assert {(one["@type"], one["sender"]["@type"]) for one in shelf.held.values()} == {("message", "Organization")}


def unmark(objects):
    """As if the records came from TikTok."""
    write_dataset(store(objects), read_dataset(store(objects)).model_copy(update={"synthetic": False}))


@pytest.mark.usefixtures("two_months")
def test_the_search_index_takes_the_records_beside_the_tree(objects, registry):
    pytest.importorskip("opensearchpy", reason="not installed: the Python package opensearch-py")
    from include.icandid.index import SearchIndex
    from include.icandid.index_setup import prepare, search_client
    from tests.icandid.search_engine import stand_in

    with stand_in() as (url, engine), search_client(url) as client:
        prepare(client, "icandid", AT, own=True)
        index = SearchIndex(client, "icandid", [].append)
        engine.faults = [{IDS[1]: 400}]
        told = register(project(), objects, registry, "manual__1", AT, [index, Shelf()])
        assert [(one.sink, one.accepted, one.refused) for one in told.sinks] == [
            ("tree", 3, 0),
            ("index", 2, 1),
            ("shelf", 3, 0),
        ]
        told = register(project(), objects, registry, "manual__2", AT, [index])
        assert (told.sinks[1].counted, told.sinks[1].sent) == (3, 1)
        assert sorted(index.ids(DATASET)) == sorted(IDS)
