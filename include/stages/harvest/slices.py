"""Slices: what becomes of a search that fails. What came is kept, and what is left becomes narrower questions."""

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any

from include.domain.errors import JumpRefused, Narrower, SearchLost
from include.domain.slice import Aim, Narrowing, Slice
from include.domain.window import DAY, Window
from include.stages.harvest.progress import AFTER_A_JUMP, PROOFS, Progress
from include.tiktok.entities import Entity

#: How much of what a search survived the next ones are given, so that they come to their end.
SURVIVED = 0.8

#: So many records expected and none there: by chance that happens less than once in a thousand times.
IMPROBABLE = 7

#: Runs of silent days that are looked at again; a corpus of bursts has many.
SILENT_RUNS = 3

#: New pages behind a jump, which costs two calls, from which on it is cheaper than a search of fewer days.
WORTH_A_JUMP = 3

#: Gaps that are looked at: where pages stay empty more often, that is how this search is.
GAPS = 3

#: Where a verification goes on, as a share of the position at which the days should end.
NEAR_THE_END = 0.9


class Splitter:
    """Splits the slices of one unit.

    `jumps` says whether TikTok lets a fresh search go on in the middle, `bound` how many requests the unit may spend
    without a new record.
    """

    def __init__(self, entity: Entity, query: Mapping[str, Any], first_number: int, *, jumps: bool, bound: int) -> None:
        self.entity, self.query, self.jumps, self.bound = entity, query, jumps, bound
        self._numbers = count(first_number)

    def split(self, asked: Slice, came: Progress, why: Narrower, *, rested: bool = False) -> list[Slice]:
        """What a slice is split into, given how far its search came; nothing when it cannot be split any more.

        A lost search is searched afresh, and goes on where it was. Where TikTok refuses that, its days are cut where
        the search was; the days that it had passed are verified, because a scheduled post of theirs may lie further
        behind (recorded behaviour, 1). `rested` tells that the search was lost by waiting, not by its length.
        """
        lost = isinstance(why, SearchLost)
        if asked.aim is Aim.LOOK and not lost:
            return []
        if lost and not isinstance(why, JumpRefused) and (again := self._again(asked, came, rested=rested)):
            return [again]
        parts = self._divide(asked, came, lost=lost, rested=rested)
        return parts or ([self._part(asked, asked.days, retry=True)] if lost and not asked.retry else [])

    def _divide(self, asked: Slice, came: Progress, *, lost: bool, rested: bool) -> list[Slice]:
        """What was left, and what was passed, in narrower questions; nothing where there are none."""
        if asked.aim is not Aim.COLLECT:
            return self._cut(asked, came)
        reached = came.reached() if came.number else None
        return self._halves(asked) if reached is None else self._around(asked, came, lost=lost, rested=rested)

    def look_again(
        self, done: Slice, came: Progress, days: Mapping[date, int], about: Progress | None = None
    ) -> list[Slice]:
        """Further questions where the end of a search leaves a doubt; `days` counts what is known of each day.

        `about` is the search that a look is about.

        Days that are empty where the density of the others makes that improbable; and the last day, where the search
        brought nothing of it, because it may be a search that leaves `end_date` out. And days in which pages stayed
        empty and were passed over, because another search divides them otherwise.
        """
        agrees = about is not None and came.confirms(about)
        more = [] if agrees else self._look_at_silence(done, days)
        if done.aim is Aim.COLLECT:
            gaps = [each for each in dict.fromkeys(came.gaps[:GAPS]) if each.days < done.days.days]
            more += [self._look_at(done, each) for each in gaps]
        if not came.days[done.end] and not done.one_day:
            more.append(self._look_at_day(done, done.end))
        return more

    def correct_end(self, look: Slice, ended: Slice, came: Progress) -> list[Slice]:
        """What else to ask when a look found records that the search `ended` should have brought, but did not.

        Where the look was at silent days: the day in which that search ended, and a verification of those that it had
        passed. Where it was at the last day, and the search brought nothing at all: its other days.
        """
        if look.one_day and look.start == ended.end:
            others = Window(ended.start, ended.end - DAY) if not came.days and ended.start < ended.end else None
            return [self._part(ended, others, aim=Aim.LOOK)] if others else []
        more, first = [], look.last_day
        if first < ended.end and Window(look.start, first) != ended.days:
            first += DAY
            more.append(self._look_at_day(ended, first))
        if first < ended.end:
            more += self._verify(ended, came, Window(first + DAY, ended.end))
        return more

    def _look_at_day(self, about: Slice, day: date) -> Slice:
        days, narrowing = self.entity.on_day(day)
        return self._part(about, days, aim=Aim.LOOK, narrowing={**about.narrowing, **narrowing}, one_day=True)

    def _verify(self, asked: Slice, came: Progress, passed: Window) -> list[Slice]:
        """Verify days that a search had passed: near their end, else in full, in pieces that a try can afford."""
        if jump := self._near_the_end(asked, came, passed):
            return [self._part(asked, passed, aim=Aim.VERIFY, jump=jump)]
        return self._in_pieces(asked, came, passed)

    def _in_pieces(self, asked: Slice, came: Progress, passed: Window) -> list[Slice]:
        """Verify days in full, in pieces of which a try can afford two."""
        pages = max(1, came.position // self.entity.page_size) / max(1, len(came.days))
        size = max(1, int(self.bound / 2 / pages))
        return [self._part(asked, days, aim=Aim.VERIFY) for days in reversed(passed.cut(size))]

    def _look_at_silence(self, done: Slice, days: Mapping[date, int]) -> list[Slice]:
        """Days without a record, if chance does not explain them; and where no cursor proved the end, its day."""
        first = min((day for day in done.days if days.get(day)), default=None)
        if first is None:
            return []
        silent = [self._look_at(done, each) for each in _silent_runs(done, days)[:SILENT_RUNS]]
        return silent if done.proof in PROOFS else [*silent, *self._look_narrower(done, first)]

    def _look_at(self, about: Slice, days: Window) -> Slice:
        return self._look_at_day(about, days.end) if days.days == 1 else self._part(about, days, aim=Aim.LOOK)

    def _look_narrower(self, done: Slice, first: date) -> list[Slice]:
        """The day in which a search ended, by itself; where it was asked by itself already, in narrower questions."""
        if done.days.days > 1 and not done.one_day:
            return [self._look_at_day(done, first)]
        narrower, one_day = self.entity.narrow(self.query, done), done.one_day
        return [self._part(done, done.days, aim=Aim.LOOK, narrowing=each, one_day=one_day) for each in narrower]

    def _again(self, asked: Slice, came: Progress, *, rested: bool) -> Slice | None:
        """The same search afresh, which goes on where this one was; None where that brought nothing before."""
        place = came.cursor.index if came.cursor else 0
        at = place - self.entity.page_size
        short = asked.jump and came.number < AFTER_A_JUMP + WORTH_A_JUMP and not rested
        if at > asked.jump and self.jumps and not short:
            return self._part(asked, asked.days, jump=at)
        from_start = at <= 0 or (rested and asked.aim is not Aim.COLLECT)
        again = not asked.retry or (rested and at <= 0)
        return self._part(asked, asked.days, retry=True) if from_start and again else None

    def _around(self, asked: Slice, came: Progress, *, lost: bool, rested: bool) -> list[Slice]:
        """The days that the search has not reached, and those that it has, to be verified."""
        reached = came.reached() or asked.end
        if reached == asked.end:
            return self._halves(asked, apart=True)
        passed, left = Window(reached + DAY, asked.end), Window(asked.start, reached)
        if lost:
            pieces = [left] if rested else left.cut(max(1, int(passed.days * SURVIVED)))
        else:
            pieces = [*left.without([Window(reached, reached)]), Window(reached, reached)]
        return [*(self._part(asked, days) for days in reversed(pieces)), *self._verify(asked, came, passed)]

    def _near_the_end(self, asked: Slice, came: Progress, passed: Window) -> int:
        """A cursor near the end of a search of the days that were passed, whose records are known; 0 for its start."""
        if not self.jumps or asked.jump:
            return 0
        share = sum(came.days[day] for day in passed) / max(1, came.days.total())
        size = self.entity.page_size
        return int(came.position * share * NEAR_THE_END) // size * size

    def _halves(self, asked: Slice, *, apart: bool = False) -> list[Slice]:
        """By days: in the middle, or the last one apart where the search is known to fail there; else narrower."""
        if asked.days.days > 1:
            last = 1 if apart else asked.days.days // 2
            cut = asked.end - last * DAY
            days = (Window(cut + DAY, asked.end), Window(asked.start, cut))
            return [self._part(asked, each) for each in days]
        narrower = self.entity.narrow(self.query, asked)
        return [self._part(asked, asked.days, narrowing=each) for each in narrower]

    def _cut(self, asked: Slice, came: Progress) -> list[Slice]:
        """Days to be verified, in pieces that a search survives."""
        if asked.jump:
            return self._in_pieces(asked, came, asked.days)
        reached = came.reached()
        if asked.days.days == 1:
            return []
        if reached is None or reached == asked.start:
            return [self._part(asked, days) for days in reversed(asked.days.cut((asked.days.days + 1) // 2))]
        size = max(1, int((asked.end - reached).days * SURVIVED))
        return [self._part(asked, days) for days in reversed(asked.days.cut(size))]

    def _part(
        self,
        asked: Slice,
        days: Window,
        *,
        narrowing: Narrowing | None = None,
        aim: Aim | None = None,
        jump: int = 0,
        retry: bool = False,
        one_day: bool = False,
    ) -> Slice:
        return Slice(
            number=next(self._numbers),
            start=days.start,
            end=days.end,
            narrowing=asked.narrowing if narrowing is None else narrowing,
            aim=aim or asked.aim,
            after=asked.number,
            retry=retry,
            one_day=one_day or (asked.one_day and days == asked.days),
            jump=jump,
        )


def _silent_runs(done: Slice, days: Mapping[date, int]) -> list[Window]:
    """Runs of days without a record where the density of the others makes that improbable, oldest first.

    The last day is left out: it is looked at anyway.
    """
    filled = [Window(day, day) for day in done.days if days.get(day)]
    total = sum(days[each.start] for each in filled)
    runs = [each for each in done.days.without([*filled, Window(done.end, done.end)]) if each.start < done.end]
    span = Window(filled[0].start, done.end).days
    return [each for each in runs if total / span * each.days >= IMPROBABLE]
