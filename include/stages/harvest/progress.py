"""Progress: how far the search of a slice came. It follows from the slice's stored pages, and from nothing else.

TikTok's *no more* is one witness. It is believed when the last cursor tells the number of hits within the last page
(recorded behaviour, 8), or when one more call brings nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from include.domain.page import START, Cursor, Page
from include.domain.slice import Aim, Slice
from include.domain.window import Window
from include.stages.harvest.ids import Ids
from include.tiktok.answer import Content

#: Answers in a row to the same call that bring nothing new, after which the search counts as lost.
PATIENCE = 4

#: Empty pages in a row that are passed over: removed records thin pages out, but not two thousand on end.
EMPTY_AT_MOST = 20

#: The part of a page that must be known where a search goes on from another: else it is in another order.
SAME_ORDER = 0.9

#: Pages of a search that goes on from another: its first one, and the one that overlaps. Both bring what is known.
AFTER_A_JUMP = 2

#: How much later than its upload a record is usually published: twice what was observed (recorded behaviour, 1).
SKEW = timedelta(minutes=3)

#: What tells of an end: the number of hits; a last page with far fewer records than any before; only that one more call
#: brought nothing; or not even that, because the call was refused.
BY_HITS, BY_THIN_PAGE, BY_ONE_MORE_CALL, REFUSED = "hits", "a thin last page", "one more call", "refused"

#: Those that prove it: a limit of TikTok's cuts between pages, and leaves full ones.
PROOFS = (BY_HITS, BY_THIN_PAGE)

#: A last page is thin with less than this part of what the thinnest page before it has, or of room where it is alone.
THIN, THIN_ALONE = 0.5, 0.25


class Progress:
    """The search of one slice as far as its pages tell.

    `cursor` is what to ask next, None at the end; `number` the last page, `position` the place behind it; `repeats` how
    often the same call has brought nothing new; `news` how many records the round did not know; `hits` and `proof` how
    it ended; `heard_at` when a record came last. `before` is the search that this one goes on from: what that one
    brought is not new behind the jump. `joined` tells whether its first page and the one at the jump overlap with it.
    `displaced` counts records that came again at another place than the edge of a page. `sizes` tells of pages that
    others followed how many records they brought, and `gaps` are the days in which pages were passed over.
    """

    def __init__(
        self, asked: Slice, page_size: int, made_at: Callable[[int], datetime], before: "Progress | None" = None
    ) -> None:
        self.asked, self.page_size, self._made_at, self._before = asked, page_size, made_at, before
        self.number = 0
        self.cursor: Cursor | None = START
        self.repeats = 0
        self.hits: int | None = None
        self.proof = ""
        self.stored_at: datetime | None = None
        self.heard_at: datetime | None = None
        self.position = 0
        self.news = 0
        self.days: Counter[date] = Counter()
        self.ids = Ids()
        self.early_ends = 0
        self.odd_cursors = 0
        self.sizes: dict[int, int] = {}
        self.gaps: list[Window] = []
        self.displaced = 0
        self._index = -1
        self.joined = True
        self._empty = 0
        self._newest_left = asked.end
        self._last_page: set[int | None] = set()
        self._told_hits: int | None = None
        self._ends = False
        self._lowest: int | None = None
        self._contradictions = 0
        self._unordered = False

    @property
    def follows_an_end(self) -> bool:
        """Whether TikTok has said that there is no more, and one more call is to prove it."""
        return self._ends

    @property
    def is_stuck(self) -> bool:
        return self.repeats >= PATIENCE or self._empty > EMPTY_AT_MOST

    def follow(self, page: Page, content: Content, keys: Sequence[int | None], days: Sequence[date | None]) -> None:
        """Take in the next page; `keys` and `days` are those of its records."""
        self.number, self.stored_at = page.number, page.received_at
        self.heard_at = page.received_at if keys else self.heard_at
        displaced = self._count_displaced(page, keys)
        self._index = page.index
        fresh = self.ids.add([key for key in keys if key is not None])
        self._note_order(fresh)
        self.days.update(day for day in days if day)
        if self.asked.jump and self.number <= AFTER_A_JUMP:
            known = sum(key is not None and self._was_known(key) for key in keys)
            self.joined = known > (0 if self.asked.aim is Aim.VERIFY else SAME_ORDER * len(keys))
        elif self.number > AFTER_A_JUMP and self.asked.aim is not Aim.VERIFY:
            fresh = [key for key in fresh if not self._was_known(key)]
        size = len(fresh) + sum(key is None for key in keys)
        search_id = content.search_id or page.request.get("search_id")
        size_of_page = content.returned if content.index == page.index + content.returned else 0
        own = Cursor(page.index + max(self.page_size, size_of_page), search_id)
        self._note_gap(days)
        if size and content.more and content.index == page.index + self.page_size:
            self.sizes[page.index] = content.returned
        self.position = own.index if size else self.position
        self.displaced += displaced if size else 0  # a page of nothing new is asked for again
        self.early_ends += self._ends and size > 0
        if content.more is False and self._tells_hits(page, content, len(fresh)):
            self._finish(content.index or 0, BY_HITS)
        elif self._ends and not content.returned and not content.more:
            self._finish_behind(page.index, _hits_behind(page, content))
        elif not size:
            self._ends = self._ends or (content.more is False and not content.returned)
            self._ask_again(page, content, own, set(keys))
        else:
            self._go_on(page, content, own)
            self._last_page = set(keys) if keys else self._last_page

    def refuse_one_more_call(self) -> None:
        """TikTok refuses to be asked behind the end that it told."""
        self._finish(None, BY_THIN_PAGE if self._ends_thinly else REFUSED)

    def go_on_at(self, index: int) -> None:
        """Go on at another place of the same search."""
        if self.cursor:
            self.cursor = Cursor(index, self.cursor.search_id)

    def reached(self) -> date | None:
        """The day down to which every record that was published when it was uploaded has come; None if none did."""
        if self._lowest is None or self._unordered or self._contradictions * 10 > len(self.ids):
            return None
        day = (self._made_at(self._lowest) + SKEW).date()
        return min(max(day, self.asked.start), self.asked.end)

    def confirms(self, other: "Progress") -> bool:
        """Whether this look at the end of another search brought nothing new, and is no search that the same limit cut.

        Of two searches of which one is a part of the other, a limit cuts both at the same place.
        """
        return not self.news and (not self.position or self.position < other.position)

    def note_contradictions(self, count: int) -> None:
        """So many records were not published when their id was made; many of them mean that ids tell no time here."""
        self._contradictions += count

    def _count_displaced(self, page: Page, keys: Sequence[int | None]) -> int:
        """How many records of a page came at another place of the search already, the edge of the page before apart."""
        if page.index == self._index or self.number <= (AFTER_A_JUMP if self.asked.jump else 1):
            return 0
        there = [key for key in keys if key is not None]
        known = self.ids.known(there) - self._last_page
        return sum(key in known for key in there)

    def _was_known(self, key: int) -> bool:
        """Whether the search that this one goes on from had brought a record."""
        before = self._before
        return before is not None and (key in before.ids or before._was_known(key))

    def _tells_hits(self, page: Page, content: Content, size: int) -> bool:
        """Whether the cursor of an end lies within its own page, where the records that came have room.

        A page of nothing but known records does not end a search, nor does an empty one whose cursor has not moved.
        """
        if not page.index and not content.returned and content.index in (None, 0):
            return True
        index = content.index
        if index is None or not page.index <= index < page.index + self.page_size:
            return False
        return index - page.index >= max(size, 1) and (size > 0 or not content.returned)

    def _go_on(self, page: Page, content: Content, own: Cursor) -> None:
        """Go on behind the page; where TikTok's cursor leads further or back, our own count is followed."""
        told = content.index
        within = told is not None and page.index < told < own.index
        self._ends = content.more is False or (content.more is None and within)
        self._told_hits = told if within else None
        self.repeats, self._empty = 0, 0
        self.odd_cursors += told is not None and told != own.index and not self._ends
        self.cursor = Cursor(told, own.search_id) if within and told and content.more else own

    def _ask_again(self, page: Page, content: Content, own: Cursor, keys: set[int | None]) -> None:
        """Nothing new: the same call again.

        A page that stays empty, or shows but the edge of the one before, is passed over when its cursor moved on: what
        belongs there was removed. The page before in full is another matter.
        """
        self.repeats += 1
        self.cursor = Cursor(page.index, own.search_id) if page.index else START
        edge = not keys or keys < self._last_page
        removed = edge and content.more and content.index == own.index
        if self.is_stuck and not keys and page.index == self._told_hits:
            self._finish(self._told_hits, BY_HITS)
        elif self.is_stuck and removed:
            self.repeats, self._empty, self.cursor = 0, self._empty + 1, own

    def _note_gap(self, days: Sequence[date | None]) -> None:
        """The days between the records before a page that was passed over, and those of the first one behind it."""
        known = [day for day in days if day and self.asked.start <= day <= self.asked.end]
        if known and self._empty:
            self.gaps.append(Window(min(max(known), self._newest_left), self._newest_left))
        self._newest_left = min(known, default=self._newest_left)

    def _finish_behind(self, index: int, hits: int | None) -> None:
        """The empty page behind an end tells the hits, where they lie within the page before and its records fit in."""
        within = hits is not None and index - self.page_size + len(self._last_page) <= hits < index
        self._finish(hits, BY_HITS if within else BY_THIN_PAGE if self._ends_thinly else BY_ONE_MORE_CALL)

    @property
    def _ends_thinly(self) -> bool:
        thinnest = THIN * min(self.sizes.values()) if self.sizes else THIN_ALONE * self.page_size
        return 0 < len(self._last_page) < thinnest

    def _finish(self, hits: int | None, proof: str) -> None:
        self.cursor, self.hits, self.proof = None, hits, proof

    def _note_order(self, keys: list[int]) -> None:
        for key in keys:
            if self._lowest is not None and key > self._lowest:
                self._unordered = True
            self._lowest = key if self._lowest is None else min(key, self._lowest)


def _hits_behind(page: Page, content: Content) -> int | None:
    """How many hits the empty page behind an end tells of; None where its cursor only moved on."""
    told = page.index if content.index is None else content.index
    return told if told <= page.index else None
