"""The bench itself: its table, its rows, and its Python without Airflow. The figures are for a quiet machine."""

from datetime import date

import numpy as np
import pytest

from bench.__main__ import AIMS, LIMITS, table, verdict
from bench.apart import apart
from bench.register import Calls
from bench.rows import SEEN, Videos
from bench.year import planned
from include.domain.window import Window
from include.storage.concurrency import AT_ONCE, run_many
from include.tiktok.schemas import VIDEO_SCHEMA
from tests.conftest import ROOT

WINDOW = Window(date(2020, 1, 30), date(2020, 2, 2))


@pytest.mark.parametrize(
    ("found", "aim", "said"),
    [(2.0, "<= 2.0", "met"), (2.01, "<= 2.0", "MISSED"), (1.004, "= 1.00", "met"), (9_999, ">= 10000", "MISSED")],
)
def test_a_figure_keeps_its_aim_or_not(found, aim, said):
    assert verdict(found, aim) == said


def test_the_table_shows_a_figure_beside_its_limit_and_its_aim():
    _, line, *_ = table({"merge_rss_mb": 400.0, "duckdb_rss_mb": 1000.0}).splitlines()
    assert line.split() == ["merge_rss_mb", "400.000", "1000.000", "<=", "1500", "met"]


def test_every_figure_with_an_aim_is_explained():
    text = (ROOT / "docs" / "performance.md").read_text()
    assert [name for name in {*AIMS, *LIMITS} if f"`{name}`" not in text] == []


def test_made_rows_are_those_of_a_window_in_order():
    videos = Videos()
    ids = videos.ids(WINDOW, 500)
    (made,) = videos.tables(ids, SEEN)
    assert made.schema == VIDEO_SCHEMA
    assert made["id"].to_pylist() == sorted(set(ids.tolist()))
    assert len(ids) == 500
    days = {each.date() for each in made["create_time"].to_pylist()}
    assert min(days) >= WINDOW.start
    assert max(days) <= WINDOW.end
    assert all(f'"id":{video_id},' in raw for video_id, raw in zip(ids, made["raw"].to_pylist(), strict=True))


def test_a_call_apart_tells_what_it_cost():
    cost = apart("bench.year:planned", 1, 20)
    assert cost.result["windows"] == planned(1, 20)["windows"] > 0
    assert cost.cpu > 0
    assert 20 < cost.rss_mb < 1000


def test_calls_that_overlap_are_one_round_and_calls_that_wait_for_one_another_are_not():
    calls = Calls()
    results = list(run_many(lambda number: calls.wait(abs, number), range(AT_ONCE)))
    assert (results, calls.all) == (list(range(AT_ONCE)), AT_ONCE)
    overlapping = calls.sequential
    for _ in range(3):
        calls.wait(abs, 1)
    assert overlapping < AT_ONCE
    assert calls.sequential == overlapping + 3


def test_ids_are_drawn_without_repeats():
    ids = Videos().ids(WINDOW, 5_000)
    assert np.all(ids[1:] > ids[:-1])
