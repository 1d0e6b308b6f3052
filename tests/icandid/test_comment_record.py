from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from include.icandid.comment_record import comment_language, comment_record
from include.icandid.conformance import faults
from include.icandid.record import SYNTHETIC_ENTRY
from include.icandid.registry_row import RegistryRow
from tests.icandid.rows import COLLECTION

COMMENTS = COLLECTION.of_comments("tiktok_query_0000008")
COMMENT = {
    "id": 7304000000000000001,
    "video_id": 7303985428648987936,
    "text": "Wat een goed idee, bedankt",
    "like_count": 3,
    "reply_count": 0,
    "parent_comment_id": 7303985428648987936,
    "create_time": datetime(2023, 11, 22, 8, tzinfo=UTC),
    "observed_at": datetime(2025, 3, 2, 4, 11, 9, tzinfo=UTC),
}


def test_a_comment_is_a_record_of_its_own_dataset_without_a_sender():
    record = comment_record(COMMENT, COMMENTS, "nl")
    assert record["@id"] == "iCANDID_tiktok_COMMENT_7304000000000000001"
    assert record["isBasedOn"]["isPartOf"]["@id"] == "tiktok_query_0000008"
    assert record["text"] == record["name"] == [{"@value": "Wat een goed idee, bedankt", "@language": "nl-Latn"}]
    assert not record.keys() & {"sender", "author", "creator"}
    assert [one["@id"] for one in record["identifier"]] == [
        "comment_id_7304000000000000001",
        "commented_video_id_7303985428648987936",
    ]
    assert [one["interactionType"][19:] for one in record["interactionStatistic"]] == ["LikeAction", "ReplyAction"]


def test_a_comment_from_the_sandbox_says_so():
    record = comment_record(COMMENT, replace(COMMENTS, synthetic=True), "nl")
    assert record["isBasedOn"]["name"] == record["identifier"][-1]["value"] == SYNTHETIC_ENTRY
    assert faults(record, "strict") == []


def test_a_reply_names_the_comment_that_it_answers():
    record = comment_record(COMMENT | {"parent_comment_id": 7304000000000000000}, COMMENTS, "nl")
    assert record["identifier"][-1]["@id"] == "replied_to_comment_id_7304000000000000000"


def test_a_comment_without_a_text_has_a_title():
    assert (
        comment_record(COMMENT | {"text": None}, COMMENTS, "und")["name"][0]["@value"] == "[no text] comment 2023-11-22"
    )


def test_a_comments_language_is_that_of_its_text():
    assert comment_language(COMMENT, ("nl", "fr")) == "nl"


def test_the_comments_collection_has_its_own_row():
    row = RegistryRow.of(COMMENTS)
    assert (row.internalident, row.name) == ("tiktok_query_0000008", "Tiktok partis politiques (comments)")


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {"id": st.integers(0, 2**63 - 1), "observed_at": st.just(COMMENT["observed_at"])},
        optional={
            "video_id": st.integers(0, 2**63 - 1),
            "text": st.text(st.characters(), max_size=150),
            "like_count": st.integers(0, 2**63 - 1),
            "parent_comment_id": st.integers(0, 2**63 - 1),
            "create_time": st.just(COMMENT["create_time"]),
        },
    )
)
def test_every_comment_yields_a_record_that_conforms(comment):
    record = comment_record(comment, COMMENTS, "und")
    assert faults(record, "strict") == faults(record, "published") == []
