"""The merge of ten million rows, and of one, beside DuckDB and a plain copy; of a new day into two sizes of dataset."""

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from bench.apart import Cost, apart
from bench.requests import PROJECT
from bench.rows import LATER, SEEN, Videos, put_window
from include.domain.window import DAY, Window
from include.stages.merge import merge
from include.storage.layout import ProjectLayout
from include.storage.objects import open_storage
from include.storage.parquet import write_local
from include.storage.project_store import ProjectStore
from include.tiktok.schemas import VIDEO_SCHEMA

ROWS = 10_000_000
DUPLICATES = 0.05
WINDOWS = 120
"""Of thirty days each: ten years, 2,640 videos a day."""

LAST = date(2026, 7, 10)
"""Of every dataset: the new day after it falls into months that are equally full."""

LAYOUT = ProjectLayout(PROJECT.project_id)
DUCKDB: dict[str, str | bool] = {"preserve_insertion_order": False, "memory_limit": "12GB"}
"""As fast as it goes, on all cores, without the order that our files have."""

ROUNDS = 3
"""New days that are merged one after the other; the cheapest counts."""


def figures(scale: float) -> dict[str, float]:
    """All figures of the merge, with `scale` times as many rows."""
    rows = int(ROWS * scale)
    with tempfile.TemporaryDirectory() as folder:
        url, target = f"file://{folder}/long", f"{folder}/duckdb.parquet"
        apart("bench.merge:make", url, rows, WINDOWS)
        ours, theirs, copy = _side_by_side(url, target)
        into_long = _new_day(url, rows // WINDOWS // 30)
    with tempfile.TemporaryDirectory() as folder:
        url = f"file://{folder}/short"
        apart("bench.merge:make", url, rows // 10, WINDOWS // 10)
        our_tenth, their_tenth, copy_of_tenth = _side_by_side(url, f"{folder}/duckdb.parquet")
        into_short = _new_day(url, rows // WINDOWS // 30)
    with tempfile.TemporaryDirectory() as folder:
        url = f"file://{folder}/dense"
        apart("bench.merge:make", url, rows * 10 // WINDOWS, 1)
        apart("bench.merge:merged", url)
        into_dense = _new_day(url, rows * 10 // WINDOWS // 30)
    return {
        "merge_ratio": ours.seconds / theirs.seconds,
        "merge_ratio_tenth": our_tenth.seconds / their_tenth.seconds,
        "merge_copy_ratio": ours.seconds / copy.seconds,
        "merge_copy_ratio_tenth": our_tenth.seconds / copy_of_tenth.seconds,
        "merge_copy_cpu_ratio": ours.cpu / copy.cpu,
        "copy_seconds": copy.seconds,
        "merge_cpu_ratio": ours.cpu / theirs.cpu,
        "merge_seconds": ours.seconds,
        "duckdb_seconds": theirs.seconds,
        "merge_cpu_seconds": ours.cpu,
        "duckdb_cpu_seconds": theirs.cpu,
        "merge_rss_mb": ours.rss_mb,
        "duckdb_rss_mb": theirs.rss_mb,
        "merge_incremental_ratio": into_long / into_short,
        "merge_incremental_ratio_denser": into_dense / into_short,
        "merge_incremental_seconds": into_long,
        "merge_incremental_seconds_short": into_short,
    }


def _side_by_side(url: str, target: str) -> tuple[Cost, Cost, Cost]:
    """The merge, DuckDB's, and a copy of the same parts, one after the other."""
    ours, theirs = apart("bench.merge:merged", url), apart("bench.merge:distinct_on", url, target)
    if ours.result != theirs.result:
        raise SystemExit(f"bench: the merge made {ours.result} rows, DuckDB {theirs.result}")
    Path(target).unlink()
    copy = apart("bench.merge:copy_parts", url, target)
    Path(target).unlink()
    return ours, theirs, copy


def make(url: str, rows: int, windows: int) -> None:
    """Windows of thirty days; the last two days of each were harvested again later, which makes the duplicates."""
    objects, videos = open_storage(url), Videos()
    for window in Window(LAST - timedelta(days=30 * windows - 1), LAST).cut(30):
        ids = videos.ids(window, int(rows / windows * (1 - DUPLICATES)))
        put_window(ProjectStore(objects, LAYOUT), window, videos, ids, SEEN)
        again = ids[-int(rows / windows * DUPLICATES) :]
        put_window(ProjectStore(objects, LAYOUT), Window(window.end - DAY, window.end), videos, again, LATER)


def merged(url: str) -> int:
    """The stage itself."""
    return merge(PROJECT, open_storage(url), "bench", lambda: datetime.now(UTC)).rows


def distinct_on(url: str, target: str) -> int:
    """The least that any merge does: read the same parts, keep one row of each id, write Parquet as we compress it."""
    parts = f"{url.removeprefix('file://')}/{LAYOUT.units}*/*.parquet"
    with duckdb.connect(config={**DUCKDB, "temp_directory": f"{target}.spill"}) as database:
        select = f"SELECT DISTINCT ON (id) * FROM read_parquet('{parts}')"  # noqa: S608
        database.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
    return pq.read_metadata(target).num_rows


def copy_parts(url: str, target: str) -> int:
    """What no merge can do without: read the same parts, and write all their rows as we do."""
    paths = sorted(Path(url.removeprefix("file://")).glob(f"{LAYOUT.units}*/*.parquet"))
    parts = map(pq.ParquetFile, paths)
    groups = (part.read_row_group(number) for part in parts for number in range(part.num_row_groups))
    return write_local(Path(target), groups, VIDEO_SCHEMA)


def _new_day(url: str, rows: int) -> float:
    """Processor seconds of merging the day after the last window, the cheapest of a few such days."""
    return min(apart("bench.merge:merge_day", url, rows, number).result for number in range(ROUNDS))


def merge_day(url: str, rows: int, number: int) -> float:
    """Put a window of one day after all others, and merge; returns the processor seconds of the merge."""
    objects, videos = open_storage(url), Videos(seed=number + 2)
    last = max(Window.parse(name) for name in objects.folders(LAYOUT.units))
    day = Window(last.end + DAY, last.end + DAY)
    put_window(ProjectStore(objects, LAYOUT), day, videos, videos.ids(day, max(rows, 1)), LATER)
    begun = time.process_time()
    merged(url)
    return time.process_time() - begun
