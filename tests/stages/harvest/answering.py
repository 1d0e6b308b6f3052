"""A session that answers every search from a list of records, for what the sandbox's corpus cannot be made to hold."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from include.domain.window import Window
from tests.tiktok.answers import Session, answer

Records = list[dict[str, Any]]


def spread(count: int, window: Window, **changes: Any) -> Records:
    """So many records, as evenly over the days as can be, newest first."""
    first, last = (datetime.combine(day, time(12), UTC).timestamp() for day in (window.start, window.end))
    moments = [int(last - (last - first) * number / max(1, count - 1)) for number in range(count)]
    return [
        {"id": (at << 32) + number, "create_time": at, "username": "synth_a"} | changes
        for number, at in enumerate(moments)
    ]


class Answering(Session):
    """Finds what `found` says for a query, in pages of a hundred, of the days that are asked for."""

    def __init__(self, found: Callable[[Mapping[str, Any]], Iterable[dict[str, Any]]]) -> None:
        super().__init__()
        self.found = found

    def post(self, url: str, **options: Any) -> Any:
        if not url.endswith("/v2/oauth/token/"):
            self.responses.append(self._answer(options["json"]))
        return super().post(url, **options)

    def _answer(self, asked: Mapping[str, Any]) -> Any:
        days = Window(*(datetime.strptime(asked[name], "%Y%m%d").date() for name in ("start_date", "end_date")))  # noqa: DTZ007
        named = [each for each in asked["query"].get("and", []) if each["field_name"] == "create_date"]
        hits = [each for each in self.found(asked["query"]) if _day(each) in days]
        for condition in named:
            hits = [each for each in hits if f"{_day(each):%Y%m%d}" in condition["field_values"]]
        first = asked.get("cursor", 0)
        last = min(first + 100, len(hits))
        more = last < len(hits)
        return answer({"videos": hits[first:last], "cursor": last, "has_more": more, "search_id": "7"})


def _day(record: Mapping[str, Any]) -> date:
    return datetime.fromtimestamp(record["create_time"], UTC).date()
