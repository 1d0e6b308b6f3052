"""Suspicion: what came back may be less than there is, although TikTok reports no error."""

from collections.abc import Callable, Iterable

from include.domain.manifest import State, WindowManifest
from include.domain.window import Window
from include.tiktok.query import finds_by_text

FAR_LESS = 0.5
"""A pass that returns less than this part of what is known of its days is not believed."""

ENOUGH = 100
"""Records from which on two passes are compared; fewer vary too much by themselves."""


def last_day_is_proven(windows: Iterable[WindowManifest], asked_alone: Callable[[Window], bool]) -> bool:
    """Whether a record of some window's very last day came by itself: then TikTok counts `end_date` in.

    It is open whether the API includes `end_date` (TikTok docs do not say). Any window of the project proves it, but
    for those whose last day was `asked_alone`.
    """
    return any(_reaches_its_end(each) and not asked_alone(each.window) for each in windows)


def suspicion(
    now: WindowManifest,
    before: WindowManifest,
    others: Callable[[], Iterable[WindowManifest]],
    canaries: Callable[[], Iterable[bool]],
) -> str:
    """Why the counts of a window that TikTok calls ended cannot be believed; empty when they can.

    `before` is the window's manifest before this try, `others` those of the project's other windows. `canaries` asks
    the project's canary queries over the same days and tells of each whether it found anything.
    """
    ended = before.state is not State.INCOMPLETE
    if ended and now.requests == before.requests:
        return before.reason  # nothing was asked: what was thought of the window holds
    came = now.returned - before.returned if ended else now.returned
    if before.complete and before.distinct >= ENOUGH and came < FAR_LESS * before.distinct:
        return f"this pass returned {came} records where {before.distinct} are known"
    if came:
        return ""
    return _silent_zero(now, [before, *others()], list(canaries()))


def _silent_zero(now: WindowManifest, others: list[WindowManifest], answered: list[bool]) -> str:
    inside = sum(other.distinct for other in others if other.window & now.window == other.window)
    if inside:
        return f"nothing came, but earlier harvests of these days found {inside} records"
    if not all(answered):
        return "nothing came, and a canary query of the project found nothing either"
    if not answered and finds_by_text(now.query) and not any(other.distinct for other in others):
        return (
            "nothing came, and nothing ever came for this query; TikTok has answered keyword and hashtag queries with "
            "nothing before. Name a canary query, or trigger the next run once other windows have records"
        )
    return ""


def _reaches_its_end(manifest: WindowManifest) -> bool:
    return manifest.last_created is not None and manifest.last_created.date() == manifest.end
