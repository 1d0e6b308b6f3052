"""Which positions of a search a page shows, and how it says to go on: as TikTok does, or wrongly where told to."""

from include.sandbox.noise import noise
from include.sandbox.searches import Place, Search
from include.sandbox.settings import SandboxSettings

#: How much too far the cursor of a skipping page is.
SKIPPED = 100


def hits_known(search: Search, place: Place, settings: SandboxSettings) -> int:
    """How many hits are known once the page at `place` is read; all of them where it is the last."""
    known = search.reach(place.end + 1)
    if settings.ends_after_pages is not None and settings.end_is_final:
        return min(known, settings.ends_after_pages * place.size)
    return known


def ids_on(search: Search, place: Place, hits: int, settings: SandboxSettings, fault: str | None) -> list[int]:
    """The ids at the positions this page shows, withheld and removed videos included."""
    if fault in ("empty_more", "missing_list"):
        return []
    start = place.cursor
    if settings.same_page:
        start = 0
    elif fault == "repeated_page":
        start = max(place.cursor - place.size, 0)
    return search.ids[start : min(start + place.size, hits)].tolist()


def way_on(place: Place, hits: int, settings: SandboxSettings, fault: str | None) -> tuple[int, bool]:
    """The cursor and `has_more` of the page at `place`. A last page tells the number of hits (recorded)."""
    wrong = _endless(place, settings, fault) or _too_early(place, hits, settings, fault)
    if wrong:
        return wrong
    if place.end < hits:
        return place.end + (SKIPPED if fault == "skipping_cursor" else 0), True
    return (hits if settings.last_cursor == "hits" or place.cursor >= hits else place.end), False


def _endless(place: Place, settings: SandboxSettings, fault: str | None) -> tuple[int, bool] | None:
    if fault in ("empty_more", "missing_list") or settings.stalled_cursor:
        return place.cursor, True
    if settings.same_page:
        return place.end, True
    circle = settings.cursor_circles_after
    return (0, True) if circle is not None and place.end >= circle * place.size else None


def _too_early(place: Place, hits: int, settings: SandboxSettings, fault: str | None) -> tuple[int, bool] | None:
    last = settings.ends_after_pages
    if last is not None and place.end == last * place.size < hits:
        return place.end, False
    return (place.end, False) if fault == "early_end" and place.cursor < hits else None


def note(search: Search, place: Place, hits: int, told: int) -> None:
    """Keep which cursors the page at `place` makes acceptable: the one it told, and the one behind it."""
    search.pages += 1
    search.cursors.add(told)
    if place.cursor < hits:
        search.cursors.add(place.end)
        search.furthest = max(search.furthest, place.end)


def spells_lower(search: Search, place: Place, settings: SandboxSettings) -> bool:
    """Whether this page writes region codes in lower case."""
    return settings.region_spelling == "mixed" and noise(search.number, 1 + place.cursor // place.size) % 3 == 0
