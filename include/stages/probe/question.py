"""Questions: the requests of a probe, each with a name under which its answer is remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.domain.page import START, Cursor
from include.domain.slice import Slice
from include.domain.window import Window
from include.tiktok.entities import VIDEOS

COMMENTS = "/v2/research/video/comment/list/"
USER = "/v2/research/user/info/"
CREATE = "/v2/research/validation_task/create/"
STATUS = "/v2/research/validation_task_status/get/"
DOWNLOAD = "/v2/research/validation_task/download/"

#: A fresh search id may be refused for some 25 seconds (contract, known faults).
RIPE = timedelta(seconds=30)

#: How long a search rests before its id is used again.
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Question:
    """One request. `name` tells it from all others of a probe.

    It is not asked before `earliest`. A refused search id is tried again where `patient` is set: it worked, or is
    about to. A `late` one may use the requests that are kept for the end. `file` goes with a form instead of JSON.
    """

    name: str
    path: str
    body: Mapping[str, Any]
    fields: tuple[str, ...] = ()
    file: bytes | None = None
    earliest: datetime | None = None
    patient: bool = False
    late: bool = False

    @property
    def sent(self) -> dict[str, Any]:
        """What `wire.post` is to send."""
        sent: dict[str, Any] = {"params": {"fields": ",".join(self.fields)}} if self.fields else {}
        if self.file is None:
            return sent | {"json": self.body}
        return sent | {"data": self.body, "files": {"file_data": ("ids.txt", self.file, "text/plain")}}


def ask_videos(
    name: str,
    query: Mapping[str, Any],
    days: Window,
    fields: Sequence[str],
    cursor: Cursor = START,
    *,
    size: int = VIDEOS.page_size,
    **how: Any,
) -> Question:
    """A page of a search, as the harvest asks for it."""
    request = VIDEOS.ask(query, Slice(number=1, start=days.start, end=days.end), cursor) | {"max_count": size}
    return Question(name, VIDEOS.path, request, tuple(fields), **how)
