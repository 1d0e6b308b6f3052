from datetime import UTC, date, datetime

from include.domain.manifest import State, WindowManifest
from include.stages.suspicion import last_day_is_proven, suspicion

BY_TEXT = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
BY_NAME = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}


def manifest(**counts):
    window = {"start": date(2026, 1, 1), "end": date(2026, 1, 30), "state": State.INCOMPLETE}
    return WindowManifest(**{**window, "query": BY_TEXT, "query_id": "0123456789ab", "fields": ("id",), **counts})


def why(now, before=None, elsewhere=None, works=False, canaries=None):
    return suspicion(now, before or manifest(), elsewhere or {}, lambda: works, lambda: canaries)


def test_records_are_believed():
    assert why(manifest(returned=10, distinct=10, requests=1)) == ""


def test_nothing_by_text_is_not_believed_when_nothing_ever_came():
    assert "Name a canary query" in why(manifest(requests=1))


def test_nothing_by_text_is_believed_when_other_windows_have_records():
    assert why(manifest(requests=1), works=True) == ""


def test_nothing_by_name_is_believed():
    assert why(manifest(requests=1, query=BY_NAME)) == ""


def test_nothing_is_not_believed_where_other_windows_hold_records_of_these_days():
    assert "found 5 records" in why(manifest(requests=1, query=BY_NAME), elsewhere={"0123456789ab": 5}, works=True)


def test_nothing_is_not_believed_where_an_earlier_query_found_records_and_this_one_never_did():
    changed = manifest(requests=1, query=BY_NAME, months={"2026-01": 7})
    assert "an earlier one found 7 records" in why(changed)
    assert why(changed, works=True) == ""


def test_a_canary_that_finds_something_settles_every_doubt_about_a_count():
    assert why(manifest(requests=1), canaries=True) == ""
    assert why(manifest(requests=1, believed=300), canaries=True) == ""
    assert why(manifest(requests=2, returned=100, believed=300), canaries=True) == ""


def test_a_canary_that_finds_nothing_settles_nothing():
    assert "canary query" in why(manifest(requests=1, query=BY_NAME), canaries=False)
    assert "149 records where 300 are known, and a canary" in why(manifest(returned=149, believed=300), canaries=False)


def test_far_fewer_than_were_believed_last_are_not_believed():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, believed=300)
    now = manifest(requests=5, returned=300 + 149, returned_before=300, believed=300)
    assert why(now, before).startswith("this pass returned 149 records where 300 are known. Name a canary query")


def test_a_bad_pass_does_not_become_good_by_being_repeated():
    before = manifest(state=State.SUSPECT, requests=5, returned=449, believed=300)
    now = manifest(requests=7, returned=449 + 149, returned_before=449, believed=300)
    assert "149 records where 300 are known" in why(now, before)


def test_far_fewer_than_other_windows_hold_of_these_days_are_not_believed():
    assert "149 records where 300" in why(manifest(requests=2, returned=149), elsewhere={"0123456789ab": 300})
    assert why(manifest(requests=2, returned=149), elsewhere={"another query": 300}) == ""


def test_somewhat_fewer_than_before_are_deletions():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, believed=300)
    assert why(manifest(requests=6, returned=300 + 250, returned_before=300, believed=300), before) == ""


def test_a_complete_window_that_is_tried_again_without_a_request_stays_complete():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, believed=300)
    assert why(manifest(requests=3, returned=300, believed=300), before) == ""


def test_records_without_an_id_are_not_passed_over():
    assert "3 records came without an id" in why(manifest(requests=1, returned=10, without_id=3))


def test_a_record_of_the_last_day_proves_that_end_date_counts_unless_it_was_asked_alone():
    window = manifest(last_created=datetime(2026, 1, 30, 8, tzinfo=UTC))
    assert last_day_is_proven([manifest(), window], lambda _: False)
    assert not last_day_is_proven([manifest(), window], lambda _: True)
