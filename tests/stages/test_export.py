import logging
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.domain.disclosure import TREATMENTS, Export
from include.domain.errors import CountsDiffer, DatasetMissing
from include.domain.pseudonyms import Pseudonyms
from include.stages.export import EXPORT_SCHEMA, export, rounded
from include.stages.merge import merge
from include.storage.manifests import write_dataset
from include.storage.sorting import sorted_by
from tests.projects import PROJECT, project
from tests.stages.reading import LAYOUT, dataset, now, rows, store
from tests.stages.test_merge import JANUARY, TURN, complete, video

KEY = "a key of the tests, 32 characters"
OURS = Pseudonyms(KEY, PROJECT["project_id"])
SAID = {"video_description": "Met de fiets", "voice_to_text": "naar zee", "hashtag_names": ["fietsen"]}
COUNTS = {"view_count": 123_456, "like_count": 0, "music_id": 77, "playlist_id": 88, "video_mention_list": ["synth_b"]}


@pytest.fixture
def merged(objects):
    seen = [video(date(2026, 1, 5), number, username="synth_a", **SAID, **COUNTS) for number in range(40)]
    complete(objects, JANUARY, *((each, 0) for each in seen))
    complete(objects, TURN, (video(date(2026, 2, 1), 1, username="synth_b", region_code="BE"), 0))
    return merge(project(), objects, "manual__1", now)


def exported(objects, key=KEY):
    return export(project(), objects, Pseudonyms(key, PROJECT["project_id"]))


def january(objects):
    return rows(objects, LAYOUT.export_month("2026-01"))


@pytest.mark.usefixtures("merged")
def test_names_and_ids_become_pseudonyms_and_texts_stay_behind(objects):
    done = exported(objects)
    assert (done.months, done.videos, done.news, done.key_id) == (2, 41, 2, OURS.key_id)
    row = january(objects)[0]
    assert row["account"] == OURS.of("account", "synth_a")
    assert (row["music"], row["playlist"]) == (OURS.of("music", 77), OURS.of("playlist", 88))
    assert (row["view_count"], row["like_count"], row["share_count"]) == (120_000, 0, None)
    assert (row["create_date"], row["observed_date"]) == (date(2026, 1, 5), date(2026, 6, 1))
    assert {row["video"] for row in january(objects)} == {
        OURS.of("video", each["id"]) for each in dataset(objects) if each["username"] == "synth_a"
    }


@pytest.mark.usefixtures("merged")
def test_nothing_of_a_record_that_leads_to_a_person_is_in_the_files(objects):
    exported(objects)
    files = b"".join(objects.read(path) for path in objects.paths(LAYOUT.export))
    told = "".join(map(str, january(objects)))
    for secret in ("synth_", "fiets", "naar zee", KEY, *(str(each["id"]) for each in dataset(objects))):
        assert secret not in told
        assert secret.encode() not in files


def test_what_is_not_judged_is_not_exported():
    kept = {each.exported_as for each in TREATMENTS if each.export is not Export.LEFT_OUT}
    assert set(EXPORT_SCHEMA.names) == kept
    assert {"raw", "username", "id", "hashtag_names", "video_description", "voice_to_text"}.isdisjoint(kept)


@pytest.mark.usefixtures("merged")
def test_the_order_of_the_rows_tells_nothing_of_the_ids(objects):
    exported(objects)
    shown = [row["video"] for row in january(objects)]
    assert shown == sorted(shown)
    assert shown != [OURS.of("video", row["id"]) for row in dataset(objects) if row["username"] == "synth_a"]


@pytest.mark.usefixtures("merged")
def test_an_export_without_news_writes_no_month_again(objects):
    exported(objects)
    before = {path: objects.read(path) for path in objects.paths(LAYOUT.export)}
    assert exported(objects).news == 0
    assert {path: objects.read(path) for path in objects.paths(LAYOUT.export)} == before


@pytest.mark.usefixtures("merged")
def test_another_key_makes_every_month_again(objects):
    exported(objects)
    assert exported(objects, KEY[::-1]).news == 2
    assert january(objects)[0]["account"] != OURS.of("account", "synth_a")


def test_a_month_that_left_the_dataset_leaves_the_export(objects, merged):
    exported(objects)
    write_dataset(store(objects), merged.model_copy(update={"months": {"2026-02": merged.months["2026-02"]}}))
    exported(objects)
    assert objects.paths(LAYOUT.export) == [LAYOUT.export_month("2026-02"), LAYOUT.export_readme]


@pytest.mark.usefixtures("merged")
def test_the_readme_says_what_it_is_and_that_it_is_personal_data_still(objects):
    exported(objects)
    readme = objects.read(LAYOUT.export_readme).decode()
    assert "41 videos in 2 Parquet files" in readme
    assert "Pseudonymous data are personal data still" in readme
    assert "Synthetic" in readme
    assert f"Key: {OURS.key_id}" in readme


@pytest.mark.usefixtures("merged")
def test_the_files_can_be_read_by_anybody(objects, tmp_path):
    exported(objects)
    (tmp_path / "month.parquet").write_bytes(objects.read(LAYOUT.export_month("2026-01")))
    assert pq.read_table(tmp_path / "month.parquet").schema.equals(EXPORT_SCHEMA)


@pytest.mark.usefixtures("merged")
def test_the_log_counts_and_quotes_nothing(objects, caplog):
    with caplog.at_level(logging.DEBUG):
        exported(objects)
    assert "months=2 news=2 videos=41" in caplog.text
    assert "synth_" not in caplog.text


def test_a_project_without_a_dataset_is_told_so(objects):
    with pytest.raises(DatasetMissing):
        exported(objects)


def test_a_month_that_does_not_hold_what_its_manifest_says_is_not_exported(objects, merged):
    wrong = merged.months["2026-01"].model_copy(update={"rows": 1})
    write_dataset(store(objects), merged.model_copy(update={"months": {"2026-01": wrong}}))
    with pytest.raises(CountsDiffer):
        exported(objects)
    assert objects.paths(LAYOUT.export) == []


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.text("0123456789abcdef", min_size=2, max_size=4), max_size=9), max_size=4))
def test_rows_are_sorted_whatever_pieces_they_come_in(pieces):
    schema = pa.schema({"video": pa.string()})
    tables = [pa.table({"video": pa.array(piece, pa.string())}) for piece in pieces]
    found = [name for table in sorted_by(tables, "video", schema) for name in table["video"].to_pylist()]
    assert found == sorted(name for piece in pieces for name in piece)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, 0), (9, 9), (99, 99), (100, 100), (104, 100), (105, 110), (994, 990), (995, 1000), (-1249, -1200)],
)
def test_a_count_keeps_two_significant_digits(count, told):
    assert rounded(count) == told


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_rounded_count_stays_near_and_fits_its_column(count):
    assert abs(rounded(count) - count) <= abs(count) * 0.05
    assert -(2**63) <= rounded(count) < 2**63
    assert len(str(abs(rounded(count))).rstrip("0")) <= 2
