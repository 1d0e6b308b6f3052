"""Checks: whether what came can be believed. Each is a value that stands in the manifest, with its figures."""

import math
from collections import Counter
from collections.abc import Iterator

from include.domain.check import ENDS, LOOKS, SILENCE, SLICES, SPENDING, VERIFICATION, Check, Verdict, check
from include.domain.quota import RECORDS_A_PAGE
from include.domain.slice import Aim, Slice, SliceState
from include.stages.harvest.drift import check_fields
from include.stages.harvest.evidence import (
    WITNESS_OF,
    Neighbours,
    ask_canaries,
    ask_neighbours,
    finds_again,
    known_elsewhere,
    silent_alone,
)
from include.stages.harvest.progress import BY_ONE_MORE_CALL, PROOFS, REFUSED
from include.stages.harvest.unit import Unit
from include.tiktok.query import accounts_of, finds_by_text

#: A round that finds less than this part of what is known of its days is not believed.
FAR_LESS = 0.5

#: Nor is one that lacks more than this many square roots of it: a handful of records varies by itself.
CHANCE = 3

#: A round that finds less than this part of what its neighbour has on as many days is doubted: days differ.
FAR_LESS_THAN_NEIGHBOURS = 0.1

#: So many records, where the nearest covered unit has them on as many days, do not turn into none by themselves.
#: TikTok was seen to answer texts with nothing (contract, known faults); an account may fall silent.
EXPECTED_BY_TEXT, EXPECTED = 10, 100

#: The share of the records of some days that may be removed while they are harvested.
MAY_GO = 0.1

#: So many records expected of some days that not one of them is no chance, not even where days differ.
ALL_BUT_CERTAIN = 21

#: Records of another query on these days: one that finds none of them asks for something else, or was not answered.
MANY = 100

#: So many pages of one and the same size are no chance where at most this share of their hits came; of those that lack
#: but a few, more.
MANY_PAGES, THINNED, MANY_PAGES_ALL_BUT_FULL = 5, 0.9, 20

#: So many searches over different numbers of days do not have equally many hits by chance.
ALIKE = 3

WITNESSES = (*PROOFS, BY_ONE_MORE_CALL, REFUSED)

NAME_ONE = "Name a canary query that must find something on these days: once it does, this count is believed"
BY_TEXT = "Name a canary query by keyword or hashtag that must find something on these days: it tells of texts"


def judge(unit: Unit) -> list[Check]:
    """Every check of a round whose slices are done or parked; those about counts may ask canary queries."""
    return [
        *_check_slices(unit),
        *_check_searches(unit),
        _check_silence(unit),
        *_check_records(unit),
        *_check_counts(unit),
        *check_fields(unit),
    ]


def _check_slices(unit: Unit) -> Iterator[Check]:
    """Whether every part of the unit was served."""
    parked = unit.now.parked_slices
    by_aim = {aim: [each for each in parked if each.aim is aim] for aim in Aim}
    yield _check_parked(SLICES, by_aim[Aim.COLLECT], len(unit.now.slices), "")
    yield _check_parked(
        VERIFICATION,
        by_aim[Aim.VERIFY],
        sum(each.aim is Aim.VERIFY for each in unit.now.slices),
        "its search was lost, and posts that were scheduled may be missing; ",
    )
    yield _check_parked(
        LOOKS,
        by_aim[Aim.LOOK],
        sum(each.aim is Aim.LOOK for each in unit.now.slices),
        "nothing came of these days, and they could not be asked again; ",
    )
    spent, bound = unit.meter.worst, unit.meter.bound
    reason = f"{spent} requests in a row brought no new record" if spent >= bound else ""
    yield check(SPENDING, reason, most=spent, bound=bound)


def _check_parked(name: str, parked: list[Slice], of: int, what: str) -> Check:
    reason = "; ".join(f"{each.name}: {what}{each.reason}" for each in parked)
    return check(name, reason, parked=len(parked), of=of)


