"""The search index behind iCANDID: records go in, datasets come out again, and what is in can be counted.

Speaks to OpenSearch and to Elasticsearch 7. At most `BATCH` documents are on their way: the next ones are asked for
when the index has answered for the last ones.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from time import sleep
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from include.icandid.index_document import handed_over, indexed
from include.icandid.index_merge import datasets, merged, without_dataset
from include.icandid.index_write import Change, translated, write
from include.icandid.sink import Verdict

BATCH = 300
"""Documents in one request, as iCANDID's own loader sends them."""

Item = TypeVar("Item")


class SearchIndex:
    """The index behind `alias`; `pause` waits so many seconds between two attempts."""

    name = "index"

    def __init__(self, client: OpenSearch, alias: str = "icandid", pause: Callable[[float], None] = sleep) -> None:
        self._client, self._alias, self._pause = client, alias, pause

    def put(self, records: Iterable[dict[str, Any]], at: datetime) -> Iterator[Verdict]:
        """Bring the index up to date with conforming records, at the moment `at`; what it has already is not sent.

        A video that belongs to other datasets stays in them. A record that the index refuses is reported with the
        engine's reason, and the others proceed.

        Raises:
            IndexUnavailable: the index goes on answering 429 or 5xx, or not at all.
            SettingInvalid: the index refuses us: rights, a missing alias, a write block.
        """
        for some in _batches(records):
            by_id = {record["@id"]: record for record in some}
            yield from self._write(by_id, lambda one, stored, by_id=by_id: _put(stored, by_id[one], at))

    def withdraw(self, dataset_id: str, ids: Iterable[str], at: datetime) -> Iterator[Verdict]:
        """Take documents out of a dataset; a document that belongs to no other is deleted.

        Raises: as `put`.
        """
        for some in _batches(ids):
            yield from self._write(dict.fromkeys(some), lambda _one, stored: _withdraw(stored, dataset_id, at))

    def count(self, dataset_id: str) -> int:
        """How many documents of the dataset a search finds now, exactly.

        Raises: as `put`.
        """
        with translated(self._alias):
            self._client.indices.refresh(index=self._alias)
            found = self._client.count(index=self._alias, body={"query": _of(dataset_id)})
        return int(found["count"])

    def ids(self, dataset_id: str) -> Iterator[str]:
        """The ids of all documents of the dataset that a search finds now.

        Raises: as `put`.
        """
        with translated(self._alias):
            self._client.indices.refresh(index=self._alias)
            query = {"query": _of(dataset_id), "_source": False}
            yield from (hit["_id"] for hit in scan(self._client, query=query, index=self._alias, size=1000))

    def _write(self, by_id: dict[str, Any], decide: Any) -> Iterator[Verdict]:
        return write(self._client, self._alias, list(by_id), decide, self._pause)


def _put(stored: dict[str, Any] | None, record: dict[str, Any], at: datetime) -> Change:
    if stored is None:
        return Change("created", indexed(record, at))
    before = handed_over(stored)
    document = merged(before, record)
    return Change("unchanged") if document == before else Change("updated", indexed(document, at))


def _withdraw(stored: dict[str, Any] | None, dataset_id: str, at: datetime) -> Change:
    if stored is None or dataset_id not in datasets(stored):
        return Change("absent")
    left = without_dataset(handed_over(stored), dataset_id)
    return Change("withdrawn", indexed(left, at)) if left else Change("deleted")


def _of(dataset_id: str) -> dict[str, Any]:
    return {"term": {"isBasedOn.isPartOf.@id": dataset_id}}


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
