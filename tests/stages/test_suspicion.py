from datetime import UTC, date, datetime

import pytest

from include.domain.manifest import State, WindowManifest
from include.stages.suspicion import last_day_is_proven, suspicion

BY_TEXT = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
BY_NAME = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}


def manifest(**counts):
    window = {"start": date(2026, 1, 1), "end": date(2026, 1, 30), "state": State.INCOMPLETE}
    return WindowManifest(**{**window, "query": BY_TEXT, "query_id": "0123456789ab", "fields": ("id",), **counts})


def why(now, elsewhere=None, expected=None, canaries=None):
    return suspicion(now, elsewhere or {}, lambda: expected, lambda: canaries)


def test_records_are_believed():
    assert why(manifest(came=10)) == ""


def test_nothing_by_text_is_not_believed_when_nothing_ever_came():
    assert "Name a canary query" in why(manifest())


def test_nothing_by_text_is_believed_when_the_nearest_window_has_a_handful_of_records():
    assert why(manifest(), expected=9) == ""


def test_a_sudden_nothing_is_not_believed():
    """TikTok has answered texts with nothing for weeks: every new window would have been complete, with no record."""
    assert "nearest complete window has 240 records" in why(manifest(), expected=240)
    assert why(manifest(), expected=240, canaries=True) == ""
    assert why(manifest(query=BY_NAME), expected=99) == ""
    assert "nearest complete window" in why(manifest(query=BY_NAME), expected=100)


def test_nothing_by_name_is_believed():
    assert why(manifest(query=BY_NAME)) == ""


def test_nothing_is_not_believed_where_other_windows_hold_records_of_these_days():
    assert "found 5 records" in why(manifest(query=BY_NAME), elsewhere={"0123456789ab": 5}, expected=5)


def test_nothing_is_not_believed_where_an_earlier_query_found_records_and_this_one_never_did():
    changed = manifest(query=BY_NAME, months={"2026-01": 7})
    assert "an earlier one found 7 records" in why(changed)
    assert why(changed, expected=5) == ""


def test_nothing_is_not_believed_where_an_earlier_query_found_many_even_if_this_one_works_elsewhere():
    assert "an earlier one found 800 records" in why(manifest(), elsewhere={"another query": 800}, expected=5)
    assert "an earlier one found 800 records" in why(manifest(months={"2026-01": 800}), expected=5)


def test_a_canary_that_finds_something_settles_every_doubt_about_a_count():
    assert why(manifest(), canaries=True) == ""
    assert why(manifest(believed=300), canaries=True) == ""
    assert why(manifest(came=100, believed=300), canaries=True) == ""


def test_a_canary_that_finds_nothing_settles_nothing():
    assert "canary query" in why(manifest(query=BY_NAME), canaries=False)
    assert "149 records where 300 are known, and a canary" in why(manifest(came=149, believed=300), canaries=False)


def test_far_fewer_than_were_believed_last_are_not_believed():
    told = why(manifest(came=149, believed=300))
    assert told.startswith("this pass found 149 records where 300 are known. Name a canary query")


def test_far_fewer_than_other_windows_hold_of_these_days_are_not_believed():
    assert "149 records where 300" in why(manifest(came=149), elsewhere={"0123456789ab": 300})
    assert why(manifest(came=149), elsewhere={"another query": 300}) == ""


def test_somewhat_fewer_than_before_are_deletions():
    assert why(manifest(came=250, believed=300)) == ""


@pytest.mark.parametrize(("came", "known", "believed"), [(1, 99, False), (1, 20, False), (7, 20, True), (1, 9, True)])
def test_a_search_that_ends_early_is_seen_in_small_windows_too(came, known, believed):
    assert (why(manifest(came=came, believed=known)) == "") == believed


def test_records_without_an_id_are_not_passed_over():
    assert "3 records came without an id" in why(manifest(came=10, without_id=3))


def test_a_record_of_the_last_day_proves_that_end_date_counts_unless_it_was_asked_alone():
    window = manifest(last_created=datetime(2026, 1, 30, 8, tzinfo=UTC))
    assert last_day_is_proven([manifest(), window], lambda _: False)
    assert not last_day_is_proven([manifest(), window], lambda _: True)