def _check_searches(unit: Unit) -> Iterator[Check]:
    """How the end of each search was proven, and what TikTok's cursors did."""
    done = [each for each in unit.now.slices if each.state is SliceState.DONE]
    proofs = {proof: sum(each.proof == proof for each in done) for proof in WITNESSES}
    unproven = [each for each in done if each.proof not in PROOFS]
    open_ends = [each.name for each in unproven if not _is_confirmed(unit, each)]
    names = ", ".join(open_ends or [each.name for each in unproven if each.proof == REFUSED])
    ends = f"Nothing but TikTok's word tells that there is no more behind the end of {names}"
    verdict = Verdict.FAILED if open_ends else Verdict.WARNING
    yield check(ENDS, ends if names else "", verdict=verdict, searches=len(done), **proofs)
    same = Counter(each.hits for each in done if each.proof == BY_ONE_MORE_CALL and each.hits)
    limit, times = max(same.items(), key=lambda each: each[1], default=(0, 0))
    cap = f"{times} searches ended at exactly {limit} hits, which looks like a limit" if times > 1 else ""
    yield check("ends at a round number", cap, verdict=Verdict.WARNING, most_alike=times, hits=limit)
    yield check_limit(done)
    against = [why for each in done if not each.narrowing and (why := _contradict(unit, each))]
    yield check("searches that contradict each other", "; ".join(against), searches=len(against))
    moved = sum(unit.progress(each).displaced for each in unit.now.slices)
    hidden = f"{moved} records came again at other places of their search: as many may be hidden behind them"
    yield check("returned against distinct", hidden if moved else "", again=moved, returned=unit.now.counts.returned)
    early = sum(unit.progress(each).early_ends for each in unit.now.slices)
    odd = sum(unit.progress(each).odd_cursors for each in unit.now.slices)
    told = f"TikTok said {early} times that there is no more when there was, and told {odd} cursors that lead elsewhere"
    yield check("what TikTok said", told if early or odd else "", verdict=Verdict.WARNING, early_ends=early, odd=odd)


def check_limit(done: list[Slice]) -> Check:
    """Whether searches of more and of fewer days have the same number of hits, beyond a page."""
    told = {(each.hits, each.days.days) for each in done if (each.hits or 0) >= RECORDS_A_PAGE and not each.one_day}
    limit, lengths = max(Counter(hits for hits, _ in told).items(), key=lambda each: each[1], default=(0, 0))
    reason = f"searches of {lengths} different lengths have exactly {limit} hits each: a limit of TikTok's"
    return check("hits beyond a limit", reason if lengths >= ALIKE else "", most_alike=lengths, hits=limit)


def _is_confirmed(unit: Unit, done: Slice) -> bool:
    """Whether another search confirms an end that no cursor proved.

    A look at it; the search that it looks at itself; or any that got further, where one more call brought nothing: no
    limit cut this one, then. Scheduled posts behind an end that was refused are on no day that a look asks for.
    """
    if done.proof == REFUSED and done.aim is Aim.VERIFY:
        return False
    came, slices = unit.progress(done), unit.now.slices
    further = done.proof == BY_ONE_MORE_CALL and any(unit.progress(each).position > came.position for each in slices)
    agrees = done.aim is Aim.LOOK and came.confirms(unit.progress(unit.now.slice(done.after)))
    return further or agrees or any(each.after == done.number and each.aim is Aim.LOOK for each in slices)


def _contradict(unit: Unit, done: Slice) -> str:
    """Why the end of a search cannot be, given what the round found on each day; empty where it can.

    It told fewer hits than records are known of its days, or found nothing where the unit's other days make that
    improbable. Its last day is left out where no search with that end brought anything of it: it may not be counted in.
    """
    came, found = unit.progress(done), unit.gathering.days_of(unit.now.number)
    looks = [each for each in unit.now.slices if each.aim is Aim.LOOK and each.state is SliceState.DONE]
    corrected = {day for look in looks if len(unit.progress(look).ids) for day in look.days}
    same_end = [each for each in unit.now.slices if each.end == done.end and not each.one_day]
    counts_end = any(unit.progress(each).days[done.end] for each in same_end)
    days = [day for day in done.days if (day != done.end or counts_end) and day not in corrected]
    known = sum(found.get(day, 0) for day in days)
    few = done.hits is not None and done.hits < min(known * (1 - MAY_GO), known - CHANCE * math.sqrt(known))
    if few or (known and done.hits == 0):
        return f"{done.name}: TikTok told {done.hits} hits, but {known} records of these days are known"
    silent = [day for day in days if not any(day in look.days for look in looks)]
    expected = sum(found.values()) / max(1, len(found)) * len(silent)
    if done.aim is Aim.COLLECT and not len(came.ids) and expected >= ALL_BUT_CERTAIN:
        return f"{done.name}: TikTok told nothing, but the other days make {expected:.0f} records probable"
    return ""


def _check_silence(unit: Unit) -> Check:
    """Whether TikTok was answering this query at all when it answered a slice with nothing."""
    alone = silent_alone(unit)
    works = not alone or finds_again(unit)
    names = ", ".join(each.name for each, _ in alone)
    reason = f"nothing came of {names}, nor of a day whose records are known: TikTok seems to answer nothing at all"
    return check(SILENCE, "" if works else reason, alone=len(alone))


def _check_sizes(unit: Unit) -> Check:
    """Whether pages are thinned out by chance, or cut off at a fixed number."""
    searches = [(each.name, unit.progress(each).sizes) for each in unit.now.slices]
    places = {(name, index): size for name, sizes in searches for index, size in sizes.items()}
    sizes = Counter(places.values())  # a page that a fresh search brings again is the same page
    size, pages = max(sizes.items(), key=lambda each: each[1], default=(0, 0))
    many = MANY_PAGES if size <= THINNED * unit.entity.page_size else MANY_PAGES_ALL_BUT_FULL
    cut = len(sizes) == 1 and pages >= many and size < unit.entity.page_size
    reason = f"each of {pages} pages brought exactly {size} records, which looks like a limit of TikTok's"
    return check("sizes of pages", reason if cut else "", pages=sizes.total(), most_alike=size)


