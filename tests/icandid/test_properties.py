"""Whatever row TikTok's answers lead to, its record conforms."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from include.icandid.conformance import faults
from include.icandid.mapping import mapping_faults
from include.icandid.record import video_record
from include.icandid.serialise import document_bytes
from tests.icandid.rows import COLLECTION

TEXT = st.one_of(st.none(), st.text(st.characters(), max_size=300))  # lone surrogates and NUL included
TEXTS = st.one_of(st.none(), st.lists(TEXT, max_size=4))
ID = st.integers(0, 2**63 - 1)
COUNT = st.one_of(st.none(), st.integers(0, 2**63 - 1))
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
JSON = st.sampled_from(
    [None, "{}", "[]", '{"hashtag_id":"1"}', '[{"hashtag_id":2},{}]', '"text"', "null", "not JSON", "NaN"]
)

VIDEOS = st.fixed_dictionaries(
    {
        "id": ID,
        "video_description": TEXT,
        "create_time": st.one_of(st.none(), MOMENT),
        "region_code": st.one_of(st.none(), st.sampled_from(["BE", "XK", "TP", "QQ", ""])),
        "share_count": COUNT,
        "view_count": COUNT,
        "like_count": COUNT,
        "comment_count": COUNT,
        "music_id": st.one_of(st.none(), ID),
        "hashtag_names": TEXTS,
        "username": TEXT,
        "effect_ids": TEXTS,
        "playlist_id": st.one_of(st.none(), ID),
        "voice_to_text": TEXT,
        "is_stem_verified": st.one_of(st.none(), st.booleans()),
        "favorites_count": COUNT,
        "video_duration": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        "hashtag_info_list": JSON,
        "video_mention_list": TEXTS,
        "video_label": JSON,
        "observed_at": MOMENT,
    }
)
LANGUAGES = st.sampled_from(["nl", "fr", "tr", "el", "nb", "und", "zh"])


@settings(max_examples=150, deadline=None)
@given(video=VIDEOS, language=LANGUAGES)
def test_every_row_yields_a_record_that_conforms(video, language):
    record = video_record(video, COLLECTION, language)
    assert faults(record, "strict") == []
    assert faults(record, "published") == []
    assert mapping_faults(record, "strict") == []
    assert document_bytes(record).decode().strip()


@settings(max_examples=150, deadline=None)
@given(video=VIDEOS)
def test_a_document_that_passes_strict_also_passes_published(video):
    record = video_record(video, COLLECTION, "fr") | {"unheardOf": 1}
    assert len(faults(record, "published")) <= len(faults(record, "strict"))
