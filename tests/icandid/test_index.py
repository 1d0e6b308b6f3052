import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import SettingInvalid
from include.icandid.errors import IndexUnavailable
from include.icandid.index_merge import datasets
from include.icandid.record import video_record
from tests.icandid.rows import COLLECTION, video

pytest.importorskip("opensearchpy", reason="not installed: the Python package opensearch-py")

from include.icandid.index import BATCH, SearchIndex
from include.icandid.index_setup import prepare, search_client

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OTHER = replace(COLLECTION, dataset_id="tiktok_query_0000006", name="Another dataset")
DATASET = COLLECTION.dataset_id


def record(number=1, collection=COLLECTION, **changes):
    return video_record(video(id=number, **changes), collection, "fr")


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def index(client, alias, pauses):
    prepare(client, alias, NOW, own=True)
    return SearchIndex(client, alias, pauses.append)


def outcomes(verdicts):
    return [verdict.outcome for verdict in verdicts]


def stored(client, alias, number=1):
    return client.get(index=alias, id=f"iCANDID_tiktok_{number}")["_source"]


def test_records_are_in_the_index_and_counted(index, client, alias):
    assert outcomes(index.put([record(1), record(2)], NOW)) == ["created", "created"]
    assert index.count(DATASET) == 2
    assert sorted(index.ids(DATASET)) == ["iCANDID_tiktok_1", "iCANDID_tiktok_2"]


def test_a_document_has_the_fields_that_the_user_interface_searches(index, client, alias):
    list(index.put([record()], NOW))
    document = stored(client, alias)
    assert document["fr-Latn_name"] == ["Bonjour la Belgique 🇧🇪 #psbelgique"]
    assert document["fr-Latn_text"] == ["Bonjour à tous"]
    assert document["fr-Latn_keywords"] == ["psbelgique"]
    assert document["_datePublished"] == "2023-11-21 18:34:06"
    assert document["updatetime"] == "2026-01-05T12:00:00Z"
    assert document["datePublished_time_frame"] == {"gte": "2023-11-21 18:34:06", "lte": "2023-11-21 18:34:06"}


def test_putting_the_same_records_again_sends_nothing(index, client, alias):
    list(index.put([record()], NOW))
    before = client.get(index=alias, id="iCANDID_tiktok_1")
    assert outcomes(index.put([record()], LATER)) == ["unchanged"]
    assert client.get(index=alias, id="iCANDID_tiktok_1")["_seq_no"] == before["_seq_no"]


def test_a_video_of_two_datasets_belongs_to_both(index, client, alias):
    list(index.put([record()], NOW))
    assert outcomes(index.put([record(collection=OTHER)], LATER)) == ["updated"]
    assert outcomes(index.put([record()], LATER)) == ["unchanged"]
    assert datasets(stored(client, alias)) == {DATASET, OTHER.dataset_id}
    assert index.count(DATASET) == index.count(OTHER.dataset_id) == 1


def test_counters_keep_their_first_and_their_latest_state(index, client, alias):
    for day, views in enumerate([6, 60, 600, 6000]):
        seen = datetime(2025, 3, 2 + day, tzinfo=UTC)
        list(index.put([record(view_count=views, observed_at=seen)], NOW))
    views = [
        (one["endTime"][:10], one["userInteractionCount"])
        for one in stored(client, alias)["interactionStatistic"]
        if one["interactionType"].endswith("ViewAction")
    ]
    assert views == [("2025-03-02", 6), ("2025-03-05", 6000)]


def test_a_text_in_another_language_leaves_no_trace_of_the_first(index, client, alias):
    list(index.put([record()], NOW))
    list(index.put([video_record(video(id=1, video_description="Goedendag"), COLLECTION, "nl")], LATER))
    document = stored(client, alias)
    assert document["nl-Latn_name"] == ["Goedendag"]
    assert not [field for field in document if field.startswith("fr-Latn")]


def test_what_others_added_to_a_document_stays(index, client, alias):
    list(index.put([record()], NOW))
    client.index(index=alias, id="iCANDID_tiktok_1", body=stored(client, alias) | {"@uuid": "f5e8"})
    assert outcomes(index.put([record(view_count=7)], LATER)) == ["updated"]
    assert stored(client, alias)["@uuid"] == "f5e8"


def test_a_record_that_the_mapping_refuses_is_reported_and_the_others_proceed(index):
    bad = record(2) | {"locationCreated": "BE"}
    verdicts = list(index.put([record(1), bad, record(3)], NOW))
    assert sorted(outcomes(verdicts)) == ["created", "created", "refused"]
    refused = next(one for one in verdicts if one.outcome == "refused")
    assert refused.id == "iCANDID_tiktok_2"
    assert "locationCreated" in refused.reason
    assert index.count(DATASET) == 2


