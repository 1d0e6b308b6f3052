"""How fast rows become checked, serialised records, beside `orjson.dumps` of equal dicts."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import orjson

from bench.requests import PROJECT
from include.icandid.collection import Collection
from include.icandid.conformance import faults
from include.icandid.language import video_language
from include.icandid.record import video_record
from include.icandid.serialise import document_bytes
from include.sandbox.corpus import EVERYTHING, Corpus
from include.sandbox.records import record
from include.sandbox.settings import SandboxSettings
from include.tiktok.query import query_id, query_of
from include.tiktok.schemas import VIDEO_FIELDS, video_table

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
ROUNDS = 3
"""The fastest round counts, in time of the processor: other processes of the machine only ever slow one down."""


def figures(scale: float = 1.0) -> dict[str, float]:  # noqa: ARG001 - it is small at any scale
    """Records a second through map, check and serialise; the dumps alone; and the detection of languages, apart."""
    collection, rows = Collection.of(PROJECT, query_of(PROJECT)), _rows()
    documents = [video_record(row, collection, "nl") for row in rows]

    def described(row: dict[str, Any]) -> bytes:
        document = video_record(row, collection, "nl")
        if faults(document, "strict"):
            raise SystemExit(f"bench: the record of {row['id']} is refused")
        return document_bytes(document)

    return {
        "describe_per_second": _per_second(described, rows),
        "dumps_per_second": _per_second(orjson.dumps, documents),
        "detect_per_second": _per_second(video_language, rows),
    }


def _per_second(work: Callable[[Any], Any], items: Iterable[Any]) -> float:
    items, fastest = list(items), float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for item in items:
            work(item)
        fastest = min(fastest, time.process_time() - started)
    return len(items) / fastest


def _rows() -> list[dict[str, Any]]:
    """Some ten thousand rows of the sandbox's videos, with every field."""
    corpus, names = Corpus(SandboxSettings(videos_per_day=1000)), list(VIDEO_FIELDS)
    videos = corpus.search(EVERYTHING, date(2026, 1, 1), date(2026, 1, 10))
    records = [record(corpus, video, names, int(AT.timestamp())) for video in videos]
    return video_table(records, AT, query_id(query_of(PROJECT))).to_pylist()
