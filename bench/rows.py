"""Millions of rows as a project of ten years has them, made from some thousand videos of the sandbox."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.requests import PROJECT
from include.domain.check import check
from include.domain.manifest import Counts, Round, State, UnitManifest
from include.domain.observation import FIRST_SEEN, OBSERVED_AT, RAW
from include.domain.slice import Slice
from include.domain.window import DAY, Window
from include.sandbox.corpus import EVERYTHING, Corpus
from include.sandbox.records import record
from include.sandbox.settings import SandboxSettings
from include.storage.manifests import write_unit
from include.storage.parquet import ROW_GROUP, put
from include.storage.parts import PART_GROUP
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_id, query_of
from include.tiktok.schemas import INSTANT, VIDEO_FIELDS, VIDEO_SCHEMA, video_table

SEEN = datetime(2026, 6, 1, 10, tzinfo=UTC)
LATER = SEEN + timedelta(days=10)
SAMPLE_DAYS = Window(date(2026, 1, 1), date(2026, 1, 10))

#: As many as a manifest has, with as many figures.
CHECKS = tuple(check(f"check number {number}", found=number, expected=number) for number in range(17))


class Videos:
    """Rows whose texts, counts and raw records are those of sandbox videos, with ids and times of their own."""

    def __init__(self, seed: int = 1) -> None:
        corpus = Corpus(SandboxSettings(videos_per_day=2000))
        videos = corpus.search(EVERYTHING, SAMPLE_DAYS.start, SAMPLE_DAYS.end)
        records = [record(corpus, video, list(VIDEO_FIELDS), int(SEEN.timestamp())) for video in videos]
        table = video_table(records, SEEN, query_id(query_of(PROJECT)))
        halves = pc.split_pattern(table[RAW], '"id":', max_splits=1).combine_chunks()
        self.head, rest = pc.list_element(halves, 0), pc.list_element(halves, 1)
        self.tail = pc.replace_substring_regex(rest, r"^\d+", "")
        self.sample = table
        self.random = np.random.default_rng(seed)

    def ids(self, window: Window, count: int) -> np.ndarray:
        """Ids of `count` videos that were created in a window, in order."""
        begin, end = (int(datetime.combine(day, time(), UTC).timestamp()) for day in (window.start, window.end + DAY))
        drawn = self.random.integers((begin + 60) << 32, end << 32, int(count * 1.001) + 10)
        return np.sort(self.random.permutation(np.unique(drawn))[:count])

    def tables(self, ids: np.ndarray, seen: datetime) -> Iterator[pa.Table]:
        """Observations of these videos, in order, in tables of a row group."""
        for start in range(0, len(ids), ROW_GROUP):
            yield self._table(ids[start : start + ROW_GROUP], seen)

    def _table(self, ids: np.ndarray, seen: datetime) -> pa.Table:
        drawn = pa.array(self.random.integers(0, self.sample.num_rows, len(ids)))
        numbers = pa.array(ids)
        raw = pc.binary_join_element_wise(
            self.head.take(drawn), '"id":', numbers.cast(pa.string()), self.tail.take(drawn), ""
        )
        own = {
            "id": numbers,
            "create_time": pc.shift_right(numbers, 32).cast(VIDEO_FIELDS["create_time"]),
            FIRST_SEEN: pa.repeat(pa.scalar(seen, INSTANT), len(ids)),
            OBSERVED_AT: pa.repeat(pa.scalar(seen, INSTANT), len(ids)),
            RAW: raw,
        }
        taken = self.sample.drop_columns(list(own)).take(drawn)
        return pa.Table.from_arrays(
            [own.get(name) if name in own else taken[name] for name in VIDEO_SCHEMA.names], schema=VIDEO_SCHEMA
        )


def put_window(store: ProjectStore, window: Window, videos: Videos, ids: np.ndarray, seen: datetime) -> None:
    """A complete window with its part, as a harvest leaves it, but without pages."""
    path = store.layout.part(str(window))
    part = put(store.objects, path, videos.tables(ids, seen), VIDEO_SCHEMA, group=PART_GROUP)
    months = np.unique((ids >> 32).astype("datetime64[s]").astype("datetime64[M]").astype(str), return_counts=True)
    update = {
        "months": dict(zip(months[0].tolist(), months[1].tolist(), strict=True)),
        "part_sha256": part.sha256,
        "synthetic": True,
    }
    write_unit(store, complete_unit(window, len(ids), seen).model_copy(update=update))


def complete_unit(window: Window, records: int, seen: datetime) -> UnitManifest:
    """The manifest of a window whose only search found so many records."""
    query, pages = query_of(PROJECT), records // 100 + 1
    whole = Slice(number=1, start=window.start, end=window.end).finish(records, "hits")
    counts = Counts(pages=pages, requests=pages, returned=records, distinct=records, found=records, hits=records)
    now = Round(
        fields=tuple(VIDEO_FIELDS),
        slices=(whole,),
        state=State.COMPLETE,
        ended_at=seen,
        checks=CHECKS,
        counts=counts,
        days={day.isoformat(): records // window.days for day in window},
    )
    unit = UnitManifest(start=window.start, end=window.end, query=query, query_id=query_id(query), now=now)
    return unit.close_round(now)
