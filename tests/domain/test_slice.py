"""A slice: its transitions, and how it is called."""

from datetime import date

import pytest
from pydantic import ValidationError

from include.domain.slice import Aim, Slice, SliceState
from include.domain.window import Window

DAY = date(2026, 1, 1)
ASKED = Slice(number=3, start=DAY, end=date(2026, 1, 5), narrowing={"region_code": ("BE", "NL")}, aim=Aim.LOOK, after=1)


def test_a_slice_is_called_by_its_days_and_by_what_narrows_it():
    assert ASKED.name == "2026-01-01 to 2026-01-05, region_code BE or NL"
    assert Slice(number=1, start=DAY, end=DAY).name == "2026-01-01 to 2026-01-01"


def test_a_slice_begins_open():
    assert (ASKED.state, ASKED.days) == (SliceState.OPEN, Window(DAY, date(2026, 1, 5)))


def test_a_slice_that_ended_tells_its_hits_and_what_proves_the_end():
    done = ASKED.rest(4).finish(120, "hits")
    assert (done.state, done.hits, done.proof, done.reason) == (SliceState.DONE, 120, "hits", "")


@pytest.mark.parametrize(("end", "state"), [(Slice.split, SliceState.SPLIT), (Slice.park, SliceState.PARKED)])
def test_a_slice_that_failed_says_why_and_keeps_what_was_asked(end, state):
    failed = end(ASKED, "HTTP 500")
    assert (failed.state, failed.reason) == (state, "HTTP 500")
    assert (failed.days, failed.narrowing, failed.aim) == (ASKED.days, ASKED.narrowing, ASKED.aim)


def test_a_slice_that_is_opened_again_asks_the_same_and_goes_on_where_it_was():
    jumping = ASKED.model_copy(update={"jump": 300, "rested_at": 2, "hits": None})
    again = jumping.park("HTTP 500").reopen(8)
    assert (again.number, again.state, again.reason) == (8, SliceState.OPEN, "")
    assert (again.jump, again.rested_at) == (300, 0)
    assert (again.days, again.narrowing, again.aim) == (ASKED.days, ASKED.narrowing, ASKED.aim)


def test_a_slice_is_read_back_as_it_was_written():
    done = ASKED.finish(5, "hits")
    assert Slice.model_validate_json(done.model_dump_json()) == done


def test_numbers_begin_at_one():
    with pytest.raises(ValidationError):
        Slice(number=0, start=DAY, end=DAY)
