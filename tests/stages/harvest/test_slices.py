"""What a slice is split into when its search fails, and what is asked besides when its end leaves a doubt."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.errors import AnswerUnreadable, JumpRefused, SearchLost, SearchStuck, SearchTooBroad
from include.domain.slice import Aim, Slice
from include.domain.window import DAY, Window
from include.stages.harvest.progress import BY_HITS, BY_ONE_MORE_CALL, REFUSED
from include.stages.harvest.slices import SURVIVED, Splitter
from include.tiktok.entities import VIDEOS
from tests.stages.harvest.searches import FIRST, LAST, WHOLE, Played, video, videos

LENGTHS = ("SHORT", "MID", "LONG", "EXTRA_LONG")
BROAD, LOST, STUCK, UNREADABLE = SearchTooBroad("500"), SearchLost("400"), SearchStuck("4"), AnswerUnreadable("{")
NO_JUMP = JumpRefused("400")


def query(*regions, **more):
    named = [{"operation": "IN", "field_name": "region_code", "field_values": list(regions)}] if regions else []
    return {"and": named, **more}


def splitter(asked=None, *, jumps=True, bound=100):
    return Splitter(VIDEOS, query() if asked is None else asked, 2, jumps=jumps, bound=bound)


def of_january(start, end=None, **changes):
    """A slice of these days of January."""
    start, end = date(2026, 1, start), date(2026, 1, end or start)
    return Slice(**{"number": 1, "start": start, "end": end, **changes})


def at(day, hour=12, minute=0):
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


def reached(day, asked=WHOLE, pages=20):
    """A search of the slice that came down to noon of a day, with as many records on each day."""
    newest = datetime.combine(asked.end, time(12), UTC)
    step = (newest - at(day)) / (pages * 100 - 1)
    search, come = Played(asked), [video(at=newest - step * number) for number in range(pages * 100)]
    for first in range(0, len(come), 100):
        search.answer(come[first : first + 100])
    return search.progress


def told(slices):
    """The days of January, the aim, the narrowing and the jump of each slice."""
    return [
        (each.start.day, each.end.day, str(each.aim), *filter(None, (each.narrowing, each.jump))) for each in slices
    ]


# A search that TikTok cannot serve


@pytest.mark.parametrize("why", [BROAD, UNREADABLE])
def test_a_search_that_brought_nothing_is_halved_by_its_days_the_later_ones_first(why):
    assert told(splitter().split(of_january(1, 30), Played().progress, why)) == [
        (16, 30, "collect"),
        (1, 15, "collect"),
    ]
    assert told(splitter().split(of_january(1, 3), Played().progress, why)) == [(3, 3, "collect"), (1, 2, "collect")]


def test_one_day_is_halved_by_the_regions_of_the_query():
    parts = splitter(query("BE", "NL", "FR")).split(of_january(5), Played(of_january(5)).progress, BROAD)
    assert told(parts) == [
        (5, 5, "collect", {"region_code": ("BE", "NL")}),
        (5, 5, "collect", {"region_code": ("FR",)}),
    ]


@pytest.mark.parametrize(
    ("asked", "regions"), [(query(), {}), (query("BE"), {}), (query("BE", "NL"), {"region_code": ("BE",)})]
)
def test_one_region_is_split_by_the_classes_of_length(asked, regions):
    one = of_january(5, narrowing=regions)
    parts = splitter(asked).split(one, Played(one).progress, BROAD)
    assert [each.narrowing for each in parts] == [{**regions, "video_length": (length,)} for length in LENGTHS]


@pytest.mark.parametrize(
    "asked", [query(), query(**{"not": [{"operation": "EQ", "field_name": "video_length", "field_values": ["LONG"]}]})]
)
def test_what_cannot_be_narrowed_any_more_is_not_split(asked):
    one = of_january(5, narrowing={"video_length": ("SHORT",)} if asked == query() else {})
    assert splitter(asked).split(one, Played(one).progress, BROAD) == []


def test_a_search_that_stays_stuck_leaves_the_day_where_it_stands_apart_and_what_it_passed_is_verified():
    parts = splitter().split(WHOLE, reached(10), BROAD)
    assert told(parts) == [(10, 10, "collect"), (1, 9, "collect"), (11, 30, "verify", 1700)]


def test_a_search_that_is_stuck_within_its_last_day_asks_that_day_apart():
    parts = splitter().split(WHOLE, Played().answer(videos(0, 100)).progress, BROAD)
    assert told(parts) == [(30, 30, "collect"), (1, 29, "collect")]


# A search that TikTok lost


def test_a_lost_search_is_searched_afresh_and_goes_on_one_page_before_where_it_was():
    """The page that overlaps shows that it is the same search."""
    assert told(splitter().split(WHOLE, reached(10), LOST)) == [(1, 30, "collect", 1900)]


@pytest.mark.parametrize("why", [LOST, STUCK])
def test_a_search_that_was_lost_after_its_first_page_is_asked_again_once(why):
    first = Played().answer(videos(0, 100)).progress
    (again,) = splitter().split(WHOLE, first, why)
    assert (again.days, again.jump, again.retry) == (WHOLE.days, 0, True)
    parts = splitter().split(again, Played(again).answer(videos(0, 100)).progress, why)
    assert told(parts) == [(30, 30, "collect"), (1, 29, "collect")]


def test_a_search_that_was_lost_by_waiting_is_asked_again_as_often_as_it_takes():
    """A day of quota between two pages is the everyday case, and says nothing of the search."""
    asked = of_january(1, 30, number=2, after=1, retry=True)
    (again,) = splitter().split(asked, Played(asked).answer(videos(0, 100)).progress, LOST, rested=True)
    assert (again.days, again.retry, again.after) == (WHOLE.days, True, 2)


@pytest.mark.parametrize("aim", [Aim.VERIFY, Aim.LOOK])
def test_a_verification_or_look_that_was_lost_by_waiting_is_asked_from_its_start(aim):
    asked = of_january(1, 30, number=2, after=1, aim=aim)
    parts = splitter(jumps=False).split(asked, reached(10, asked), LOST, rested=True)
    assert [(each.days, each.aim, each.jump) for each in parts] == [(WHOLE.days, aim, 0)]


def test_a_search_that_is_lost_where_the_one_before_it_was_is_not_asked_a_third_time():
    asked = of_january(1, 30, number=2, after=1, jump=1900)
    parts = splitter().split(asked, reached(10, asked), LOST)
    assert asked.jump not in [each.jump for each in parts]
    assert {day for each in parts if each.aim is Aim.COLLECT for day in each.days} == set(
        Window(FIRST, date(2026, 1, 10))
    )


def test_where_tiktok_refuses_to_go_on_what_is_left_is_cut_into_what_a_search_survives():
    """Row 7: a search id that dies for good after 15 pages."""
    parts = splitter(jumps=False).split(WHOLE, reached(21), NO_JUMP)
    assert told([each for each in parts if each.aim is Aim.COLLECT]) == [
        (15, 21, "collect"),
        (8, 14, "collect"),
        (1, 7, "collect"),
    ]
    assert int(9 * SURVIVED) == 7


def test_where_a_search_was_lost_by_waiting_what_is_left_is_one_search():
    parts = splitter(jumps=False).split(WHOLE, reached(21), NO_JUMP, rested=True)
    assert told(parts)[0] == (1, 21, "collect")


def test_days_that_a_lost_search_had_passed_are_verified_because_of_scheduled_posts():
    """Row 8: uploaded before the point where the search was lost, published in a day that was passed."""
    parts = splitter(jumps=False).split(WHOLE, reached(21), NO_JUMP, rested=True)
    assert told(parts)[1:] == [(22, 30, "verify")]


def test_a_verification_is_cut_into_what_a_try_can_afford():
    """Of known records nothing is new, so that a long one would use up the budget of the unit."""
    parts = splitter(jumps=False, bound=20).split(WHOLE, reached(11), NO_JUMP, rested=True)
    days = [each.days for each in parts if each.aim is Aim.VERIFY]
    assert len(days) > 1
    assert sorted(day for each in days for day in each) == list(Window(date(2026, 1, 12), LAST))


def test_a_verification_whose_jump_is_refused_is_asked_from_its_start():
    asked = of_january(22, 30, number=2, aim=Aim.VERIFY, after=1, jump=800)
    assert told(splitter(jumps=False).split(asked, Played(asked).answer(videos(0, 100)).progress, NO_JUMP)) == [
        (22, 30, "verify")
    ]


def test_a_verification_that_is_lost_is_cut_into_what_a_search_survives():
    asked = of_january(1, 30, number=2, aim=Aim.VERIFY, after=1)
    parts = splitter(jumps=False).split(asked, reached(21, asked), NO_JUMP)
    assert told(parts) == [
        (29, 30, "verify"),
        (22, 28, "verify"),
        (15, 21, "verify"),
        (8, 14, "verify"),
        (1, 7, "verify"),
    ]


def test_a_verification_that_came_nowhere_is_halved_down_to_a_day():
    asked = of_january(22, 30, number=2, aim=Aim.VERIFY, after=1)
    halves = splitter(jumps=False).split(asked, Played(asked).progress, BROAD)
    assert [(str(each.days), each.aim) for each in halves] == [
        ("2026-01-27_2026-01-30", Aim.VERIFY),
        ("2026-01-22_2026-01-26", Aim.VERIFY),
    ]
    day = of_january(22, number=2, aim=Aim.VERIFY, after=1)
    assert splitter(jumps=False).split(day, Played(day).progress, BROAD) == []


@pytest.mark.parametrize("why", [BROAD, UNREADABLE])
def test_a_second_look_that_fails_is_not_split(why):
    assert splitter().split(of_january(1, aim=Aim.LOOK), Played(of_january(1)).progress, why) == []


ERRORS = st.sampled_from([BROAD, LOST, STUCK, UNREADABLE, NO_JUMP])


@given(
    st.integers(1, 30), st.integers(1, 30), ERRORS, st.booleans(), st.booleans(), st.integers(20, 100), st.booleans()
)
def test_the_parts_of_a_collection_hold_every_day_that_was_asked(start, day, why, jumps, rested, bound, retry):
    asked = Slice(number=1, start=date(2026, 1, start), end=LAST, retry=retry)
    came = reached(day, asked, 3) if day >= start else Played(asked).progress
    parts = splitter(query("BE", "NL"), jumps=jumps, bound=bound).split(asked, came, why, rested=rested)
    days = {each for part in parts for each in part.days}
    assert days == set(asked.days)
    collected = {each for part in parts if part.aim is Aim.COLLECT for each in part.days}
    verified = [each for part in parts if part.aim is Aim.VERIFY for each in part.days]
    assert sorted([*collected, *verified]) == sorted(days), "a day is collected or verified, and verified once"
    assert [part.number for part in parts] == list(range(2, 2 + len(parts)))
    assert {part.after for part in parts} == {1}


REGIONS = st.lists(st.sampled_from(["BE", "NL", "FR", "DE"]), unique=True, max_size=4).map(tuple)


def atoms(asked, regions):
    """A slice split until nothing is left to split."""
    parts = splitter(query(*regions)).split(asked, Played(asked).progress, BROAD)
    return [atom for part in parts for atom in atoms(part, regions)] if parts else [asked]


@given(st.integers(1, 30), REGIONS)
def test_the_slices_of_a_window_hold_each_of_its_parts_exactly_once(days, regions):
    window = Slice(number=1, start=FIRST, end=FIRST + (days - 1) * DAY)
    held = [
        (day, region, length)
        for atom in atoms(window, regions)
        for day in atom.days
        for region in atom.narrowing.get("region_code") or regions or ("any",)
        for length in atom.narrowing["video_length"]
    ]
    wanted = {(day, region, length) for day in window.days for region in regions or ("any",) for length in LENGTHS}
    assert sorted(held) == sorted(wanted)


# An end that leaves a doubt


def ended(asked, *pages, proof=BY_ONE_MORE_CALL):
    """A search that came to its end with these pages, and its slice."""
    search = Played(asked)
    for records in pages:
        search.answer(records)
    return search.progress, asked.finish(None, proof)


LATE = [video(at=at(30, 12) - timedelta(hours=n)) for n in range(400)]
"""A record an hour, down to the 13th."""


def test_an_end_that_leaves_no_doubt_asks_nothing_more():
    everything = [video(at=at(30, 23) - timedelta(hours=n)) for n in range(30 * 24)]
    came, done = ended(WHOLE, everything, proof=BY_HITS)
    assert splitter().look_again(done, came, came.days) == []


def test_first_days_that_are_improbably_silent_are_looked_at():
    """Row 2: *no more* long before the end; a search runs from the newest to the oldest."""
    came, done = ended(WHOLE, LATE)
    look, end = splitter().look_again(done, came, came.days)
    assert (look.days, look.aim, look.after) == (Window(FIRST, date(2026, 1, 12)), Aim.LOOK, 1)
    assert (end.last_day, end.aim, end.one_day) == (date(2026, 1, 13), Aim.LOOK, True)


@pytest.mark.parametrize("records", [4, 6])
def test_silence_that_chance_explains_is_believed(records):
    come = [video(at=at(30 - 5 * n)) for n in range(records)]
    came, done = ended(WHOLE, come)
    assert [each for each in splitter().look_again(done, came, came.days) if each.days.start == FIRST] == []


@pytest.mark.parametrize("narrowing", [{}, {"region_code": ("BE",)}])
def test_a_last_day_without_a_record_is_asked_in_the_way_that_counts_it_in(narrowing):
    """Row 6: an API that leaves `end_date` out."""
    asked = of_january(1, 30, narrowing=narrowing)
    come = [video(at=at(29, 23) - timedelta(hours=n)) for n in range(29 * 24)]
    came, done = ended(asked, come, proof=BY_HITS)
    (look,) = splitter().look_again(done, came, came.days)
    assert look.days == Window(date(2026, 1, 30), date(2026, 1, 31))
    assert (look.aim, look.narrowing) == (Aim.LOOK, {**narrowing, "create_date": ("20260130",)})
    assert (look.one_day, look.last_day) == (True, date(2026, 1, 30))


def test_a_look_at_a_day_is_not_looked_at_again():
    asked = of_january(30, 31, aim=Aim.LOOK, narrowing={"create_date": ("20260130",)}, one_day=True)
    came, done = ended(asked, [])
    assert splitter().look_again(done, came, came.days) == []


def test_an_end_within_the_first_day_that_only_tiktok_tells_is_looked_at_where_hours_are_silent():
    """Hours are doubted only where nothing proves the end: nights are silent, too."""
    come = [video(at=at(30, 23) - timedelta(minutes=6 * n)) for n in range(7100)]
    for proof, looks in ((BY_HITS, 0), (BY_ONE_MORE_CALL, 1), (REFUSED, 1)):
        came, done = ended(WHOLE, come, proof=proof)
        assert len(splitter().look_again(done, came, came.days)) == looks, proof


def test_a_refused_end_is_looked_at_however_short_the_silence():
    come = [video(at=at(30, 23) - timedelta(hours=n)) for n in range(29 * 24 + 23)]
    came, done = ended(WHOLE, come, proof=REFUSED)
    (look,) = splitter().look_again(done, came, came.days)
    assert (look.days.start, look.aim) == (FIRST, Aim.LOOK)


def test_a_day_that_ended_too_early_is_looked_at_in_what_it_can_be_narrowed_to():
    asked = of_january(5)
    come = [video(at=at(5, 23) - timedelta(minutes=n)) for n in range(300)]
    came, done = ended(asked, come)
    looks = splitter(query("BE", "NL")).look_again(done, came, came.days)
    assert [each.narrowing for each in looks] == [{"region_code": ("BE",)}, {"region_code": ("NL",)}]
    assert {each.aim for each in looks} == {Aim.LOOK}


# A look that found something


def test_silent_days_that_were_not_silent_mean_that_the_day_of_the_end_is_asked_and_those_passed_are_verified():
    came, done = ended(WHOLE, LATE)
    look = of_january(1, 12, number=2, aim=Aim.LOOK, after=1)
    parts = splitter(jumps=False).correct_end(look, done, came)
    assert (parts[0].aim, parts[0].narrowing) == (Aim.LOOK, {"create_date": ("20260113",)})
    assert [(each.start.day, each.end.day, each.aim) for each in parts[1:]] == [(14, 30, Aim.VERIFY)]


LOOK_AT_LAST_DAY = Slice(
    number=2,
    start=LAST,
    end=LAST + DAY,
    aim=Aim.LOOK,
    after=1,
    one_day=True,
    narrowing={"create_date": ("20260130",)},
)


def test_a_last_day_that_was_left_out_says_nothing_of_the_others():
    come = [video(at=at(29, 23) - timedelta(hours=n)) for n in range(29 * 24)]
    came, done = ended(WHOLE, come)
    assert splitter().correct_end(LOOK_AT_LAST_DAY, done, came) == []


def test_a_last_day_with_records_after_a_search_that_found_nothing_means_that_its_other_days_are_asked():
    came, done = ended(WHOLE, [])
    assert told(splitter().correct_end(LOOK_AT_LAST_DAY, done, came)) == [(1, 29, "look")]
