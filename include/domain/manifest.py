"""What was counted: the manifest of a window, and of a dataset."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from include.domain.errors import WindowNotComplete
from include.domain.piece import Piece
from include.domain.window import Window


class State(StrEnum):
    """How far a window came."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    SUSPECT = "suspect"


class PieceState(BaseModel):
    """A piece of a window that was cut, and how far it came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    piece: Piece
    state: State = State.INCOMPLETE
    reason: str = ""


class _Counted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WindowManifest(_Counted):
    """What one window asked for and what came of it.

    `asked` and `returned` count records over all pages of this query, `distinct` the ids among them. `requests`
    includes the failed attempts that a page needed. `pieces` are what the window was cut into, `stuck_at` the page at
    which the last try gave up, `reason` why it is not complete. `months` counts the rows of the part, those of earlier
    queries too.

    A window may be passed through several times: `begun_by` is the run that began the latest pass, `came` the ids that
    this pass found, `without_id` its records that had none and stay in the pages only, and `believed` the ids that the
    last pass found that left the window complete.
    """

    start: date
    end: date
    state: State
    query: dict[str, Any]
    query_id: str
    fields: tuple[str, ...]
    reason: str = ""
    stuck_at: str = ""
    pass_number: int = 1
    begun_by: str = ""
    came: int = 0
    believed: int = 0
    pieces: tuple[PieceState, ...] = ()
    pages: int = 0
    requests: int = 0
    asked: int = 0
    returned: int = 0
    distinct: int = 0
    without_id: int = 0
    first_observed: datetime | None = None
    last_observed: datetime | None = None
    first_created: datetime | None = None
    last_created: datetime | None = None
    months: dict[str, int] = {}
    part_sha256: str | None = None
    synthetic: bool = False

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    @property
    def complete(self) -> bool:
        return self.state is State.COMPLETE

    def check_complete(self) -> None:
        """A window that is parked must not be overlooked.

        Raises:
            WindowNotComplete: it is incomplete or suspect; says why, and what comes next.
        """
        if not self.complete:
            raise WindowNotComplete(
                f"Window {self.window} is {self.state}: {self.reason}. Its {self.pages} pages are kept and merged; "
                "the next run of this DAG tries it again. Its days do not count as covered until then."
            )

    def summary(self) -> dict[str, Any]:
        """The counts that Airflow shows of a window; never a record."""
        counts = ("state", "reason", "pages", "requests", "returned", "distinct")
        return {"window": str(self.window), **self.model_dump(mode="json", include=set(counts))}


class Month(_Counted):
    """One month of a dataset: `parts` names what was merged into it, window by window, with each part's SHA-256."""

    rows: int
    sha256: str
    parts: dict[str, str]
    bytes: int = 0

    def holds(self, parts: Mapping[str, str], stored_bytes: int) -> bool:
        """Whether the month's file has these parts, if a listing shows it with so many bytes; no is "look inside"."""
        return self.bytes == stored_bytes > 0 and parts.items() <= self.parts.items()


class DatasetManifest(_Counted):
    """The months of a dataset. `synthetic` is set when any record came from the sandbox."""

    schema_version: int
    months: dict[str, Month] = {}
    synthetic: bool = False

    @property
    def rows(self) -> int:
        return sum(month.rows for month in self.months.values())

    def summary(self) -> dict[str, Any]:
        """The counts that Airflow shows of a dataset."""
        return {"months": len(self.months), "videos": self.rows}