def test_a_new_root_field_is_refused_by_a_strict_index(index):
    (verdict,) = index.put([record() | {"unheardOf": 1}], NOW)
    assert verdict.outcome == "refused"


def test_withdrawing_deletes_what_belongs_to_no_other_dataset(index, client, alias):
    list(index.put([record(1), record(2)], NOW))
    list(index.put([record(2, collection=OTHER)], NOW))
    ids = [f"iCANDID_tiktok_{number}" for number in (1, 2, 3)]
    verdicts = {one.id[-1]: one.outcome for one in index.withdraw(DATASET, ids, LATER)}
    assert verdicts == {"1": "deleted", "2": "withdrawn", "3": "absent"}
    assert (index.count(DATASET), index.count(OTHER.dataset_id)) == (0, 1)
    assert set(outcomes(index.withdraw(DATASET, ids, LATER))) == {"absent"}


def test_more_records_than_one_request_holds_all_arrive(index):
    verdicts = index.put((record(number) for number in range(1, BATCH + 12)), NOW)
    assert outcomes(verdicts) == ["created"] * (BATCH + 11)
    assert index.count(DATASET) == BATCH + 11


def test_records_are_only_asked_for_when_the_index_has_answered(index, engine):
    asked = []

    def records():
        for number in range(1, 2 * BATCH + 1):
            asked.append(number)
            yield record(number)

    next(index.put(records(), NOW))
    assert len(asked) == BATCH


def test_a_document_that_is_put_off_is_sent_again_and_alone(index, engine, pauses):
    engine.faults = [{"iCANDID_tiktok_2": 429}, {"iCANDID_tiktok_2": 503}]
    assert outcomes(index.put([record(1), record(2)], NOW)) == ["created", "created"]
    assert pauses == [1, 2]


def test_a_whole_request_that_is_put_off_is_sent_again(index, engine, pauses):
    engine.faults = [429]
    assert outcomes(index.put([record(1), record(2)], NOW)) == ["created", "created"]
    assert pauses == [1]


def test_an_index_that_never_has_room_is_a_passing_fault(index, engine, pauses):
    engine.faults = [{"iCANDID_tiktok_2": 429}] * 6
    verdicts = index.put([record(1), record(2)], NOW)
    assert next(verdicts).outcome == "created"
    with pytest.raises(IndexUnavailable, match="1 documents were put off 6 times, last because of 429"):
        next(verdicts)
    assert sum(pauses) == 31


def test_a_refused_document_is_not_sent_again(index, engine, pauses):
    engine.faults = [{"iCANDID_tiktok_1": 400}]
    assert outcomes(index.put([record(1)], NOW)) == ["refused"]
    assert pauses == []


@pytest.mark.parametrize("status", [401, 403])
def test_an_index_that_may_not_be_written_needs_a_person(index, engine, status):
    engine.faults = [{"iCANDID_tiktok_1": status}]
    with pytest.raises(SettingInvalid, match="read-only because its disk is full"):
        list(index.put([record(1)], NOW))


def test_a_write_in_between_is_read_and_joined(index, engine, client, alias):
    list(index.put([record()], NOW))

    def somebody_adds_a_dataset(inside):
        number, source = inside.documents["iCANDID_tiktok_1"]
        both = [source["isBasedOn"], record(collection=OTHER)["isBasedOn"]]
        inside.documents["iCANDID_tiktok_1"] = (number + 100, source | {"isBasedOn": both})

    engine.between = [somebody_adds_a_dataset]
    assert outcomes(index.put([record(view_count=7)], LATER)) == ["updated"]
    assert datasets(stored(client, alias) if not engine else engine.documents["iCANDID_tiktok_1"][1]) == {
        DATASET,
        OTHER.dataset_id,
    }


def test_no_document_is_logged_however_much_is_logged(index, client, caplog):
    with caplog.at_level(logging.DEBUG):
        list(index.put([record(1), record(2) | {"locationCreated": "BE"}], NOW))
        list(index.withdraw(DATASET, ["iCANDID_tiktok_1"], NOW))
    assert "Bonjour" not in caplog.text
    assert "psbelgique" not in caplog.text


def test_an_engine_that_is_not_there_is_a_passing_fault():
    with pytest.raises(IndexUnavailable):
        prepare(search_client("http://127.0.0.1:9"), "icandid", NOW, own=True)


def test_an_alias_that_is_missing_is_made_only_where_it_is_ours(client, alias):
    with pytest.raises(SettingInvalid, match="has no alias"):
        prepare(client, alias, NOW, own=False)
    name = prepare(client, alias, NOW, own=True)
    assert name == f"{alias}_1767614400"
    assert prepare(client, alias, LATER, own=False) == name


@pytest.mark.parametrize("url", ["", "search.example.org", "ftp://example.org"])
def test_a_connection_that_is_no_url_is_an_explained_error(url):
    with pytest.raises(SettingInvalid, match="must be a URL"):
        search_client(url)
