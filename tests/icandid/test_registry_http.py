import json
from datetime import UTC, datetime

import pytest
import requests
from requests.adapters import BaseAdapter

from include.domain.errors import SettingInvalid
from include.icandid.errors import RegistryUnavailable
from include.icandid.registry import Count
from include.icandid.registry_http import HttpRegistry
from include.icandid.registry_row import RegistryRow
from tests.icandid.rows import COLLECTION

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ROW = RegistryRow.of(COLLECTION)
IDENT = ROW.internalident
OPTIONS = {
    "languages": [{"id": 1, "isocode": "nl"}, {"id": 2, "isocode": "fr"}],
    "labels": [{"id": 7, "name_nl": "politiek", "name_en": "politics"}],
}


class AdminApi(BaseAdapter):
    """What iCANDID's AdminController does: id 0 inserts, searching is fuzzy, what is attached is replaced."""

    def __init__(self):
        super().__init__()
        self.rows, self.saves, self.status = [], 0, 200

    def send(self, request, **_):
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = self.status, request, request.url
        answer._content = json.dumps(self.answer(request.method, request.path_url, request.body)).encode()
        return answer

    def answer(self, verb, path, body):
        match verb, path:
            case "GET", "/api/admin/options":
                return OPTIONS
            case "POST", "/api/admin/datasets":
                return [row for row in self.rows if row["internalident"].startswith(body.decode()[:10])]
            case "POST", "/api/admin/dataset":
                return self.save(json.loads(body))
        raise AssertionError(path)

    def save(self, sent):
        self.saves += 1
        sent |= {name: int(sent[name]) for name in ("available", "hidden")}
        if sent["id"] == 0:
            self.rows.append(sent | {"id": len(self.rows) + 1})
            return self.rows[-1]
        self.rows[sent["id"] - 1] |= sent
        return sent

    def close(self):
        pass


@pytest.fixture
def api():
    return AdminApi()


@pytest.fixture
def registry(api):
    session = requests.Session()
    session.mount("https://", api)
    return HttpRegistry(session, "https://icandid.example.org/")


def changed(**changes):
    return RegistryRow(**(ROW.model_dump() | changes))


def test_a_second_run_never_makes_a_second_row(registry, api):
    assert registry.register(ROW, NOW) == "created"
    assert registry.register(ROW, NOW) == "unchanged"
    assert (len(api.rows), api.saves) == (1, 1)


def test_the_body_is_the_contracts(registry, api):
    registry.register(ROW, NOW)
    assert api.rows[0] == {
        "id": 1,
        "name": "Tiktok partis politiques",
        "internalident": "tiktok_query_0000005",
        "description": "Videos of the parties",
        "provider": "TikTok",
        "query": '{"and":[{"field_name":"username","field_values":["psbelgique"],"operation":"IN"}]}',
        "license": "CC BY 4.0",
        "requestor": "A. Researcher",
        "requestoremail": "a.researcher@example.org",
        "from": "2023-01-01",
        "until": "2060-12-31",
        "available": True,
        "hidden": True,
        "languages": [{"id": 2}, {"id": 1}],
        "labels": [{"id": 7}],
    }


def test_a_row_is_visible_while_its_counts_reconcile(registry, api):
    registry.register(ROW, NOW)
    for count, hidden in ((Count(3, NOW.date()), 0), (None, 1), (Count(3, NOW.date()), 0)):
        assert registry.register(ROW, NOW, count) == "updated"
        assert api.rows[0]["hidden"] == hidden


def test_another_collection_with_a_similar_ident_is_left_alone(registry, api):
    registry.register(changed(internalident="tiktok_query_0000006"), NOW)
    assert registry.register(ROW, NOW) == "created"
    assert [row["internalident"] for row in api.rows] == ["tiktok_query_0000006", IDENT]


def test_a_long_description_is_cut_between_characters(registry, api):
    assert registry.register(changed(description="é" * 200), NOW) == "created"
    assert api.rows[0]["description"] == "é" * 127
    assert registry.register(changed(description="é" * 200), NOW) == "unchanged"


def test_two_rows_with_one_ident_are_refused(registry, api):
    registry.register(ROW, NOW)
    api.rows.append(api.rows[0] | {"id": 2})
    with pytest.raises(SettingInvalid, match=r"2 rows for tiktok_query_0000005 \(id 1, 2\)"):
        registry.register(ROW, NOW)


def test_a_language_that_icandid_does_not_know_is_an_explained_error(registry):
    with pytest.raises(SettingInvalid, match="isocode 'xx'"):
        registry.register(changed(languages=("xx",)), NOW)


@pytest.mark.parametrize(
    ("status", "error"), [(503, RegistryUnavailable), (429, RegistryUnavailable), (403, SettingInvalid)]
)
def test_an_answer_that_is_no_success_says_who_acts(registry, api, status, error):
    api.status = status
    with pytest.raises(error):
        registry.register(ROW, NOW)


def test_a_purged_row_is_withdrawn_and_says_nothing_of_its_query(registry, api):
    registry.register(changed(labels=("politics",), hidden=False), NOW, Count(3, NOW.date()))
    assert registry.purge(IDENT) is True
    (row,) = api.rows
    assert (row["available"], row["hidden"], row["query"], row["description"]) == (0, 1, "purged", "purged")
    assert (row["name"], row["labels"], len(row["languages"])) == (ROW.name, [{"id": 7}], len(ROW.languages))
    saves = api.saves
    assert registry.purge(IDENT) is True
    assert api.saves == saves, "what is purged already is not sent again"


def test_purging_a_row_that_is_not_there_makes_none(registry, api):
    assert registry.purge(IDENT) is False
    assert api.rows == []
