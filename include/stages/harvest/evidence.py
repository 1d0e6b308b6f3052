"""Evidence: what else is known of a unit's days, from other units, from canary queries, from a narrow search."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.domain.errors import BudgetSpent, Narrower
from include.domain.observation import QUERY_ID
from include.domain.page import START
from include.domain.slice import Slice, SliceState
from include.stages.harvest.search import SPLIT_TRIES
from include.stages.harvest.unit import Unit
from include.storage.manifests import stream_units
from include.storage.parts import ids_on
from include.tiktok.query import finds_by_text

#: How old an answer may be for which a canary query stands as a witness.
WITNESS_OF = timedelta(hours=2)


@dataclass(frozen=True)
class Neighbours:
    """What the project's other units say: whether this query ever found anything, and how much to expect of it.

    `expected` is what the nearest covered unit of the query has on as many days, None where there is none.
    """

    works: bool
    expected: float | None


def known_elsewhere(unit: Unit) -> dict[str, int]:
    """How many records of the unit's days the project's other units hold, by query."""
    ids: dict[str, set[int]] = defaultdict(set)
    for window in unit.others:
        days = window & unit.manifest.window
        for table in ids_on(unit.store, str(window), days, unit.entity.key) if days else ():
            for row in table.to_pylist():
                ids[row[QUERY_ID]].add(row[unit.entity.key])
    return {query: len(found) for query, found in ids.items()}


def ask_neighbours(unit: Unit) -> Neighbours:
    """What the nearest units of the same query found."""
    works, expected = unit.gathering.found_before(unit.now.number, unit.manifest.query_id) > 0, None
    for other in stream_units(unit.store, [str(window) for window in unit.others]):
        if other.query_id != unit.manifest.query_id:
            continue
        works = works or other.result.counts.found > 0
        if other.covers and expected is None:
            expected = other.result.counts.found / other.window.days * unit.manifest.window.days
        if works and expected is not None:
            break
    return Neighbours(works, expected)


def ask_canaries(unit: Unit) -> bool | None:
    """Whether each canary query finds something on the unit's days; None where the project has none that can tell.

    TikTok was seen to answer texts with nothing while it answers other queries: only a text tells of a text.
    """
    by_text = finds_by_text(unit.manifest.query)
    queries = [query for query in unit.project.canary_queries if finds_by_text(query) or not by_text]
    try:
        return all(_finds(unit, query) for query in queries) if queries else None
    except BudgetSpent:
        return None


def silent_alone(unit: Unit) -> list[tuple[Slice, datetime]]:
    """The slices that TikTok answered with nothing at a time at which it answered no other with anything, and when."""
    searches = [unit.progress(each) for each in unit.now.slices if each.state is SliceState.DONE]
    heard = [each.heard_at for each in searches if each.heard_at]
    silent = [(each.asked, each.stored_at) for each in searches if heard and not len(each.ids) and each.stored_at]
    return [(asked, at) for asked, at in silent if all(abs(at - other) > WITNESS_OF for other in heard)]


def finds_again(unit: Unit) -> bool:
    """Whether TikTok still finds something on the day of the unit on which the round found most."""
    found = unit.gathering.days_of(unit.now.number)
    if not found:  # all that came is foreign, or has no date
        return False
    days, narrowing = unit.entity.on_day(max(found, key=lambda day: (found[day], day)))
    try:
        return _ask(unit, unit.manifest.query, Slice(number=1, start=days.start, end=days.end, narrowing=narrowing)) > 0
    except (BudgetSpent, Narrower):
        return False


def answers_at_all(unit: Unit, failed: Slice) -> bool:
    """Whether TikTok answers a search as narrow as can be, at the other end of the unit, with whatever."""
    window, query = unit.manifest.window, unit.manifest.query
    day = window.end if failed.end < window.end else window.start
    narrow = Slice(number=1, start=day, end=day)
    while narrower := unit.entity.narrow(query, narrow):
        narrow = Slice(number=1, start=day, end=day, narrowing=narrower[-1])
    try:
        _ask(unit, query, narrow)
    except BudgetSpent:
        return True  # nothing shows that it does not; the next search is stopped by the same budget
    except Narrower:
        return False
    return True


def _finds(unit: Unit, query: Mapping[str, Any]) -> bool:
    """Whether a canary query finds anything; asked for the days of each slice, where the unit was split."""
    for days in dict.fromkeys(each.days for each in unit.now.slices if not each.one_day):
        try:
            if _ask(unit, query, Slice(number=1, start=days.start, end=days.end)):
                return True
        except BudgetSpent:
            raise
        except Narrower:
            continue
    return False


def _ask(unit: Unit, query: Mapping[str, Any], asked: Slice) -> int:
    request = unit.entity.ask(query, asked, START)
    answer, _ = unit.api.page(unit.entity, request, (unit.entity.key,), unit.meter, fault_tries=SPLIT_TRIES)
    return answer.content.returned
