"""Points about searches that are not read in turn: by known ids, with jumps, and again after an hour."""

from collections.abc import Callable

from include.stages.probe import control, two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.question import HOUR, Question
from include.stages.probe.reading import Reading
from include.tiktok.entities import VIDEOS
from include.tiktok.query import IN_A_CONDITION


def _examine_jump_ahead(asker: Asker) -> Finding:
    """The fourth page of a search of which two were asked for."""
    second = two_days.second_page(asker)
    if not second.more:
        raise Unsettled("the two days have no fourth page")
    name, index = "two days, fourth page after the second", 3 * VIDEOS.page_size
    reading = asker.ask(two_days.question_at(asker, name, index))
    if not reading.answered and _jumps_where_hits_are_known(asker):
        raise Unsettled(f"refused at {index}, which may lie behind the end: {reading.refusal}")
    if not reading.answered:
        return judge(False, f"refused: {reading.refusal}", cursor=index)
    if not reading.handles.keys:
        raise Unsettled(f"the page at {index} is empty: has_more {reading.more}, cursor {reading.cursor}")
    newer = sum(key >= min(second.handles.keys, default=0) for key in reading.handles.keys)
    came = f"{reading.returned} records, {newer} of them no older than the second page"
    return judge(not newer, came, cursor=index, returned=reading.returned)


def _jumps_where_hits_are_known(asker: Asker) -> bool:
    try:
        return control.jump(asker).answered
    except Unsettled:
        return False


def _examine_jump_afresh(asker: Asker) -> Finding:
    """The last of three pages right after the first, of which it is known what it must show."""
    reading, expected = control.jump(asker), control.control(asker).page(2)
    if not reading.answered:
        return judge(False, f"refused: {reading.refusal}", cursor=reading.index)
    right = len(expected & set(reading.handles.keys))
    came = f"{reading.returned} records, {right} of the {len(expected)} that must be there"
    return judge(set(reading.handles.keys) == expected, came, cursor=reading.index, right=right)


def _examine_known_ids(asker: Asker) -> Finding:
    reading, plan = control.first_page(asker), control.control(asker)
    if not reading.answered:
        raise Unsettled(f"the search was refused: {reading.refusal}")
    found, expected = set(reading.handles.keys), plan.page(0)
    right, others = len(found & expected), len(found - expected)
    came = f"{right} of the {len(expected)} that its first page must show, and {others} others"
    return judge(found == expected, came, known=len(plan.known), unknown=len(plan.asked) - len(plan.known))


def _examine_in(asker: Asker) -> Finding:
    reading = control.first_page(asker)
    came = "taken" if reading.answered else f"refused: {reading.refusal}"
    return judge(reading.answered, came, values=IN_A_CONDITION)


def _examine_reuse(asker: Asker) -> Finding:
    """A page that was served an hour ago, asked for again with the same search id."""
    before, question_at = _page_to_repeat(asker)
    name, due = f"{before.question}, after an hour", before.at + HOUR
    reading = asker.ask(question_at(asker, name, before.index, earliest=due, late=True))
    if not reading.answered:
        return judge(False, f"refused: {reading.refusal}")
    same = set(reading.handles.keys) == set(before.handles.keys)
    came = f"{reading.returned} records, {'the same' if same else 'not the same'}"
    return judge(same, came, returned=reading.returned, returned_before=before.returned)


def _page_to_repeat(asker: Asker) -> tuple[Reading, Callable[..., Question]]:
    """A page behind the first one of its search, and what asks for pages of that search."""
    try:
        return two_days.second_page(asker), two_days.question_at
    except Unsettled:
        return control.second_page(asker), control.question_at


JUMP_AHEAD = Point(
    name="jump ahead",
    assumption="a search goes on at a cursor beyond its furthest page",
    source="issue 12 (verification); not in the contract",
    change="The harvest tries it and asks page by page where it is refused. If the page was a wrong one, switch jumps "
    "off: `jumps` of Splitter in include/stages/harvest/slices.py.",
    examine=_examine_jump_ahead,
)
JUMP_AFRESH = Point(
    name="jump in a fresh search",
    assumption="a fresh search goes on at a cursor near its end with its second call, and shows the right page",
    source="issue 12 (verification); not in the contract",
    change="The harvest tries it and asks page by page where it is refused. If the page was a wrong one, switch jumps "
    "off: `jumps` of Splitter in include/stages/harvest/slices.py.",
    examine=_examine_jump_afresh,
)
KNOWN_IDS = Point(
    name="query by video_id",
    assumption="a query by video_id finds the videos that TikTok has shown, and leaves out other ids without an error",
    source="contract 4 (often returned nothing); recorded behaviour 16",
    change="A refresh cannot ask for records by their ids: leave it to batch compliance.",
    examine=_examine_known_ids,
)
IN_50 = Point(
    name="50 values",
    assumption=f"IN takes {IN_A_CONDITION} values",
    source="contract 13 (7); recorded behaviour 12",
    change="Make IN_A_CONDITION in include/tiktok/query.py smaller: longer lists become several conditions.",
    examine=_examine_in,
)
REUSE = Point(
    name="search id after an hour",
    assumption="a search goes on with the same id after it has rested for an hour",
    source="contract 13 (6)",
    change="Nothing is lost: the search is asked afresh and goes on where it was, or is split. Expect that of every "
    "search that waits for quota, and think of smaller `window_days`.",
    examine=_examine_reuse,
)
