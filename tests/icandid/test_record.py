from datetime import UTC, datetime, timedelta, timezone

import pytest

from include.icandid.conformance import faults
from include.icandid.record import video_record
from tests.icandid.rows import COLLECTION, bare_video, video

PERSON = {
    "@type": "Person",
    "@id": "psbelgique",
    "name": "psbelgique",
    "alternateName": "psbelgique",
    "sameAs": "https://www.tiktok.com/@psbelgique",
}


def record(language="fr", **changes):
    return video_record(video(**changes), COLLECTION, language)


def values(document, field):
    return [one["@value"] for one in document[field]]


def test_a_record_is_the_contracts_example():
    assert record() == {
        "@context": {
            "@vocab": "https://schema.org/",
            "@language": "fr-Latn",
            "prov": "https://www.w3.org/ns/prov#",
            "prov:wasAssociatedFor": {"@reverse": "prov:wasAssociatedWith"},
        },
        "@id": "iCANDID_tiktok_7303985428648987936",
        "@type": "Message",
        "additionalType": "CreativeWork",
        "isBasedOn": {
            "@type": "CreativeWork",
            "@id": "iCANDID_tiktok_tiktok_query_0000005",
            "name": "Entry from TikTok",
            "provider": {"@id": "tiktok", "@type": "Organization", "name": "TikTok", "alternateName": "TikTok"},
            "isPartOf": {
                "@id": "tiktok_query_0000005",
                "@type": "Dataset",
                "name": "Tiktok partis politiques",
                "license": "CC BY 4.0",
            },
        },
        "name": [{"@value": "Bonjour la Belgique 🇧🇪 #psbelgique", "@language": "fr-Latn"}],
        "text": [{"@value": "Bonjour à tous", "@language": "fr-Latn"}],
        "keywords": [{"@value": "psbelgique", "@language": "fr-Latn"}],
        "inLanguage": {"@type": "Language", "@id": "fr", "name": "French", "alternateName": "fr"},
        "datePublished": "2023-11-21T18:34:06Z",
        "sender": {
            "@type": "Person",
            "@id": "psbelgique",
            "name": "psbelgique",
            "alternateName": "psbelgique",
            "sameAs": "https://www.tiktok.com/@psbelgique",
            "memberOf": {
                "@type": "OrganizationRole",
                "@id": "iCANDID_tiktok_PERSON_ORGANIZATION_ROLE_PSBELGIQUE",
                "roleName": ["user"],
                "memberOf": {"@type": "Organization", "@id": "iCANDID_ORGANIZATION_TIKTOK", "name": "TikTok"},
            },
        },
        "author": PERSON,
        "creator": PERSON,
        "publisher": {"@type": "Organization", "@id": "iCANDID_ORGANIZATION_TIKTOK", "name": "TikTok"},
        "sameAs": "https://www.tiktok.com/@psbelgique/video/7303985428648987936",
        "identifier": [
            {"@type": "PropertyValue", "@id": f"{name}_{value}", "name": name, "value": value}
            for name, value in [
                ("video_id", "7303985428648987936"),
                ("music_id", "7291785472958351362"),
                ("effect_id", "8001"),
                ("playlist_id", "9001"),
                ("hashtag_id", "17"),
            ]
        ],
        "associatedMedia": [
            {
                "@type": "VideoObject",
                "@id": "iCANDID_tiktok_MEDIA_7303985428648987936",
                "name": "TikTok video 7303985428648987936",
                "url": "https://www.tiktok.com/@psbelgique/video/7303985428648987936",
                "duration": 34000,
            },
            {
                "@type": "AudioObject",
                "@id": "iCANDID_tiktok_MEDIA_7291785472958351362",
                "name": "TikTok sound 7291785472958351362",
            },
        ],
        "duration": "PT34S",
        "mentions": [
            {
                "@type": "Person",
                "@id": "someuser",
                "name": "someuser",
                "alternateName": "someuser",
                "sameAs": "https://www.tiktok.com/@someuser",
            }
        ],
        "locationCreated": {"@type": "Place", "@id": "iCANDID_PLACE_BE", "name": "Belgium", "alternateName": "be"},
        "interactionStatistic": [
            {
                "@type": "InteractionCounter",
                "interactionType": f"https://schema.org/{kind}Action",
                "userInteractionCount": count,
                "endTime": "2025-03-02T04:11:09Z",
            }
            for kind, count in [("View", 6), ("Like", 22), ("Share", 0), ("Comment", 1), ("Bookmark", 2)]
        ],
    }


