"""Suspicion: what came back may be less than there is, although TikTok reports no error."""

import math
from collections.abc import Callable, Iterable, Mapping

from include.domain.manifest import WindowManifest
from include.domain.window import Window
from include.tiktok.query import finds_by_text

FAR_LESS = 0.5
"""A pass that returns less than this part of what is known of its days is not believed."""

CHANCE = 3
"""Nor is one that lacks more than this many square roots of it: a handful of records varies by itself."""

EXPECTED_BY_TEXT, EXPECTED = 10, 100
"""So many records, where the nearest complete window has them on as many days, do not turn into none by themselves.
TikTok was seen to answer texts with nothing (contract, known faults); an account may fall silent."""

MANY = 100
"""Records of another query on these days: one that finds none of them asks for something else, or was not answered."""

NAME_ONE = "Name a canary query that must find videos on these days; once it does, this count is believed"


def last_day_is_proven(windows: Iterable[WindowManifest], asked_alone: Callable[[Window], bool]) -> bool:
    """Whether a record of some window's very last day came by itself: then TikTok counts `end_date` in.

    It is open whether the API includes `end_date` (TikTok docs do not say). Any window of the project proves it, but
    for those whose last day was `asked_alone`.
    """
    return any(_reaches_its_end(each) and not asked_alone(each.window) for each in windows)


def suspicion(
    now: WindowManifest,
    elsewhere: Mapping[str, int],
    expected: Callable[[], float | None],
    canaries: Callable[[], bool | None],
) -> str:
    """Why the counts of a pass that TikTok calls ended cannot be believed; empty when they can.

    `elsewhere` is how many records of these days the project's other windows hold, by query. `expected` tells how many
    the nearest complete window of this query has on as many days, None where the query never found anything; `canaries`
    whether each canary query of the project finds something on these days: that settles every doubt about a count; None
    where it has none.
    """
    if now.without_id:
        return f"{now.without_id} records came without an id; they are in the stored pages only"
    doubt = _doubt(now, elsewhere, expected)
    if now.came and not doubt:
        return ""
    match canaries():
        case True:
            return ""
        case False:
            return f"{doubt or 'nothing came'}, and a canary query of the project found nothing either"
        case None:
            return f"{doubt}. {NAME_ONE}" if doubt else ""


def _doubt(now: WindowManifest, elsewhere: Mapping[str, int], expected: Callable[[], float | None]) -> str:
    known = max(now.believed, elsewhere.get(now.query_id, 0))
    if now.came:
        far_less = now.came < min(FAR_LESS * known, known - CHANCE * math.sqrt(known))
        return f"this pass found {now.came} records where {known} are known" if far_less else ""
    if known:
        return f"nothing came, but earlier harvests of these days found {known} records"
    others, by_text = sum(elsewhere.values()) or sum(now.months.values()), finds_by_text(now.query)
    expects = expected()
    if others and (expects is None or others >= MANY):
        return f"nothing came of this query, but an earlier one found {others} records of these days"
    if by_text and expects is None:
        return "nothing came, and nothing ever came for this query; TikTok has answered texts with nothing before"
    if expects and expects >= (EXPECTED_BY_TEXT if by_text else EXPECTED):
        return f"nothing came, where the nearest complete window has {expects:.0f} records on as many days"
    return ""


def _reaches_its_end(manifest: WindowManifest) -> bool:
    return manifest.last_created is not None and manifest.last_created.date() == manifest.end
