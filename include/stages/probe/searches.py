"""Points about searches read in turn: their fields, their order, their cursors and ends."""

from itertools import pairwise

from include.stages.probe import control, two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.days import second_day
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.reading import Reading
from include.tiktok.entities import VIDEOS
from include.tiktok.fields import SPELLINGS

#: The smallest share of hits that are shown for which the estimates of the harvest are right (recorded behaviour, 9).
USUAL_YIELD = 0.55


def _examine_fields(asker: Asker) -> Finding:
    taken = two_days.taken_fields(asker)
    refused = [each for each in two_days.ALL if each not in taken]
    told = [each + _other_spelling(asker, each) for each in refused]
    came = f"refused: {', '.join(told)}" if refused else "all were taken"
    return judge(not refused, came, asked=len(two_days.ALL), refused=len(refused))


def _other_spelling(asker: Asker, name: str) -> str:
    other = SPELLINGS.get(name)
    return f" ({other} is {'taken' if two_days.takes(asker, ('id', other)) else 'refused too'})" if other else ""


def _examine_order(asker: Asker) -> Finding:
    keys = [key for page in two_days.pages(asker) for key in page.handles.keys]
    if len(keys) < 2:
        raise Unsettled("fewer than two records have an id")
    wrong = sum(later >= earlier for earlier, later in pairwise(keys))
    return judge(not wrong, f"{wrong} of {len(keys)} ids are not lower than the one before", ids=len(keys), wrong=wrong)


def _examine_yield(asker: Asker) -> Finding:
    """Only of a page that is not the last is it known how many hits it stands for."""
    full = [page for page in two_days.pages(asker) if page.more]
    if not full:
        raise Unsettled("the two days have no full page")
    returned, hits = sum(page.returned for page in full), VIDEOS.page_size * len(full)
    came = f"{returned} records of {hits} hits"
    return judge(returned >= USUAL_YIELD * hits, came, returned=returned, hits=hits)


def _examine_advance(asker: Asker) -> Finding:
    full = [page for page in _read_in_turn(asker) if page.more]
    if not full:
        raise Unsettled("no search had a second page")
    odd = [f"{page.cursor} behind {page.index}" for page in full if page.cursor != page.index + page.size]
    came = f"other cursors: {', '.join(odd)}" if odd else f"true of {len(full)} pages"
    return judge(not odd, came, pages=len(full), others=len(odd))


def _examine_last_cursor(asker: Asker) -> Finding:
    """Of the control search it is known how many hits it has; of another one, at least that its last page has them."""
    ends = [page for page in _read_in_turn(asker) if page.more is False and page.returned]
    if not ends:
        raise Unsettled("no search came to its end")
    told = f"last cursors: {', '.join(f'{page.cursor} (asked at {page.index})' for page in ends)}"
    last = _last_of_control(asker)
    if last:
        hits = len(control.control(asker).known)
        return judge(last.cursor == hits, f"{told}; {hits} hits are known", cursor=last.cursor, hits=hits)
    fits = [page.returned <= (page.cursor or 0) - page.index < page.size for page in ends]
    return judge(any(fits), told, searches=len(ends), within_the_page=sum(fits))


def _examine_end(asker: Asker) -> Finding:
    reading = control.behind_the_end(asker)
    if not reading.answered:
        return judge(False, f"refused: {reading.refusal}")
    came = f"{reading.returned} records, has_more {reading.more}, cursor {reading.cursor}"
    return judge(not reading.returned and not reading.more, came, returned=reading.returned)


def _read_in_turn(asker: Asker) -> list[Reading]:
    """Every page of a search that was asked for at the start, or at a cursor that TikTok had told."""
    found = [*two_days.pages(asker), second_day(asker)]
    try:
        found += [control.found_page(asker), control.second_page(asker), control.last_page(asker)]
    except Unsettled:
        return found
    return found


def _last_of_control(asker: Asker) -> Reading | None:
    try:
        return control.last_page(asker)
    except Unsettled:
        return None


FIELDS = Point(
    name="fields",
    assumption=f"one request may ask for all {len(two_days.ALL)} fields, favorites_count spelt so among them",
    source="contract 3.1 and 13 (5); recorded behaviour 12",
    change="Give every project a list `fields` without the refused ones. Then KINDS and SPELLINGS in "
    "include/tiktok/fields.py, and VIDEO_FIELDS in include/tiktok/schemas.py.",
    examine=_examine_fields,
)
ORDER = Point(
    name="order",
    assumption="a search runs from the highest id to the lowest, over all its pages",
    source="contract 3.1; recorded behaviour 1",
    change="Nothing may be concluded from the lowest id that was reached: `Progress.reached` in "
    "include/stages/harvest/progress.py; searches that were lost are then asked again whole.",
    examine=_examine_order,
)
YIELD = Point(
    name="yield",
    assumption=f"a page shows {USUAL_YIELD:.0%} of its hits at least",
    source="contract 6 (real yield); recorded behaviour 9",
    change="Plan with more requests: what a run will cost follows from units that are complete, and corrects itself; "
    "docs/scaling.md does not.",
    examine=_examine_yield,
)
ADVANCE = Point(
    name="cursor of a page",
    assumption="the cursor behind a page is max_count further than the one before it, whatever was shown",
    source="contract 5 (3); recorded behaviour 8",
    change="`Progress.follow` in include/stages/harvest/progress.py takes other cursors for odd ones: have it follow "
    "what TikTok tells.",
    examine=_examine_advance,
)
LAST_CURSOR = Point(
    name="last cursor",
    assumption="the cursor of the last page is the number of hits",
    source="recorded behaviour 8",
    change="No end is proven by its cursor, so that each search costs one call more; withheld hits cannot be counted. "
    "Take BY_HITS out of include/stages/harvest/progress.py.",
    examine=_examine_last_cursor,
)
END = Point(
    name="behind the end",
    assumption="a call at the last cursor brings an empty page that says that there is no more",
    source="issue 12 (one more call proves an end); invented in the sandbox",
    change="An end without a telling cursor is then proven by looking at the first days again. If the call is refused, "
    "nothing needs to be changed; if it brings records, an end is none: `Progress.follow`.",
    examine=_examine_end,
)
