"""Every row of the list of what iCANDID's index rejects, and the rules beyond its mapping."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from include.icandid.conformance import faults
from include.icandid.mapping import mapping_faults

DOCUMENTS = Path(__file__).with_name("documents")
COMPLETE = json.loads((DOCUMENTS / "complete.json").read_text(encoding="utf-8"))
COLLECTOR_2024 = json.loads((DOCUMENTS / "collector-2024.json").read_text(encoding="utf-8"))
MODES = ("published", "strict")


def with_value(path, value):
    """The complete document with one field set; digits in the path are positions in arrays."""
    document = deepcopy(COMPLETE)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    node = document
    for parent in parents:
        node = node.setdefault(parent, {}) if isinstance(node, dict) else node[parent]
    node[last] = value
    return document


def without(path):
    document = deepcopy(COMPLETE)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    node = document
    for parent in parents:
        node = node[parent]
    del node[last]
    return document


def paths(found):
    return {fault.path for fault in found}


@pytest.mark.parametrize("mode", MODES)
def test_the_complete_example_conforms(mode):
    assert faults(COMPLETE, mode) == []
    assert mapping_faults(COMPLETE, mode) == []


@pytest.mark.parametrize("mode", MODES)
def test_the_shape_of_collector_2024_is_refused_for_the_right_reasons(mode):
    assert paths(faults(COLLECTOR_2024, mode)) == {
        "name",
        "text",
        "keywords",
        "locationCreated",
        "identifier.value",
        "datePublished",
        "@uuid",
        "url",
        "sender.alternateName",
        "author.alternateName",
        "creator.alternateName",
    }
    assert paths(mapping_faults(COLLECTOR_2024, mode)) == {"name", "text", "keywords", "locationCreated"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("locationCreated", "BE"),
        ("locationCreated", ["BE"]),
        ("name", "a caption"),
        ("text", ["a transcript"]),
        ("keywords", ["a", "b"]),
        ("description", "about"),
        ("headline", "a headline"),
        ("articleBody", "a body"),
        ("alternateName", "another name"),
        ("isPartOf", {"@type": "Collection", "@id": "x", "name": "a conversation"}),
        ("sender/identifier/0/value", "1234"),
        ("author/identifier", [{"@type": "PropertyValue", "@id": "u", "value": "1234"}]),
        ("recipient", {"@type": "Person", "@id": "u", "identifier": {"value": "1234"}}),
        ("mentions/0/identifier", {"@type": "PropertyValue", "@id": "u", "value": 1234}),
        ("associatedMedia/0/duration", "PT34S"),
        ("associatedMedia/0/duration", True),
        ("interactionStatistic/0/endTime", "2025-03-02 04:11:09"),
        ("interactionStatistic/0/endTime", "2025-02-30T04:11:09Z"),
        ("interactionStatistic/0/userInteractionCount", "many"),
        ("interactionStatistic/0/userInteractionCount", 2**63),
        ("sender/memberOf/startDate", "yesterday"),
        ("inLanguage/name", {"@value": "French"}),
        ("@id", "x" * 32_767),
        ("name/0/@value", "é" * 16_384),
        ("sender/name", "x" * 32_767),
    ],
)
def test_the_mapping_rejects(path, value, mode):
    found = mapping_faults(with_value(path, value), mode)
    assert len(found) == 1
    mapped = ".".join(part for part in path.split("/") if not part.isdigit())
    assert found[0].path.startswith(mapped)
    assert faults(with_value(path, value), mode)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("comment", [{"@id": "1", "@type": "Comment"}]),
        ("dateCreated", "2023-11-21T18:34:06Z"),
        ("thumbnailUrl", "https://example.org/x.jpg"),
        ("twitter_author_id", "12"),
        ("sender/unheardOf", "x"),
        ("mentions/0/unheardOf", "x"),
        ("publisher/unheardOf", "x"),
        ("identifier/0/unheardOf", "x"),
        ("isBasedOn/unheardOf", "x"),
        ("inLanguage/unheardOf", "x"),
        ("locationCreated/unheardOf", "x"),
        ("tr-Latn_text", "merhaba"),
        ("el-Grek_text", "καλημέρα"),
        ("ga-Latn_text", "dia dhuit"),
    ],
)
def test_the_strict_mapping_rejects_what_the_published_one_guesses(path, value):
    document = with_value(path, value)
    assert paths(mapping_faults(document, "strict")) == {path.replace("/0", "").replace("/", ".")}
    assert mapping_faults(document, "published") == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("author/unheardOf", "x"),
        ("creator/unheardOf", {"deep": 1}),
        ("associatedMedia/0/unheardOf", "x"),
        ("contentLocation", {"@type": "Place", "@id": "p", "unheardOf": "x"}),
        ("author/memberOf", {"@type": "OrganizationRole", "@id": "r", "memberOf": {"@id": "o"}}),
        ("text/0/@value", "a long transcript " * 10_000),
        ("creator/identifier", [{"@type": "PropertyValue", "@id": "u", "name": "verified", "value": True}]),
        ("@context/@vocab", "https://schema.org/"),
        ("sender/memberOf/startDate", "2020-01-01"),
        ("associatedMedia/0/duration", 0),
        ("contentLocation", {"@type": "Place", "@id": "p", "geo": {"latitude": 50.88, "longitude": "4.7"}}),
        ("genre", "documentary"),
    ],
)
def test_both_modes_take(path, value, mode):
    assert mapping_faults(with_value(path, value), mode) == []
    assert faults(with_value(path, value), mode) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("identifier/0/value", 7303985428648987936, "identifier.value"),
        ("interactionStatistic/0/endTime", 1740888669, "interactionStatistic.endTime"),
        ("interactionStatistic/0/endTime", "2025-03-02", "interactionStatistic.endTime"),
        ("interactionStatistic/0/endTime", "2025-03-02T05:11:09+01:00", "interactionStatistic.endTime"),
        ("datePublished", "2023-11-21T19:34:06+01:00", "datePublished"),
        ("datePublished", "2023-11-21", "datePublished"),
        ("datePublished", "2023-02-29T00:00:00Z", "datePublished"),
        ("sender/memberOf/startDate", None, "sender.memberOf.startDate"),
        ("name", [], "name"),
        ("name/0/@value", "", "name.@value"),
        ("name/0/@value", "\ud83d", "name.@value"),
        ("name/0/@language", "tr-Latn", "name.@language"),
        ("name/0/@language", "ga-Latn", "name.@language"),
        ("@context/@language", "el-Grek", "@context.@language"),
        ("duration", None, "duration"),
        ("associatedMedia/0/duration", "", "associatedMedia.duration"),
        ("sender/identifier/0/value", "", "sender.identifier.value"),
        ("publisher", None, "publisher"),
        ("sender", [COMPLETE["sender"]], "sender"),
        ("creator", [COMPLETE["creator"]], "creator"),
        ("@id", 7303985428648987936, "@id"),
        ("isBasedOn/isPartOf/@id", "Tiktok_query_0000005", "isBasedOn.isPartOf.@id"),
        ("isBasedOn/isPartOf/@id", "x" * 46, "isBasedOn.isPartOf.@id"),
        ("@uuid", "f5e8", "@uuid"),
        ("url", "https://icandid.libis.be/_/f5e8", "url"),
        ("_datePublished", "2023-11-21 18:34:06", "_datePublished"),
        ("datePublished_time_frame", {"gte": "2023-11-21", "lte": "2023-11-21"}, "datePublished_time_frame"),
        ("processingtime", "2023-11-21 18:34:06", "processingtime"),
        ("sdLicense", "x", "sdLicense"),
        ("updatetime", "2023-11-21T18:34:06Z", "updatetime"),
        ("fr-Latn_name", "x", "fr-Latn_name"),
        ("author/memberOf", {"@id": "r", "memberOf": {"@type": "Organization"}}, "author.memberOf.memberOf.@id"),
    ],
)
def test_a_rule_beyond_the_mapping_refuses(path, value, where, mode):
    document = with_value(path, value)
    assert paths(faults(document, mode)) == {where}
    assert mapping_faults(document, mode) == [] or where == "@id"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "path",
    ["@context", "@id", "@type", "isBasedOn", "name", "sender/@id", "sender/alternateName", "identifier/0/@id",
     "isBasedOn/isPartOf/name", "name/0/@language", "mentions/0/@id", "locationCreated/@id", "@context/@language"],
)  # fmt: skip
def test_a_record_is_refused_without(path, mode):
    found = faults(without(path), mode)
    assert path.replace("/0", "").replace("/", ".") in paths(found)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("document", [None, "text", 7, ["a"]])
def test_what_is_no_object_is_refused(document, mode):
    assert faults(document, mode)


def test_a_reason_never_quotes_the_content():
    found = faults(with_value("datePublished", "somebody's secret"), "strict")
    assert all("secret" not in fault.reason for fault in found)
