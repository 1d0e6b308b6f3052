from datetime import UTC, date, datetime

from include.domain.manifest import State, WindowManifest
from include.stages.suspicion import last_day_is_proven, suspicion

BY_TEXT = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
BY_NAME = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}


def manifest(**counts):
    window = {"start": date(2026, 1, 1), "end": date(2026, 1, 30), "state": State.INCOMPLETE}
    return WindowManifest(**{**window, "query": BY_TEXT, "query_id": "0123456789ab", "fields": ("id",), **counts})


def why(now, elsewhere=None, works=False, canaries=None):
    return suspicion(now, elsewhere or {}, lambda: works, lambda: canaries)


def test_records_are_believed():
    assert why(manifest(came=10)) == ""


def test_nothing_by_text_is_not_believed_when_nothing_ever_came():
    assert "Name a canary query" in why(manifest())


def test_nothing_by_text_is_believed_when_other_windows_have_records():
    assert why(manifest(), works=True) == ""


def test_nothing_by_name_is_believed():
    assert why(manifest(query=BY_NAME)) == ""


def test_nothing_is_not_believed_where_other_windows_hold_records_of_these_days():
    assert "found 5 records" in why(manifest(query=BY_NAME), elsewhere={"0123456789ab": 5}, works=True)


def test_nothing_is_not_believed_where_an_earlier_query_found_records_and_this_one_never_did():
    changed = manifest(query=BY_NAME, months={"2026-01": 7})
    assert "an earlier one found 7 records" in why(changed)
    assert why(changed, works=True) == ""


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


def test_records_without_an_id_are_not_passed_over():
    assert "3 records came without an id" in why(manifest(came=10, without_id=3))


def test_a_record_of_the_last_day_proves_that_end_date_counts_unless_it_was_asked_alone():
    window = manifest(last_created=datetime(2026, 1, 30, 8, tzinfo=UTC))
    assert last_day_is_proven([manifest(), window], lambda _: False)
    assert not last_day_is_proven([manifest(), window], lambda _: True)
