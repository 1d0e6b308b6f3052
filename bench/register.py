"""What registration costs: calls of a store 20 ms away, processor time beside describing in memory, and idle months."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
from obstore.store import MemoryStore

from bench.apart import Cost, apart
from bench.counted import WatchedFile
from bench.requests import PROJECT
from bench.rows import LATER, SEEN, Videos
from include.domain.manifest import DatasetManifest, Month
from include.domain.window import Window
from include.icandid.collection import Collection
from include.icandid.conformance import faults
from include.icandid.language import video_language
from include.icandid.record import video_record
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.icandid.serialise import document_bytes
from include.stages.changes import COMPARED, compare, settle
from include.stages.describe import describe, record_shape
from include.stages.hand_over import HandOver
from include.stages.register import register
from include.storage.digests import write_digests
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset, write_dataset
from include.storage.objects import Objects, open_storage
from include.storage.parquet import open_object, put, tables_of
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_of
from include.tiktok.schemas import SCHEMA_VERSION, VIDEO_SCHEMA

RECORDS = 10_000
"""Of a run of a hundred pages, through a store that is far away."""

A_DAY = 33_000
"""Videos of a project with a client's whole quota, more or less, on a disk."""

MANY = 1_000_000
FEW = MANY // 10
ROUNDS = 2
FAR_SECONDS = 0.02
AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
MONTH = "2026-01"
DAYS = Window(date(2026, 1, 1), date(2026, 1, 31))
LAYOUT = ProjectLayout(PROJECT.project_id)
COLLECTION = Collection.of(PROJECT, query_of(PROJECT))


def figures(scale: float) -> dict[str, float]:
    """Calls for RECORDS, processor time for A_DAY, memory of unchanged months; all but the first scale."""
    calls = apart("bench.register:registered_far_away", RECORDS).result
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_registered(f"{folder}/{number}", round(A_DAY * scale)) for number in range(ROUNDS)]
        ours, memory = min(cost.cpu for cost, _ in rounds), min(cost.result for _, cost in rounds)
        many, few = (_idle(f"{folder}/{rows}", round(rows * scale)) for rows in (MANY, FEW))
    return {
        "register_sequential_calls": calls["sequential"],
        "register_calls": calls["all"],
        "register_cpu_ratio": ours / memory,
        "register_cpu_us_per_record": ours / (A_DAY * scale) * 1e6,
        "describe_cpu_us_per_record": memory / (A_DAY * scale) * 1e6,
        "register_rss_mb": min(cost.rss_mb for cost, _ in rounds),
        "describe_idle_rss_ratio": many.rss_mb / few.rss_mb,
        "describe_idle_rss_mb": many.rss_mb,
        "describe_idle_rss_mb_tenth": few.rss_mb,
        "describe_idle_cpu_seconds": many.cpu,
    }


@dataclass
class Calls:
    """How many calls there were, and how many of them had to wait for one another.

    A call stands one round after the last round of all calls that had ended when it began, so that `sequential` is the
    longest row of calls of which each began after the one before had ended.
    """

    all: int = 0
    sequential: int = 0
    _lock: Any = field(default_factory=Lock)

    def wait(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """What `call` returns, FAR_SECONDS later."""
        with self._lock:
            self.all += 1
            round_ = self.sequential + 1
        time.sleep(FAR_SECONDS)
        result = call(*arguments)
        with self._lock:
            self.sequential = max(self.sequential, round_)
        return result


@dataclass
class Far:
    """A storage as a bucket shows it, of which each call takes FAR_SECONDS and is noted."""

    objects: Objects
    calls: Calls = field(default_factory=Calls)
    url: str = "memory://"

    def __getattr__(self, name: str) -> Any:
        return partial(self.calls.wait, getattr(self.objects, name))

    def reader(self, path: str) -> WatchedFile | None:
        """Opening is a call, and each piece that is read."""
        file = self.calls.wait(self.objects.reader, path)
        return WatchedFile(file, partial(self.calls.wait, file.readinto)) if file else None


def registered_far_away(records: int) -> dict[str, int]:
    """A first registration of so many records, through a store that is far away; returns its calls."""
    near = Objects(MemoryStore(), Far.url)
    _put_month(near, records, SEEN)
    far = Far(near)
    _register(far, records)
    return {"sequential": far.calls.sequential, "all": far.calls.all}


def registered(folder: str, records: int) -> None:
    """The whole registration on a disk: records, lists, digests, the dataset's description, the row."""
    _register(open_storage(f"file://{folder}"), records)


def described(folder: str) -> float:
    """The least that any registration does: the same records in memory, from the row to the bytes.

    Returns the processor seconds, in which reading the rows is not.
    """
    file = open_object(open_storage(f"file://{folder}"), LAYOUT.month(MONTH))
    rows = file.read().to_pylist() if file else []
    begun = time.process_time()
    for row in rows:
        document = video_record(row, COLLECTION, video_language(row, COLLECTION.languages))
        if faults(document, "strict"):
            raise SystemExit(f"bench: the record of {row['id']} is refused")
        document_bytes(document)
    return time.process_time() - begun


def put_month(folder: str, rows: int) -> None:
    """A dataset of one month."""
    _put_month(open_storage(f"file://{folder}"), rows, SEEN)


def put_month_again(folder: str, rows: int) -> None:
    """A month of which a sink has all records, and whose videos were all observed again without saying anything new."""
    objects, file = open_storage(f"file://{folder}"), Path(folder) / "digests"
    _put_month(objects, rows, SEEN)
    if month := open_object(objects, LAYOUT.month(MONTH)):
        compare(tables_of(month, COMPARED), (), record_shape(COLLECTION), file)
        none = pa.array([], pa.int64())
        write_digests(objects, LAYOUT, HandOver.name, MONTH, settle(file, none, none), "what was before")
    _put_month(objects, rows, LATER)


def described_again(folder: str, rows: int) -> None:
    """Describe that month: each row is compared, and none changed."""
    objects = open_storage(f"file://{folder}")
    dataset = read_dataset(ProjectStore(objects, LAYOUT)) or DatasetManifest(schema_version=SCHEMA_VERSION)
    counts = describe(COLLECTION, dataset, objects, HandOver(objects, LAYOUT, "bench"), AT)
    if (counts.accepted, counts.sent) != (rows, 0):
        raise SystemExit(f"bench: of {rows} unchanged records, {counts.sent} were sent and {counts.accepted} accepted")


def _registered(folder: str, records: int) -> tuple[Cost, Cost]:
    apart("bench.register:put_month", folder, records)
    return apart("bench.register:registered", folder, records), apart("bench.register:described", folder)


def _idle(folder: str, rows: int) -> Cost:
    apart("bench.register:put_month_again", folder, rows)
    return apart("bench.register:described_again", folder, rows)


def _register(objects: Any, records: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(registry_engine(f"sqlite:///{folder}/registry.sqlite"))
        sent = register(PROJECT, objects, registry, "bench", AT).sent
    if sent != records:
        raise SystemExit(f"bench: {sent} of {records} records were sent")


def _put_month(objects: Objects, rows: int, seen: datetime) -> None:
    """The same videos for the same number of rows, whenever they were seen."""
    videos = Videos()
    month = put(objects, LAYOUT.month(MONTH), videos.tables(videos.ids(DAYS, rows), seen), VIDEO_SCHEMA)
    held = Month(rows=month.rows, bytes=month.bytes, sha256=month.sha256, parts=month.sha256)
    dataset = DatasetManifest(schema_version=SCHEMA_VERSION, months={MONTH: held})
    write_dataset(ProjectStore(objects, LAYOUT), dataset)
