"""The store of one project and entity: its paths, its units, and what an earlier version left."""

from datetime import date

import pytest

from include.domain.errors import SettingInvalid
from include.domain.window import Window
from include.storage.layout import OLD, OTHER, ProjectLayout
from include.storage.manifests import list_units, read_unit, read_units, stream_units, write_unit
from include.storage.project_store import ProjectStore
from tests.units import unit

ID = "tiktok_query_0000005"
JANUARY, FEBRUARY = "2026-01-01_2026-01-30", "2026-01-31_2026-03-01"


@pytest.fixture
def store(objects):
    return ProjectStore.of(objects, ID)


def test_everything_of_an_entity_lies_in_a_folder_of_its_own(store):
    layout = store.layout
    assert layout.page(JANUARY, 2, 13, 104) == f"projects/{ID}/videos/units/{JANUARY}/pages/0002-0013-000104.json.zst"
    assert layout.part(JANUARY) == f"projects/{ID}/videos/units/{JANUARY}/part.parquet"
    assert layout.manifest(JANUARY) == f"projects/{ID}/videos/manifests/{JANUARY}.json"
    assert ProjectLayout(ID, "comments").part(JANUARY).startswith(f"projects/{ID}/comments/units/")


def test_all_manifests_lie_side_by_side_so_that_one_listing_shows_them(store):
    for name in (FEBRUARY, JANUARY):
        write_unit(store, unit(name))
    assert store.objects.paths(store.layout.manifests) == [store.layout.manifest(each) for each in (JANUARY, FEBRUARY)]
    assert list_units(store) == [JANUARY, FEBRUARY]
    assert read_units(store) == [unit(JANUARY), unit(FEBRUARY)]


def test_units_are_what_has_anything_stored_with_a_manifest_or_without(store):
    store.objects.write(store.layout.part(JANUARY), b"")
    write_unit(store, unit(FEBRUARY))
    assert store.units == [JANUARY]
    assert list_units(store) == [FEBRUARY]


def test_a_unit_that_was_never_started_has_no_manifest(store):
    assert read_unit(store, JANUARY) is None
    assert list(stream_units(store, [JANUARY])) == []


def test_a_manifest_is_read_back_as_it_was_written(store):
    write_unit(store, unit(JANUARY, months={"2026-01": 5}))
    assert read_unit(store, JANUARY) == unit(JANUARY, months={"2026-01": 5})


def test_a_manifest_that_cannot_be_read_names_itself_and_what_to_do(store):
    store.objects.write(store.layout.manifest(JANUARY), b"{")
    with pytest.raises(SettingInvalid, match=f"manifests/{JANUARY}.json cannot be read.*Restore it, or delete it"):
        read_unit(store, JANUARY)


def test_whoever_has_seen_enough_manifests_reads_no_more(store):
    days = [str(Window(date(2026, 1, day), date(2026, 1, day))) for day in range(1, 31)]
    for name in days[:20]:
        write_unit(store, unit(name))
    for name in days[20:]:
        store.objects.write(store.layout.manifest(name), b"{")
    assert next(stream_units(store, days)) == unit(days[0])


# What an earlier version left


def test_an_empty_store_and_one_in_todays_layout_are_fine(store):
    store.check_layout()
    write_unit(store, unit(JANUARY))
    store.objects.write(store.layout.page(JANUARY, 1, 1, 1), b"")
    store.check_layout()


@pytest.mark.parametrize("path", ["manifest.json", "pages/0001/000001.json.zst", "last-day/pages/0001/000001.json.zst"])
def test_a_store_in_an_earlier_layout_is_refused_with_what_to_do(store, path):
    """Its windows would be asked again in silence, and its parts be left out of the dataset."""
    store.objects.write(f"{store.layout.earlier_layout}{JANUARY}/{path}", b"{}")
    with pytest.raises(
        SettingInvalid, match=r"videos/windows/ was written by a version from before 2026-12"
    ) as refused:
        store.check_layout()
    assert "Move it out of the storage, or purge the project" in str(refused.value)


def test_another_project_or_entity_in_an_earlier_layout_is_nobody_elses_business(store):
    store.objects.write(f"projects/{ID}0/videos/windows/{JANUARY}/manifest.json", b"{}")
    store.objects.write(f"projects/{ID}/comments/windows/{JANUARY}/manifest.json", b"{}")
    store.check_layout()


def test_every_sort_of_object_is_told_by_its_path(store):
    layout = store.layout
    kinds = {
        layout.page(JANUARY, 1, 1, 1): "pages",
        layout.part(JANUARY): "parts",
        layout.answer(JANUARY, "2026-06-01T10:00:00+00:00"): "refusals",
        layout.manifest(JANUARY): "manifests",
        layout.rollup: "caches",
        layout.card: "caches",
        layout.month("2026-01"): "dataset files",
        layout.dataset_manifest: "dataset files",
        f"{layout.unit(JANUARY)}lease/000001.json": "leases",
        f"{layout.earlier_layout}{JANUARY}/manifest.json": OLD,
        f"{layout.earlier_layout}{JANUARY}/pages/0001/000001.json.zst": OLD,
        f"{layout.root}/something/else": OTHER,
    }
    assert {path: layout.kind_of(path) for path in kinds} == kinds