def test_a_row_with_nothing_but_an_id_makes_a_record_that_claims_nothing():
    document = video_record(bare_video(id=42), COLLECTION, "und")
    assert values(document, "name") == ["[no description] video 42"]
    assert document["inLanguage"]["name"] == "Undetermined"
    absent = {"text", "keywords", "datePublished", "sender", "author", "creator", "sameAs", "duration", "mentions"}
    assert not document.keys() & (absent | {"locationCreated", "interactionStatistic"})
    assert document["associatedMedia"] == [
        {"@type": "VideoObject", "@id": "iCANDID_tiktok_MEDIA_42", "name": "TikTok video 42"}
    ]
    assert faults(document, "strict") == []


@pytest.mark.parametrize("caption", [None, "", "  \n", "\0", "\u2028"])
def test_a_video_without_a_caption_gets_a_title_that_says_so(caption):
    assert values(record(video_description=caption), "name") == ["[no description] @psbelgique 2023-11-21"]


def test_a_count_of_zero_is_a_count_and_a_missing_one_is_not():
    kinds = {
        one["interactionType"][19:]: one["userInteractionCount"]
        for one in record(view_count=None)["interactionStatistic"]
    }
    assert kinds == {"LikeAction": 22, "ShareAction": 0, "CommentAction": 1, "BookmarkAction": 2}


@pytest.mark.parametrize(
    ("seconds", "duration", "milliseconds"),
    [(0, "PT0S", 0), (34, "PT34S", 34_000), (60, "PT1M", 60_000), (3_661, "PT1H1M1S", 3_661_000)],
)
def test_a_duration_is_written_as_iso_and_in_milliseconds(seconds, duration, milliseconds):
    document = record(video_duration=seconds)
    assert document["duration"] == duration
    assert document["associatedMedia"][0]["duration"] == milliseconds


@pytest.mark.parametrize("seconds", [-1, 2**62])
def test_a_duration_that_no_film_can_have_is_left_out(seconds):
    document = record(video_duration=seconds)
    assert "duration" not in document
    assert "duration" not in document["associatedMedia"][0]


def test_ids_beyond_2_to_the_53_stay_exact_strings():
    document = record(id=2**63 - 1, music_id=2**53 + 1)
    assert document["@id"] == "iCANDID_tiktok_9223372036854775807"
    assert document["identifier"][1]["value"] == "9007199254740993"


def test_an_id_of_zero_is_no_id():
    names = [one["name"] for one in record(effect_ids=["0"], playlist_id=0, music_id=0)["identifier"]]
    assert names == ["video_id", "hashtag_id"]


@pytest.mark.parametrize(
    "text", ['{"hashtag_id":17}', '[{"hashtag_id":"17"},{"hashtag_id":17}]', '[null,{"hashtag_id":17}]']
)
def test_hashtag_ids_are_read_from_a_list_or_a_single_object(text):
    assert [one["value"] for one in record(hashtag_info_list=text)["identifier"] if one["name"] == "hashtag_id"] == [
        "17"
    ]


@pytest.mark.parametrize("text", ["not JSON", "NaN", "3", '"17"', '[{"hashtag_id":null}]'])
def test_a_hashtag_list_of_another_shape_gives_no_ids(text):
    assert "hashtag_id" not in [one["name"] for one in record(hashtag_info_list=text)["identifier"]]