def _check_records(unit: Unit) -> Iterator[Check]:
    """Whether every record is a row, and what was asked for."""
    counts = unit.now.counts
    yield _check_sizes(unit)
    lost = f"{counts.without_id} records came without an id; they are in the stored pages only"
    yield check("records without an id", lost if counts.without_id else "", records=counts.without_id)
    rounded = unit.gathering.has_rounded_ids(unit.now.number)
    wrong = "every id is a multiple of 512: somebody between TikTok and us rounded them, and they name other videos"
    yield check("exact ids", wrong if rounded else "")
    strange = f"{counts.foreign} hits are of other days or accounts than was asked for; they are kept and marked"
    yield check("foreign hits", strange if counts.foreign else "", verdict=Verdict.WARNING, hits=counts.foreign)
    yield check("withheld hits", hits=counts.hits, found=counts.distinct, withheld=counts.withheld)
    lenient = unit.gathering.leniency(unit.now.number)
    ways = ", ".join(f"{count} pages had {what}" for what, count in lenient.items())
    yield check("readable answers", ways, verdict=Verdict.WARNING, lenient=lenient.total())


def _check_counts(unit: Unit) -> Iterator[Check]:
    """Whether so few are believable. Every doubt about a count is settled when each canary query finds something."""
    elsewhere, near = known_elsewhere(unit), ask_neighbours(unit)
    known = max(_believed(unit), elsewhere.get(unit.manifest.query_id, 0))
    query, found, others = unit.manifest.query, unit.now.counts.found, sum(elsewhere.values())
    by_text = finds_by_text(query)
    others = others or unit.gathering.found_by_others(unit.manifest.query_id)
    doubts = {
        "earlier rounds": _doubt_known(found, known),
        "earlier queries": _doubt_others(found, known, others, near),
        "neighbours": _doubt_neighbours(found, known, near, by_text=by_text, by_account=bool(accounts_of(query))),
    }
    doubt = next(filter(None, doubts.values()), "")
    canaries = ask_canaries(unit) if doubt or not found else None
    settled = canaries is True and _is_recent(unit)
    figures = {"earlier rounds": known, "earlier queries": others, "neighbours": near.expected}
    for name, reason in doubts.items():
        wish = "" if canaries is not None else f". {BY_TEXT if by_text else NAME_ONE}"
        verdict = Verdict.WARNING if settled else Verdict.FAILED
        told = f"{reason}{wish}" if reason else ""
        yield check(name, told, verdict=verdict, found=found, expected=figures[name])
    silent = f"{doubt or 'nothing came'}, and a canary query of the project found nothing either"
    yield check("canary queries", silent if canaries is False else "", asked=0 if canaries is None else 1)


def _is_recent(unit: Unit) -> bool:
    """Whether the round began a short while ago: a canary query tells of its own hour, not of days before."""
    first = unit.now.counts.first_observed
    return first is None or unit.api.now() - first <= WITNESS_OF


def _believed(unit: Unit) -> int:
    """What the last round that was believed found; without one, the most that an earlier round did."""
    stands = unit.manifest.stands
    return stands.counts.found if stands else unit.gathering.found_before(unit.now.number, unit.manifest.query_id)


def _doubt_known(found: int, known: int) -> str:
    if not found and known:
        return f"nothing came, but earlier harvests of these days found {known} records"
    if found and found < min(FAR_LESS * known, known - CHANCE * math.sqrt(known)):
        return f"this round found {found} records where {known} are known"
    return ""


def _doubt_others(found: int, known: int, others: int, near: Neighbours) -> str:
    if not found and not known and others and (not near.works or others >= MANY):
        return f"nothing came of this query, but an earlier one found {others} records of these days"
    return ""


def _doubt_neighbours(found: int, known: int, near: Neighbours, *, by_text: bool, by_account: bool) -> str:
    expected = near.expected or 0
    if not found and not known and not near.works and not by_account:
        return "nothing came, and nothing ever came for this query; TikTok has answered queries with nothing before"
    if not found and not known and near.works and near.expected is None:
        return "nothing came, though the query found something on other days; none of them are complete to compare with"
    if not found and not known and near.works and expected >= (EXPECTED_BY_TEXT if by_text else EXPECTED):
        return f"nothing came, where the nearest complete window has {expected:.0f} records on as many days"
    if found and expected >= EXPECTED and found < FAR_LESS_THAN_NEIGHBOURS * expected and found > known:
        return f"{found} records came, where the nearest complete window has {expected:.0f} on as many days"
    return ""
