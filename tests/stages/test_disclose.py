import json
import logging
from datetime import date

import pytest

from include.domain.disclosure import TREATMENTS
from include.domain.errors import CountsDiffer, DatasetMissing
from include.stages.disclose import _Distinct, disclose
from include.stages.merge import merge
from include.storage.manifests import read_dataset, write_dataset
from include.tiktok.schemas import VIDEO_SCHEMA
from tests.projects import project
from tests.stages.reading import LAYOUT, everything, now, store
from tests.stages.test_merge import JANUARY, TURN, complete, video

TODAY = date(2026, 6, 1)
DUTCH = "Vandaag fietsen wij samen door de stad en praten over het klimaat"


def videos():
    """Twelve Belgian accounts of which one has two videos, one from the Netherlands, one without a name."""
    for number in range(12):
        yield video(date(2026, 1, 5), number, username=f"synth_{number}", region_code="BE", video_description=DUTCH)
    yield video(date(2026, 1, 6), 1, username="synth_0", region_code="BE", voice_to_text="x" * 51)
    yield video(date(2026, 1, 7), 1, username="synth_nl", region_code="NL", video_description="x" * 50)
    yield video(date(2026, 1, 8), 1)


@pytest.fixture
def merged(objects):
    complete(objects, JANUARY, *((each, 0) for each in videos()))
    complete(objects, TURN, (video(date(2026, 2, 1), 1, username="synth_0", region_code="BE"), 0))
    return merge(project(), objects, "manual__1", now)


def disclosed(objects, longer_than=50, k=10):
    return disclose(project(), objects, longer_than, k, TODAY)


@pytest.mark.usefixtures("merged")
def test_accounts_small_cells_and_long_texts_are_counted(objects):
    found = disclosed(objects)
    assert (found.rows, found.months, found.accounts, found.without_account) == (16, 2, 13, 1)
    assert found.cells["region"].small == ("NL", "unknown")
    assert found.cells["month"].small == ("2026-02",)
    assert found.cells["region and month"].small == ("BE 2026-02", "NL 2026-01", "unknown 2026-01")
    assert found.cells["language"].small == ("und",)
    assert (found.texts["video_description"].present, found.texts["video_description"].longer) == (13, 12)
    assert (found.texts["voice_to_text"].present, found.texts["voice_to_text"].longer) == (1, 1)


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(("k", "small"), [(12, ("NL", "unknown")), (13, ("BE", "NL", "unknown")), (1, ("unknown",))])
def test_a_cell_is_small_below_k_accounts_however_many_videos_it_has(objects, k, small):
    assert disclosed(objects, k=k).cells["region"].small == small


@pytest.mark.usefixtures("merged")
def test_the_report_lies_beside_the_dataset_and_holds_no_record(objects):
    disclosed(objects)
    markdown, figures = (objects.read(path).decode() for path in LAYOUT.disclosure)
    assert "**13 distinct accounts**; 1 videos name no account" in markdown
    assert "Synthetic" in markdown
    assert "| region | 3 | 2 | NL, unknown |" in markdown
    assert "| `username` | directly | keyed pseudonym | Names the account. |" in markdown
    assert json.loads(figures)["cells"]["region"] == {"cells": 3, "small": ["NL", "unknown"]}
    assert json.loads(figures)["small_cells"] == 9
    assert "synth_" not in markdown + figures
    assert "fietsen" not in markdown + figures


@pytest.mark.usefixtures("merged")
def test_the_same_dataset_makes_the_same_report(objects):
    disclosed(objects)
    before = everything(objects)
    disclosed(objects)
    assert everything(objects) == before


@pytest.mark.usefixtures("merged")
def test_the_log_counts_and_quotes_nothing(objects, caplog):
    with caplog.at_level(logging.DEBUG):
        disclosed(objects)
    assert "videos=16 accounts=13 small_cells=9" in caplog.text
    assert "synth_" not in caplog.text


def test_every_column_of_the_dataset_is_judged():
    assert [each.column for each in TREATMENTS] == VIDEO_SCHEMA.names


def test_a_project_without_a_dataset_is_told_so(objects):
    with pytest.raises(DatasetMissing, match="harvest it first"):
        disclosed(objects)


def test_a_file_with_fewer_videos_than_its_manifest_is_no_report(objects, merged):
    january = merged.months["2026-01"].model_copy(update={"rows": 99})
    write_dataset(store(objects), merged.model_copy(update={"months": {**merged.months, "2026-01": january}}))
    with pytest.raises(CountsDiffer, match="hold 16 videos, its manifest says 100"):
        disclosed(objects)
    assert read_dataset(store(objects))
    assert objects.read(LAYOUT.disclosure[0]) is None


def test_what_is_distinct_is_counted_over_many_settlements():
    distinct = _Distinct()
    for number in range(30):
        distinct.add(number % 7)
        assert distinct.count() == min(number + 1, 7)
