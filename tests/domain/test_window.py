from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.window import DAY, Window, join

DAYS = st.dates(date(2023, 12, 1), date(2024, 4, 30))  # around a leap day


@st.composite
def windows(draw):
    return Window(*sorted((draw(DAYS), draw(DAYS))))


def days_of(some):
    return [day for window in some for day in window]


def test_a_window_reads_the_text_it_writes():
    window = Window(date(2026, 1, 1), date(2026, 1, 30))
    assert str(window) == "2026-01-01_2026-01-30"
    assert Window.parse(str(window)) == window


@pytest.mark.parametrize("text", ["", "2026-01-01", "2026-01-30_2026-01-01", "2026-02-30_2026-03-01", "a_b_c"])
def test_a_text_that_is_no_window_is_named_in_the_error(text):
    with pytest.raises(ValueError, match="Not a window"):
        Window.parse(text)


def test_a_window_holds_both_its_days():
    assert Window(date(2024, 2, 28), date(2024, 3, 1)).days == 3
    assert list(Window(date(2023, 2, 28), date(2023, 3, 1))) == [date(2023, 2, 28), date(2023, 3, 1)]


def test_a_window_without_itself_leaves_nothing():
    window = Window(date(2026, 1, 1), date(2026, 1, 30))
    assert window.without([window]) == []


def test_a_hole_in_the_middle_leaves_two_windows():
    left = Window(date(2026, 1, 1), date(2026, 1, 31)).without([Window(date(2026, 1, 10), date(2026, 1, 20))])
    assert list(map(str, left)) == ["2026-01-01_2026-01-09", "2026-01-21_2026-01-31"]


@given(windows(), st.lists(windows(), max_size=6))
def test_what_is_left_is_the_window_minus_the_covered_days(window, covered):
    left = window.without(covered)
    assert days_of(left) == sorted(set(window) - set(days_of(covered)))
    assert all(before.end + DAY < after.start for before, after in pairwise(left)), "not the fewest"


@given(windows(), st.integers(1, 30))
def test_cuts_hold_every_day_once_and_are_no_longer_than_asked(window, days):
    cuts = window.cut(days)
    assert days_of(cuts) == list(window)
    assert all(cut.days == days for cut in cuts[:-1])
    assert cuts[-1].days <= days


@given(windows(), windows())
def test_two_windows_share_the_days_that_are_in_both(one, other):
    shared = one & other
    assert set(shared or ()) == set(one) & set(other)
    assert shared == other & one


@given(st.lists(windows(), max_size=6))
def test_joined_windows_have_the_same_days_each_once_in_the_fewest_windows(some):
    joined = join(some)
    assert days_of(joined) == sorted(set(days_of(some)))
    assert all(one.end + DAY < other.start for one, other in pairwise(joined))
