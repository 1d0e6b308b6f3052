from datetime import UTC, date, datetime

from include.domain.manifest import State, WindowManifest
from include.stages.suspicion import last_day_is_proven, suspicion

BY_TEXT = {"or": [{"operation": "IN", "field_name": "keyword", "field_values": ["klimaat"]}]}
BY_NAME = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}


def manifest(**counts):
    window = {"start": date(2026, 1, 1), "end": date(2026, 1, 30), "state": State.INCOMPLETE}
    return WindowManifest(**{**window, "query": BY_TEXT, "query_id": "0123456789ab", "fields": ("id",), **counts})


def why(now, before=None, others=(), canaries=()):
    return suspicion(now, before or manifest(), lambda: others, lambda: canaries)


def test_records_are_believed():
    assert why(manifest(returned=10, distinct=10, requests=1)) == ""


def test_nothing_by_text_is_not_believed_when_nothing_ever_came():
    assert "Name a canary query" in why(manifest(requests=1))


def test_nothing_by_text_is_believed_when_other_windows_have_records():
    other = manifest(start=date(2026, 2, 1), end=date(2026, 2, 28), distinct=5)
    assert why(manifest(requests=1), others=[other]) == ""


def test_nothing_by_name_is_believed():
    assert why(manifest(requests=1, query=BY_NAME)) == ""


def test_nothing_is_not_believed_where_earlier_harvests_of_these_days_found_some():
    inside = manifest(start=date(2026, 1, 5), end=date(2026, 1, 6), distinct=5)
    assert "found 5 records" in why(manifest(requests=1, query=BY_NAME), others=[inside])


def test_a_canary_that_finds_something_proves_nothing_to_be_true():
    assert why(manifest(requests=1), canaries=[True]) == ""


def test_a_canary_that_finds_nothing_proves_nothing():
    assert "canary query" in why(manifest(requests=1, query=BY_NAME), canaries=[True, False])


def test_far_fewer_than_before_is_not_believed():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, distinct=300)
    now = manifest(requests=5, returned=300 + 149, distinct=300)
    assert why(now, before) == "this pass returned 149 records where 300 are known"


def test_somewhat_fewer_than_before_are_deletions():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, distinct=300)
    assert why(manifest(requests=6, returned=300 + 250, distinct=300), before) == ""


def test_a_complete_window_that_is_tried_again_without_a_request_stays_complete():
    before = manifest(state=State.COMPLETE, requests=3, returned=300, distinct=300)
    assert why(manifest(requests=3, returned=300, distinct=300), before) == ""


def test_a_record_of_the_last_day_proves_that_end_date_counts_unless_it_was_asked_alone():
    window = manifest(last_created=datetime(2026, 1, 30, 8, tzinfo=UTC))
    assert last_day_is_proven([manifest(), window], lambda _: False)
    assert not last_day_is_proven([manifest(), window], lambda _: True)
