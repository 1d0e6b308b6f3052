from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from include.icandid.index_document import handed_over, indexed
from include.icandid.index_merge import datasets, merged, without_dataset
from include.icandid.mapping import mapping_faults
from include.icandid.record import video_record
from tests.icandid.rows import COLLECTION, video

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
COLLECTIONS = [replace(COLLECTION, dataset_id=f"tiktok_query_000000{n}") for n in (5, 6, 7)]

RECORDS = st.builds(
    lambda collection, day, views, language: video_record(
        video(view_count=views, observed_at=datetime(2025, 3, day, tzinfo=UTC)), collection, language
    ),
    st.sampled_from(COLLECTIONS),
    st.integers(1, 28),
    st.integers(0, 10**9),
    st.sampled_from(["fr", "nl", "und"]),
)


def all_merged(records):
    stored = records[0]
    for record in records[1:]:
        stored = merged(stored, record)
    return stored


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_any_order_of_records_leaves_a_bounded_document_that_the_index_takes(records):
    document = all_merged(records)
    assert datasets(document) == {one["isBasedOn"]["isPartOf"]["@id"] for one in records}
    assert len(document["interactionStatistic"]) <= 2 * 5
    assert mapping_faults(indexed(document, NOW), "strict") == []


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_the_last_record_again_changes_nothing(records):
    document = all_merged(records)
    assert merged(document, records[-1]) == document


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_what_the_index_adds_can_be_taken_off_again(records):
    document = all_merged(records)
    assert handed_over(indexed(document, NOW)) == document


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_without_its_last_dataset_nothing_is_left(records):
    document = all_merged(records)
    for dataset in sorted(datasets(document)):
        document = without_dataset(document, dataset)
    assert document is None
