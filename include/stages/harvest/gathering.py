"""Gathering: what the pages of a unit hold, counted page by page, and sorted on a disk until they become its part."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from include.domain.manifest import Counts, Round, UnitManifest
from include.domain.page import Page
from include.domain.slice import Aim, SliceState
from include.domain.window import Window
from include.stages.harvest.ids import Ids
from include.storage.parts import Part, SortedRuns
from include.storage.project_store import ProjectStore
from include.tiktok.answer import Content, content_of
from include.tiktok.entities import Entity
from include.tiktok.schemas import OBSERVATION

#: Rows sorted in memory at a time: some 15 MB, twice while they are sorted.
ROWS_AT_ONCE = 8_192


#: A floating-point number holds 53 bits of an id's 63, so that its last ones are lost. By chance one id in five hundred
#: ends so, and never as many as these.
ROUNDED, ENOUGH_IDS = 512, 5


@dataclass(frozen=True)
class Reading:
    """What one page says: its content, the key and the day of each record, and which are not what was asked for."""

    content: Content
    keys: list[int | None]
    dates: list[datetime | None]
    foreign: list[str | None]

    def days(self, within: Window) -> list[date | None]:
        """The day of each record that lies within these days."""
        days = (at.date() if at else None for at in self.dates)
        return [day if day and within.start <= day <= within.end else None for day in days]

    def days_by_key(self, within: Window) -> dict[int, date]:
        """The day of each record that was asked for, has an id, and lies within these days."""
        rows = zip(self.keys, self.days(within), self.foreign, strict=True)
        return {key: day for key, day, foreign in rows if key is not None and day and not foreign}


@dataclass
class _RoundTally:
    """What the pages of one round hold."""

    query_id: str
    pages: int = 0
    requests: int = 0
    returned: int = 0
    without_id: int = 0
    ids: Ids = field(default_factory=Ids)
    foreign: Ids = field(default_factory=Ids)
    dated: Ids = field(default_factory=Ids)
    days: Counter[str] = field(default_factory=Counter)
    observed: list[datetime] = field(default_factory=list)
    seen: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    fields: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    lenient: Counter[str] = field(default_factory=Counter)


class Gathering:
    """The pages of a unit. What was stored before is added first, then each page as it comes.

    `latest` is the round that is at work: while there is no other, its records need not be compared with any.
    """

    def __init__(self, entity: Entity, query: Mapping[str, Any], days: Window, runs: SortedRuns) -> None:
        self.entity, self.query, self.days = entity, query, days
        self.synthetic = False
        self.latest = 0
        self._runs = runs
        self._rounds: dict[int, _RoundTally] = {}
        self._waiting: list[pa.Table] = []

    def read(self, page: Page, content: Content | None = None) -> Reading:
        """What a page says; `content` where it was read already, as it came."""
        content = content or content_of(page.answer, self.entity.lists)
        if content is None:
            raise ValueError(f"page {page.round}-{page.slice}-{page.number} cannot be read any more")
        identify, moment = self.entity.identify, self.entity.moment
        foreign = self.entity.foreign(self.query, self.days, content.records)
        keys, dates = [identify(each) for each in content.records], [moment(each) for each in content.records]
        return Reading(content, keys, dates, foreign)

    def add(self, page: Page, reading: Reading, within: Window | None = None) -> int:
        """Take a page in; returns how many of its ids are new to its round.

        A record counts for its day only when the page's search asked for that day: `within`, or all days of the unit.
        """
        tally = self._rounds.setdefault(page.round, _RoundTally(page.query_id))
        tally.pages += 1
        tally.requests += page.requests
        tally.returned += reading.content.returned
        tally.observed = [min([page.received_at, *tally.observed]), max([page.received_at, *tally.observed])]
        keys = [key for key in reading.keys if key is not None]
        tally.without_id += reading.content.returned - len(keys)
        fresh = set(tally.ids.add(keys))
        tally.foreign.add(
            [key for key, foreign in zip(reading.keys, reading.foreign, strict=True) if foreign and key in fresh]
        )
        days = reading.days_by_key(within or self.days)
        tally.days.update(days[key].isoformat() for key in tally.dated.add(days))
        self._note_shape(tally, reading.content)
        self._keep(page, reading, tally)
        self.synthetic |= page.synthetic
        return len(fresh)

    def pages(self, round_: int) -> int:
        """How many pages of a round were added."""
        return self._rounds[round_].pages if round_ in self._rounds else 0

    def days_of(self, round_: int) -> Mapping[date, int]:
        """How many records a round found on each day."""
        days = self._rounds[round_].days if round_ in self._rounds else {}
        return {date.fromisoformat(day): count for day, count in days.items()}

    def found_before(self, round_: int, query_id: str) -> int:
        """How many ids the best of the earlier rounds of the same query found."""
        earlier = (tally for number, tally in self._rounds.items() if number < round_ and tally.query_id == query_id)
        return max((len(tally.ids) - len(tally.foreign) for tally in earlier), default=0)

    def found_by_others(self, query_id: str) -> int:
        """How many ids the rounds of other queries found."""
        return max((len(each.ids) for each in self._rounds.values() if each.query_id != query_id), default=0)

    def shapes(self, round_: int) -> tuple[Counter[str], Counter[str], int]:
        """How many records of a round have each field, how many an unexpected kind of it, and how many there are."""
        tally = self._rounds.get(round_) or _RoundTally("")
        return tally.fields, tally.odd, tally.returned

    def has_rounded_ids(self, round_: int) -> bool:
        """Whether all ids of a round, and there are enough of them, look as if they had been floating-point numbers."""
        ids = self._rounds[round_].ids if round_ in self._rounds else Ids()
        return len(ids) >= ENOUGH_IDS and ids.are_multiples(ROUNDED)

    def leniency(self, round_: int) -> Counter[str]:
        """How many pages of a round had to be read leniently, and why."""
        return (self._rounds.get(round_) or _RoundTally("")).lenient

    def counts(self, now: Round) -> tuple[Counts, dict[str, int]]:
        """What a round holds, and how many records of each day."""
        tally = self._rounds.get(now.number) or _RoundTally("")
        hits = _hits(now)
        found = len(tally.ids) - len(tally.foreign)
        fresh, changed = self._compare(now.number)
        counts = Counts(
            pages=tally.pages,
            requests=tally.requests,
            asked=tally.pages * self.entity.page_size,
            returned=tally.returned,
            distinct=len(tally.ids),
            found=found,
            foreign=len(tally.foreign),
            without_id=tally.without_id,
            hits=hits,
            withheld=None if hits is None else max(0, hits - len(tally.ids)),
            fresh=fresh,
            changed=changed,
            unchanged=len(tally.ids) - fresh - changed,
            first_observed=min(tally.observed, default=None),
            last_observed=max(tally.observed, default=None),
        )
        return counts, dict(sorted(tally.days.items()))

    def put_part(self, store: ProjectStore, manifest: UnitManifest) -> UnitManifest:
        """Put the part of everything that was added, and return the manifest with its counts."""
        self._flush()
        part: Part = self._runs.put(store, manifest.name, self.entity.schema)
        counts, days = self.counts(manifest.now)
        update = {
            "now": manifest.now.with_counts(counts, days),
            "first_created": part.first_created,
            "last_created": part.last_created,
            "months": part.months,
            "part_sha256": part.sha256,
            "synthetic": self.synthetic,
        }
        return manifest.model_copy(update=update)

    def _keep(self, page: Page, reading: Reading, tally: _RoundTally) -> None:
        records = reading.content.records
        table = self.entity.tabulate(records, page.received_at, page.query_id, reading.foreign)
        if len(self._rounds) > 1 or page.round != self.latest:
            tally.seen.append((table[self.entity.key].to_numpy(), _digests(table)))
        self._waiting.append(table)
        if sum(each.num_rows for each in self._waiting) >= ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._runs.add(pa.concat_tables(self._waiting))
            self._waiting = []

    def _note_shape(self, tally: _RoundTally, content: Content) -> None:
        kinds, records = self.entity.kinds, content.records
        tally.fields.update(chain.from_iterable(records))
        tally.odd.update(
            name
            for record in records
            for name, value in record.items()
            if value is not None and name in kinds and type(value) not in kinds[name]
        )
        tally.lenient.update(content.leniency)

    def _compare(self, round_: int) -> tuple[int, int]:
        """How many ids of a round are new to the unit, and how many came with other values than before."""
        if not any(each < round_ for each in self._rounds):
            return len(self._rounds[round_].ids) if round_ in self._rounds else 0, 0
        keys, digests = _latest(self._rounds[round_].seen if round_ in self._rounds else [])
        earlier = [self._rounds[number].seen for number in sorted(each for each in self._rounds if each < round_)]
        known, last = _latest([pair for seen in earlier for pair in seen])
        both, here, there = np.intersect1d(keys, known, assume_unique=True, return_indices=True)
        return len(keys) - len(both), int(np.count_nonzero(digests[here] != last[there]))


@contextmanager
def gather(entity: Entity, days: Window, query: Mapping[str, Any] | None = None) -> Iterator[Gathering]:
    """An empty gathering, whose sorted rows lie in a local folder until the end."""
    with TemporaryDirectory() as folder:
        yield Gathering(entity, query or {}, days, SortedRuns(Path(folder), entity.key, entity.schema))


def _digests(table: pa.Table) -> np.ndarray:
    """A number for each row that tells its values from others, however TikTok spelled them."""
    values = table.drop_columns(list(OBSERVATION)).to_pylist()
    return np.fromiter((hash(repr(each)) for each in values), np.int64, len(values))


def _latest(seen: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """The ids in order, and the last hash of each."""
    if not seen:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys, digests = (np.concatenate(column)[::-1] for column in zip(*seen, strict=True))
    keys, first = np.unique(keys, return_index=True)
    return keys, digests[first]


def _hits(now: Round) -> int | None:
    """How many records TikTok said there are; None where a search did not say, or has not come to its end.

    Of days that a lost search had passed, their verification tells. A look at days counts nothing a second time.
    """
    split = {0, *(each.number for each in now.slices if each.state is SliceState.SPLIT)}
    verified = [each for each in now.slices if each.aim is Aim.VERIFY and each.after in split]
    asked = [*(each for each in now.slices if each.aim is Aim.COLLECT), *verified]
    hits = [each.hits for each in asked if each.state is not SliceState.SPLIT]
    return sum(each or 0 for each in hits) if hits and None not in hits else None
