import csv
import io
import json
from datetime import UTC, date, datetime

import pytest

from bench.counted import Counted
from include.domain.manifest import Counts, State
from include.stages.describe_dataset import describe_dataset
from include.stages.merge import merge
from include.storage.manifests import read_dataset, read_unit, write_unit
from include.tiktok.query import query_of
from include.tiktok.schemas import VIDEO_SCHEMA
from tests.projects import PROJECT, project
from tests.stages.reading import LAYOUT, now, store
from tests.stages.test_describe import ONE, TWO
from tests.stages.test_merge import JANUARY, MARCH, TURN, complete, video
from tests.units import unit

TODAY = date(2026, 6, 1)
README, CODEBOOK, DATASET, CRATE = LAYOUT.descriptions


def describe(objects, **changes):
    return describe_dataset(project(**changes), read_dataset(store(objects)), objects, TODAY)


@pytest.fixture
def merged(objects):
    """January is complete, the window at its turn is suspect, and March was given up."""
    complete(objects, JANUARY, (ONE, 0), (TWO, 0))
    complete(objects, TURN, (video(date(2026, 2, 1)), 0))
    complete(objects, MARCH)
    seen = {"requests": 3, "asked": 300, "returned": 2, "last_observed": datetime(2026, 6, 1, 10, tzinfo=UTC)}
    change(objects, JANUARY, **seen)
    end(objects, TURN, State.SUSPECT)
    end(objects, MARCH, State.INCOMPLETE)
    merge(project(), objects, "manual__1", now)


def change(objects, window, **counts):
    """Let the round of a complete window hold these counts."""
    manifest = read_unit(store(objects), str(window))
    now = manifest.now.with_counts(Counts(**counts), {})
    write_unit(store(objects), manifest.close_round(now))


def end(objects, window, state):
    """Let the window have ended so in its first and only round."""
    manifest = read_unit(store(objects), str(window))
    ended = unit(window, state, months=manifest.months, part_sha256=manifest.part_sha256, synthetic=True)
    write_unit(store(objects), ended)


@pytest.mark.usefixtures("merged")
def test_the_description_beside_the_dataset_reports_coverage_and_never_claims_completeness(objects):
    assert describe(objects) == 4
    dataset = json.loads(objects.read(DATASET))
    assert dataset["@type"] == "Dataset"
    for said in (
        "no harvest of it is complete",
        "30 of 90 days of the period are covered",
        "The API was asked for 300 records in 3 requests and returned 2",
        "Not covered: 2026-01-31_2026-03-31.",
        f"Suspect windows, in which records seem to be missing: {TURN}.",
        f"Windows whose harvest is not finished: {MARCH}.",
        "The videos are synthetic",
    ):
        assert said in dataset["description"]
        assert said in objects.read(README).decode()
    assert dataset["dateModified"] == "2026-06-01T10:00:00Z"


@pytest.mark.usefixtures("merged")
def test_every_file_is_named_with_its_size_and_checksum(objects):
    describe(objects)
    files = {one["contentUrl"]: one for one in json.loads(objects.read(DATASET))["distribution"]}
    months = read_dataset(store(objects)).months
    assert files.keys() == {"2026-01.parquet", "2026-02.parquet"}
    for month, held in months.items():
        assert files[f"{month}.parquet"]["sha256"] == held.sha256
        assert int(files[f"{month}.parquet"]["contentSize"]) == len(objects.read(LAYOUT.month(month)))


@pytest.mark.usefixtures("merged")
def test_the_crate_holds_the_provenance(objects):
    describe(objects)
    graph = {one["@id"]: one for one in json.loads(objects.read(CRATE))["@graph"]}
    assert graph["#windows-suspect"]["value"] == str(TURN)
    assert graph["#windows-incomplete"]["value"] == str(MARCH)
    assert graph["#settle-days"]["value"] == "3"
    parts = {one["@id"] for one in graph["./"]["hasPart"]}
    beside = {path for path in objects.paths(LAYOUT.dataset) if path not in (LAYOUT.dataset_manifest, CRATE)}
    assert {LAYOUT.dataset + part for part in parts} == beside
    assert graph["#harvester"]["name"] == "icandid-tiktok-harvester"
    assert json.loads(graph["#query"]["text"]).keys() == query_of(project()).keys()


@pytest.mark.usefixtures("merged")
def test_the_codebook_has_a_line_for_every_column(objects):
    describe(objects)
    rows = csv.DictReader(io.StringIO(objects.read(CODEBOOK).decode()))
    assert [row["name"] for row in rows] == VIDEO_SCHEMA.names


@pytest.mark.usefixtures("merged")
def test_a_description_is_written_again_only_when_it_says_something_new(objects):
    describe(objects)
    assert describe(objects) == 0
    end(objects, TURN, State.COMPLETE)
    merge(project(), objects, "manual__2", now)
    assert describe(objects) == 3
    assert "Suspect" not in objects.read(README).decode()


@pytest.mark.usefixtures("merged")
def test_a_description_that_somebody_changed_or_removed_is_put_again(objects):
    describe(objects)
    told = {path: objects.read(path) for path in LAYOUT.descriptions}
    objects.write(README, b"another text")
    objects.delete([CRATE])
    assert describe(objects) == 2
    assert {path: objects.read(path) for path in LAYOUT.descriptions} == told


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize("content", [None, b"{", b'{"README.md": 1}'])
def test_without_a_note_of_what_was_put_all_descriptions_are_put_again(objects, content):
    describe(objects)
    objects.delete([LAYOUT.card])
    if content is not None:
        objects.write(LAYOUT.card, content)
    assert (describe(objects), describe(objects)) == (4, 0)


@pytest.mark.usefixtures("merged")
def test_descriptions_without_news_cost_two_calls(objects):
    describe(objects)
    watched = Counted(objects)
    assert describe_dataset(project(), read_dataset(store(objects)), watched, TODAY) == 0
    assert watched.calls == {"read": 1, "versions": 1}


@pytest.mark.usefixtures("merged")
def test_windows_of_an_earlier_query_do_not_count_as_covered(objects):
    describe(objects, hashtags=["iets_anders"])
    said = objects.read(README).decode()
    assert "0 of 90 days of the period are covered" in said
    assert "3 windows were harvested with an earlier query" in said


@pytest.mark.usefixtures("merged")
def test_no_description_holds_an_e_mail_address(objects):
    describe(objects)
    assert not [path for path in LAYOUT.descriptions if PROJECT["requestor_email"].encode() in objects.read(path)]
