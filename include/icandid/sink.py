"""A way into iCANDID for records, and what it says became of each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Outcome = Literal["created", "updated", "unchanged", "refused", "withdrawn", "deleted", "absent"]


@dataclass(frozen=True)
class Verdict:
    """What became of one document; `reason` says why the sink refused it."""

    id: str
    outcome: Outcome
    reason: str = ""


class Sink(Protocol):
    """Takes conforming records, gives them up again, and counts them."""

    @property
    def name(self) -> str:
        """Names what it was sent already, and its line in the reconciliation."""

    def put(self, records: Iterable[dict[str, Any]], at: datetime) -> Iterator[Verdict]:
        """Take the records, with a verdict for each; a verdict that is not `refused` says that the sink holds it."""

    def withdraw(self, dataset_id: str, ids: Iterable[str], at: datetime) -> Iterator[Verdict]:
        """Give up records of a dataset that iCANDID must not hold any more."""

    def count(self, dataset_id: str) -> int | None:
        """How many records of the dataset it holds; None where nobody can count them from here."""


class Index(Sink, Protocol):
    """A sink that can be asked which records of a dataset it holds."""

    def ids(self, dataset_id: str) -> Iterator[str]:
        """The ids of all records of the dataset that it holds now."""
