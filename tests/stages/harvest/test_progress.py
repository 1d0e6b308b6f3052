"""How far a search came, told by its pages alone: every kind of page that was seen or can be thought of."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.page import START, Cursor
from include.domain.slice import Slice
from include.domain.window import Window
from include.stages.harvest.progress import (
    BY_HITS,
    BY_ONE_MORE_CALL,
    BY_THIN_PAGE,
    EMPTY_AT_MOST,
    PATIENCE,
    REFUSED,
    Progress,
)
from include.tiktok.entities import VIDEOS
from tests.pages import body
from tests.stages.harvest.searches import FIRST, LAST, Played, take_in, video, videos


@pytest.fixture
def search():
    return Played()


def test_a_search_that_nobody_answered_begins_at_its_start(search):
    assert (search.progress.cursor, search.progress.number) == (START, 0)
    assert (search.progress.reached(), search.progress.is_stuck) == (None, False)


def test_a_full_page_is_followed_by_the_next(search):
    search.answer(videos(0, 100))
    assert search.progress.cursor == Cursor(100, "7")
    assert (search.progress.number, search.progress.position) == (1, 100)


def test_a_page_that_says_nothing_of_more_is_followed_by_the_next(search):
    search.answer(videos(0, 100), more=None)
    assert search.index == 100


# Ends


@pytest.mark.parametrize(("records", "hits"), [(30, 30), (21, 30), (1, 1), (99, 99), (1, 99), (0, 1), (0, 99)])
def test_an_end_whose_cursor_tells_the_hits_within_its_page_is_proven(search, records, hits):
    """Recorded behaviour, 8: the last cursor is the number of hits; withheld ones take their room, too."""
    search.answer(videos(0, 100)).answer(videos(100, records), 100 + hits, more=False)
    assert (search.index, search.progress.hits, search.progress.proof) == (None, 100 + hits, BY_HITS)
    assert search.progress.early_ends == 0


@pytest.mark.parametrize("cursor", [0, None])
def test_a_search_without_any_hit_is_at_its_end(search, cursor):
    search.answer([], cursor, more=False, search_id=None)
    assert (search.index, search.progress.hits, search.progress.proof) == (None, 0, BY_HITS)


def test_an_end_at_a_round_cursor_costs_one_more_call(search):
    search.answer(videos(0, 100), more=False)
    assert search.index == 100
    assert search.progress.follows_an_end
    search.answer([], 100, more=False)
    assert (search.index, search.progress.hits, search.progress.proof) == (None, 100, BY_ONE_MORE_CALL)


def test_one_more_call_that_brings_records_shows_that_the_end_came_too_early(search):
    """Row 2: *no more* on page 3 of 100."""
    search.answer(videos(0, 100), more=False).answer(videos(100, 100)).answer(videos(200, 5), 205, more=False)
    assert (search.progress.hits, search.progress.proof, search.progress.early_ends) == (205, BY_HITS, 1)
    assert len(search.progress.ids) == 205


@pytest.mark.parametrize("cursor", [0, 50, 100, 129, 200, 5_000, None])
def test_an_end_whose_cursor_contradicts_its_page_is_not_believed_at_once(search, cursor):
    """30 records came from place 100 on, so that there are 130 hits at least, and 199 at most."""
    search.answer(videos(0, 100)).answer(videos(100, 30), cursor, more=False)
    assert search.index == 200


@pytest.mark.parametrize("cursor", [100, 200, None])
def test_an_empty_page_does_not_end_a_search_by_itself(search, cursor):
    """It is one witness, and an empty answer is a known fault; the same call again is the other one."""
    search.answer(videos(0, 100)).answer([], cursor, more=False)
    assert search.index == 100
    assert search.progress.follows_an_end
    search.answer(videos(100, 30), 130, more=False)
    assert (search.index, search.progress.hits, search.progress.early_ends) == (None, 130, 1)


@pytest.mark.parametrize(("cursor", "hits"), [(100, 100), (80, 80), (None, 100), (200, None)])
def test_the_empty_page_behind_an_end_tells_the_hits_unless_its_cursor_only_moved_on(search, cursor, hits):
    search.answer(videos(0, 100), more=False).answer([], cursor, more=False)
    assert (search.index, search.progress.hits, search.progress.proof) == (None, hits, BY_ONE_MORE_CALL)


def test_an_end_that_tiktok_does_not_let_us_look_behind_stands_unproven(search):
    search.answer(videos(0, 100), more=False)
    search.progress.refuse_one_more_call()
    assert (search.index, search.progress.hits, search.progress.proof) == (None, None, REFUSED)


def test_a_page_of_nothing_but_known_records_does_not_end_a_search(search):
    search.answer(videos(0, 100)).answer(videos(0, 100), 150, more=False)
    assert (search.index, search.progress.repeats) == (100, 1)


# Pages that bring nothing new


def test_an_empty_page_with_more_is_asked_for_again_where_it_was(search):
    """Row 1: five public clients lost nothing, because the same call repeated gives the data."""
    search.answer(videos(0, 100)).answer([], 100)
    assert (search.progress.cursor, search.progress.repeats) == (Cursor(100, "7"), 1)
    search.answer(videos(100, 100))
    assert (search.index, search.progress.repeats) == (200, 0)


@pytest.mark.parametrize("data", [{"has_more": True, "cursor": 100, "search_id": "7"}, {"has_more": True}])
def test_a_page_without_its_list_is_asked_for_again(search, data):
    search.answer(videos(0, 100)).store(body(None, **data))
    assert (search.progress.cursor, search.progress.repeats) == (Cursor(100, "7"), 1)


def test_a_first_page_without_anything_is_asked_for_as_a_fresh_search(search):
    search.answer([], 0)
    assert (search.progress.cursor, search.progress.repeats) == (START, 1)


def test_the_page_before_in_place_of_the_next_is_asked_for_again(search):
    """Row 5."""
    search.answer(videos(0, 100)).answer(videos(0, 100))
    assert (search.index, search.progress.repeats) == (100, 1)
    search.answer(videos(100, 50), 150, more=False)
    assert (search.index, len(search.progress.ids)) == (None, 150)


def test_the_edge_of_the_page_before_is_not_new_and_does_no_harm(search):
    search.answer(videos(0, 100)).answer([*videos(97, 3), *videos(100, 60)], 160, more=False)
    assert (search.index, search.progress.hits, len(search.progress.ids)) == (None, 160, 160)


def test_a_search_that_brings_nothing_new_is_stuck_after_its_patience(search):
    search.answer(videos(0, 100))
    for number in range(PATIENCE):
        assert not search.progress.is_stuck, number
        search.answer([], 100)
    assert (search.progress.is_stuck, search.index) == (True, 100)


def test_a_page_that_stays_empty_while_its_cursor_moves_on_is_passed_over(search):
    """Removed records leave whole pages empty."""
    search.answer(videos(0, 100))
    for _ in range(PATIENCE):
        assert search.index == 100
        search.answer([], 200)
    assert (search.index, search.progress.is_stuck) == (200, False)
    search.answer(videos(200, 40), 240, more=False)
    assert search.progress.hits == 240


def test_a_first_page_that_stays_empty_while_its_cursor_moves_on_is_passed_over(search):
    """The newest hundred were removed, as of an account that was closed."""
    for _ in range(PATIENCE):
        assert search.index == 0
        search.answer([], 100)
    assert (search.progress.cursor, search.progress.is_stuck) == (Cursor(100, "7"), False)


def test_a_page_that_shows_but_the_edge_of_the_one_before_is_passed_over(search):
    """What belongs there was removed, and TikTok repeats some of the page before on each."""
    search.answer(videos(0, 100))
    for _ in range(PATIENCE):
        assert search.index == 100
        search.answer(videos(97, 3), 200)
    assert (search.index, search.progress.is_stuck) == (200, False)


def test_empty_pages_are_not_passed_over_for_ever(search):
    search.answer(videos(0, 100))
    while not search.progress.is_stuck:
        search.answer([])
    assert search.index == 100 + 100 * (EMPTY_AT_MOST + 1)
    assert len(search.pages) == 1 + PATIENCE * (EMPTY_AT_MOST + 1)


def test_the_same_page_for_ever_is_stuck(search):
    """Row 3."""
    while not search.progress.is_stuck:
        search.answer(videos(0, 100))
    assert len(search.pages) == 1 + PATIENCE


# Cursors


@pytest.mark.parametrize("cursor", [0, 100, 300, 10**9, None])
def test_a_cursor_that_goes_back_stands_still_skips_or_is_missing_is_not_followed(search, cursor):
    """Rows 3 and 5: what a page brought tells where the next one begins."""
    search.answer(videos(0, 100)).answer(videos(100, 100), cursor)
    assert search.index == 200
    assert search.progress.odd_cursors == (cursor is not None)


def test_a_cursor_that_moves_by_less_than_a_page_is_followed(search):
    search.answer(videos(0, 100), 80)
    assert (search.index, search.progress.odd_cursors) == (80, 1)


def test_a_search_id_that_changes_is_followed_and_one_that_is_missing_is_kept(search):
    search.answer(videos(0, 100), search_id="7").answer(videos(100, 100), search_id="8")
    assert search.progress.cursor == Cursor(200, "8")
    search.answer(videos(200, 100), search_id=None)
    assert search.progress.cursor == Cursor(300, "8")


# Records


def test_records_without_an_id_are_something_new(search):
    """Else a page of them would be asked for again, and its search be given up."""
    search.answer([{"username": "no id"}] * 100)
    assert (search.index, len(search.progress.ids)) == (100, 0)


def test_records_are_counted_by_the_day_of_their_creation(search):
    strays = [video(at=datetime(2025, 12, 31, 12, tzinfo=UTC)), video(at=datetime(2026, 2, 1, 12, tzinfo=UTC))]
    search.answer([*videos(0, 3), *strays])
    assert search.progress.days == {LAST: 3}


def test_the_days_that_a_search_reached_are_told_by_the_ids_of_its_records(search):
    search.answer(videos(0, 100)).answer([video(at=datetime(2026, 1, 10, 12, tzinfo=UTC))])
    assert search.progress.reached() == date(2026, 1, 10)


def test_days_outside_the_slice_are_not_reached():
    asked = Slice(number=1, start=date(2026, 1, 20), end=LAST)
    search = Played(asked).answer([video(at=datetime(2025, 12, 1, tzinfo=UTC))])
    assert search.progress.reached() == date(2026, 1, 20)


def test_a_search_that_is_not_in_the_order_of_its_ids_reached_nothing(search):
    search.answer([*videos(5, 5), *videos(0, 5)])
    assert search.progress.reached() is None


def test_ids_that_often_contradict_the_creation_tell_no_time(search):
    search.answer(videos(0, 100))
    search.progress.note_contradictions(10)
    assert search.progress.reached() is not None
    search.progress.note_contradictions(1)
    assert search.progress.reached() is None


# Searches that go on from others


def test_a_search_that_goes_on_from_another_takes_only_what_that_one_had_not_brought_for_new():
    lost = Played().answer(videos(0, 100)).answer(videos(100, 100))
    again = Played(Slice(number=2, start=FIRST, end=LAST, after=1, jump=100), before=lost.progress)
    again.answer(videos(0, 100))
    again.progress.go_on_at(100)
    assert again.progress.cursor == Cursor(100, "7")
    again.answer(videos(100, 100))
    assert (again.index, again.progress.repeats) == (200, 0)
    again.answer(videos(100, 100))
    assert (again.index, again.progress.repeats) == (200, 1)
    again.answer(videos(200, 20), 220, more=False)
    assert again.progress.hits == 220


def test_a_search_at_its_end_goes_on_nowhere(search):
    search.answer([], 0, more=False)
    search.progress.go_on_at(100)
    assert search.index is None


# Properties

CURSORS = st.sampled_from(["own", "back", "still", "skip", "short", None, 0])
ANSWERS = st.lists(
    st.tuples(
        st.integers(-120, 20),  # where its records begin, relative to the next ones
        st.sampled_from([0, 0, 1, 40, 100]),
        CURSORS,
        st.sampled_from([True, True, True, False, None]),
        st.booleans(),  # one record without an id
        st.sampled_from(["7", "8", None]),
    ),
    max_size=30,
)


def play(answers, search=None):
    """A search that is answered so, as long as it asks."""
    search = search or Played()
    for shift, count, cursor, more, nameless, search_id in answers:
        index = search.index
        if index is None or search.progress.is_stuck:
            break
        cursors = {"own": index + 100, "back": max(0, index - 100), "still": index, "skip": index + 200}
        records = [*videos(max(0, index + shift), count), *([{"username": "no id"}] if nameless else [])]
        told = cursors.get(cursor, index + 50 if cursor == "short" else cursor)
        search.answer(records, told, more=more, search_id=search_id)
    return search


def state(progress):
    """All that is known of a search, to compare."""
    known = {name: value for name, value in vars(progress).items() if name not in ("ids", "asked", "_made_at")}
    return known | {"ids": len(progress.ids)}


@given(ANSWERS)
def test_a_fresh_progress_that_replays_the_stored_pages_is_in_the_same_state(answers):
    search = play(answers)
    again = Progress(search.progress.asked, VIDEOS.page_size, VIDEOS.made_at)
    for page in search.pages:
        take_in(again, page)
    assert state(again) == state(search.progress)


@given(ANSWERS, st.integers(0, 30))
def test_a_search_that_was_stopped_after_any_page_asks_what_it_would_have_asked(answers, stop):
    search, whole = Played(), play(answers)
    for page in whole.pages[:stop]:
        take_in(search.progress, page)
        search.pages.append(page)
    play(answers[stop:], search)
    assert [page.request for page in search.pages] == [page.request for page in whole.pages]
    assert state(search.progress) == state(whole.progress)


@given(ANSWERS)
def test_no_search_asks_the_same_for_ever(answers):
    asked = [(page.request.get("cursor", 0), page.request.get("search_id")) for page in play(answers * 3).pages]
    for place, call in enumerate(asked):
        assert asked[place : place + PATIENCE + 1] != [call] * (PATIENCE + 1)


FAULTS = st.dictionaries(
    st.integers(0, 25),
    st.sampled_from(["empty", "no list", "before", "no more", "empty end", "still", "back", "skip"]),
    max_size=8,
)

ENDS = ("no more", "empty end")


@given(st.integers(0, 900), FAULTS, st.integers(0, 3))
def test_a_search_that_is_believed_to_be_at_its_end_has_brought_everything(hits, faults, withheld):
    """Whatever TikTok answers wrongly, as long as it does not lie twice about the same end.

    That nothing at all was found is not for the search to doubt: the checks of the unit do.
    """
    there = [each for number, each in enumerate(videos(0, hits)) if not withheld or number % 7 > withheld]
    places = [number for number in range(hits) if not withheld or number % 7 > withheld]
    search, call, lies = Played(), 0, set()
    while search.index is not None and not search.progress.is_stuck:
        index, fault = search.index, faults.get(call, "")
        end = index + 100 if fault == "no more" else index
        fault = "" if fault in ENDS and (end in lies or not end) else fault
        lies |= {end} if fault in ENDS else set()
        first = max(0, index - 100) if fault == "before" else index
        records = [each for each, place in zip(there, places, strict=True) if first <= place < first + 100]
        last = index + 100 >= hits
        cursors = {"still": index, "back": max(0, index - 100), "skip": index + 200, "no more": index + 100}
        cursor = cursors.get(fault, min(index + 100, hits) if last else index + 100)
        if fault in ("empty", "empty end"):
            search.answer([], index, more=fault == "empty")
        elif fault == "no list":
            search.store(body(None, has_more=True))
        else:
            search.answer(records, cursor, more=not last and fault != "no more")
        call += 1
    if not search.progress.is_stuck:
        assert len(search.progress.ids) == len(there)


@pytest.mark.parametrize(("full", "last", "proof"), [(70, 34, BY_THIN_PAGE), (70, 36, BY_ONE_MORE_CALL)])
def test_a_last_page_with_half_of_the_records_of_any_other_is_no_limit(search, full, last, proof):
    search.answer(videos(0, full), 100).answer(videos(100, last), 200, more=False).answer([], 200, more=False)
    assert (search.index, search.progress.proof) == (None, proof)


@pytest.mark.parametrize(("last", "proof"), [(24, BY_THIN_PAGE), (25, REFUSED)])
def test_a_page_alone_is_thin_with_less_than_a_quarter_of_its_room(search, last, proof):
    search.answer(videos(0, last), 100, more=False)
    search.progress.refuse_one_more_call()
    assert search.progress.proof == proof


def test_a_search_that_brought_nothing_has_no_thin_last_page(search):
    search.answer([], 100, more=False)
    search.progress.refuse_one_more_call()
    assert search.progress.proof == REFUSED


def test_days_in_which_pages_were_passed_over_are_told(search):
    search.answer([video(at=datetime(2026, 1, 20, 12, tzinfo=UTC))])
    for _ in range(PATIENCE):
        search.answer([])
    search.answer([video(at=datetime(2026, 1, 17, 12, tzinfo=UTC))])
    assert search.progress.gaps == [Window(date(2026, 1, 17), date(2026, 1, 20))]


def test_a_first_page_that_stays_empty_leaves_the_last_days_open(search):
    for _ in range(PATIENCE):
        search.answer([])
    search.answer([video(at=datetime(2026, 1, 28, 12, tzinfo=UTC))])
    assert search.progress.gaps == [Window(date(2026, 1, 28), LAST)]