def test_a_label_is_kept_as_json_text():
    label = '{"content":"Get the facts about the election"}'
    assert record(video_label=label)["identifier"][-1] == {
        "@type": "PropertyValue",
        "@id": "video_label_7303985428648987936",
        "name": "video_label",
        "value": label,
    }


@pytest.mark.parametrize(("flag", "marks"), [(True, ["true"]), (False, []), (None, [])])
def test_the_stem_mark_appears_only_when_true(flag, marks):
    found = record(is_stem_verified=flag)["identifier"]
    assert [one["value"] for one in found if one["name"] == "is_stem_verified"] == marks


def test_other_offsets_become_utc():
    moment = datetime(2023, 11, 22, 1, 34, 6, tzinfo=timezone(timedelta(hours=7)))
    assert record(create_time=moment)["datePublished"] == "2023-11-21T18:34:06Z"


def test_a_mention_that_is_no_handle_gets_no_page():
    assert record(video_mention_list=["Some One ✨", "some.user_1", "some.user_1"])["mentions"] == [
        {"@type": "Person", "@id": "Some One ✨", "name": "Some One ✨"},
        {
            "@type": "Person",
            "@id": "some.user_1",
            "name": "some.user_1",
            "alternateName": "some.user_1",
            "sameAs": "https://www.tiktok.com/@some.user_1",
        },
    ]


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("XK", {"name": "Kosovo", "alternateName": "xk"}),
        ("TP", {"name": "Timor-Leste", "alternateName": "tp"}),
        ("tw", {"@id": "iCANDID_PLACE_TW", "name": "Taiwan", "alternateName": "tw"}),
        ("QQ", {"@type": "Place", "@id": "iCANDID_PLACE_QQ", "alternateName": "qq"}),
    ],
)
def test_a_region_code_becomes_a_country(code, place):
    assert record(region_code=code)["locationCreated"].items() >= place.items()


def test_an_unknown_region_code_gets_no_name():
    assert "name" not in record(region_code="QQ")["locationCreated"]


@pytest.mark.parametrize(
    ("language", "tag", "name"),
    [
        ("nl", "nl-Latn", "Dutch"),
        ("el", "el-Latn", "Modern Greek"),
        ("nb", "no-Latn", "Norwegian Bokmål"),
        ("tr", "fr-Latn", "Turkish"),
        ("und", "fr-Latn", "Undetermined"),
    ],
)
def test_texts_are_tagged_for_the_search_while_the_language_stays_true(language, tag, name):
    document = record(language)
    assert {document[field][0]["@language"] for field in ("name", "text", "keywords")} == {tag}
    assert document["@context"]["@language"] == tag
    assert document["inLanguage"] == {"@type": "Language", "@id": language, "alternateName": language, "name": name}


def test_no_unwanted_character_reaches_a_record():
    dirty = "a\0b\ud83dc\u2028d\u2029e\x85f"
    document = record(
        video_description=dirty,
        voice_to_text=dirty,
        username=dirty,
        hashtag_names=[dirty, "\0"],
        video_mention_list=[dirty],
    )
    assert values(document, "name") == values(document, "text") == values(document, "keywords") == ["abcdef"]
    assert document["sender"]["@id"] == document["mentions"][0]["@id"] == "abcdef"


def test_the_same_row_makes_the_same_record_and_is_left_alone():
    row = video()
    assert video_record(row, COLLECTION, "fr") == video_record(row, COLLECTION, "fr")
    assert row == video()


def test_the_record_type_is_a_setting():
    from dataclasses import replace

    assert video_record(video(), replace(COLLECTION, record_type="message"), "fr")["@type"] == "message"


def test_observations_without_a_moment_of_publication_are_taken():
    assert "datePublished" not in record(create_time=None)
    assert record(create_time=datetime(1970, 1, 1, tzinfo=UTC))["datePublished"] == "1970-01-01T00:00:00Z"
