"""What a page of a search says about the way on: as recorded, and wrongly where told to."""

import pytest

from include.sandbox.corpus import EVERYTHING
from include.sandbox.ids import SEARCH, kind_of
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import Client, condition, day, text_of
from tests.sandbox.conftest import WHOLE

DAYS = (day("2026-03-01"), day("2026-03-03"))
MARCH = {"start": "20260301", "end": "20260303"}


@pytest.fixture
def sandbox():
    return Sandbox(SandboxSettings(**WHOLE, videos_per_day=20, creators=200, daily_variation=0, index_lag_hours=0))


@pytest.fixture
def client(sandbox):
    return Client(sandbox)


def truth(sandbox):
    return [video.id for video in sandbox.corpus.search(EVERYTHING, *DAYS, sandbox.clock.now())]


def ask(client, cursor=0, search_id=None, size=10):
    return client.search(**MARCH, max_count=size, cursor=cursor, search_id=search_id)


def page(client, *place, **more):
    return ask(client, *place, **more).json()["data"]


def ids(data):
    return [video["id"] for video in data["videos"]]


def way(data):
    return data["cursor"], data["has_more"]


def test_the_last_cursor_is_the_number_of_hits(sandbox, client):
    *earlier, last = client.pages(**MARCH, max_count=25)
    assert [data["cursor"] for data in earlier] == [25, 50]
    assert last["cursor"] == sandbox.corpus.hits(EVERYTHING, *DAYS, sandbox.clock.now()) == 60
    sandbox.switch(last_cursor="advance")
    assert list(client.pages(**MARCH, max_count=25))[-1]["cursor"] == 75


def test_a_search_with_one_hit_ends_at_one(client):
    [data] = client.pages({"and": [condition("video_id", str(client.ids()[0]))]})
    assert (len(data["videos"]), *way(data)) == (1, 1, False)


def test_unknown_video_ids_are_left_out_without_an_error(client):
    known = client.ids()
    values = [str(one) for one in known[:20]] + [str(n) for n in range(30)]
    assert client.ids({"or": [condition("video_id", *values)]}) == known[:20]


def test_withheld_videos_shrink_pages_and_take_positions(sandbox, client):
    pages = list(client.pages(**MARCH, max_count=30))
    shown = [one for data in pages for one in ids(data)]
    assert shown == truth(sandbox)
    assert 30 < len(shown) < 55
    assert pages[-1]["cursor"] == 60


def test_search_ids_are_of_the_kind_of_searches(client):
    assert kind_of(int(page(client)["search_id"])) == SEARCH


def test_region_codes_are_all_in_lower_case_on_some_pages(sandbox, client):
    spelt = [{one["region_code"].islower() for one in data["videos"] if "region_code" in one} for data in many(client)]
    assert {frozenset(one) for one in spelt if one} == {frozenset({True}), frozenset({False})}
    assert 0.15 < sum(True in one for one in spelt) / len(spelt) < 0.5
    sandbox.switch(region_spelling="upper")
    assert all(one["region_code"].isupper() for data in many(client) for one in data["videos"] if "region_code" in one)


def many(client):
    return list(client.pages(start="20260201", end="20260303", max_count=10))


def test_a_page_that_is_asked_for_again_is_the_same(client):
    search_id = page(client)["search_id"]
    assert page(client, 10, search_id) == page(client, 10, search_id)


@pytest.mark.parametrize("more", [{"cursor": None, "search_id": None, "is_random": False}, {"search_id": ""}])
def test_a_first_page_may_be_asked_for_in_several_ways(client, more):
    assert client.search(fields="id, username ,  view_count", **more).status_code == 200


@pytest.mark.parametrize(("cursor", "status"), [(20, 200), (10, 200), (5, 400), (30, 400), (-10, 400)])
def test_a_search_takes_the_cursors_it_reached(client, cursor, status):
    search_id = page(client)["search_id"]
    page(client, 10, search_id)
    assert ask(client, cursor, search_id).status_code == status


def test_a_search_takes_multiples_of_the_page_size_that_it_reached(client):
    search_id = page(client, size=60)["search_id"]
    assert ask(client, 14, search_id, size=7).status_code == 200
    assert text_of(ask(client, 15, search_id, size=7)) == "Invalid count or cursor"


def test_behind_the_last_page_there_is_one_empty_page(client):
    search_id = page(client, size=60)["search_id"]
    behind = page(client, 60, search_id, size=60)
    assert (behind["videos"], *way(behind)) == ([], 60, False)
    assert ask(client, 120, search_id, size=60).status_code == 400


def test_a_cursor_may_jump_where_that_is_switched_on(sandbox, client):
    search_id = page(client)["search_id"]
    sandbox.switch(cursor_jumps=True)
    assert set(ids(page(client, 37, search_id))) <= set(truth(sandbox))
    for beyond in (60, 61, 1 << 60):
        assert way(page(client, beyond, search_id)) == (60, False)
    assert ask(client, -1, search_id).status_code == 400
    assert ask(client, 10).status_code == 400, "only a search goes on"


@pytest.mark.parametrize("kind", ["empty_more", "missing_list"])
def test_a_page_can_be_empty_and_come_when_it_is_asked_for_again(sandbox, client, kind):
    search_id = page(client)["search_id"]
    sandbox.fault(kind, nth=1)
    empty = page(client, 10, search_id)
    assert way(empty) == (10, True)
    assert empty.get("videos") == ([] if kind == "empty_more" else None)
    assert sandbox.ledger[-1].records == 0
    assert ids(page(client, 10, search_id))


def test_a_page_can_say_too_early_that_it_is_the_last(sandbox, client):
    sandbox.fault("early_end", nth=2)
    pages = list(client.pages(**MARCH, max_count=10))
    assert [way(data) for data in pages] == [(10, True), (20, False)]
    assert way(page(client, 20, pages[0]["search_id"])) == (30, True)


@pytest.mark.parametrize("final", [False, True])
def test_every_search_can_end_after_some_pages(sandbox, client, final):
    sandbox.switch(ends_after_pages=2, end_is_final=final)
    pages = list(client.pages(**MARCH, max_count=10))
    assert [way(data) for data in pages] == [(10, True), (20, False)]
    assert pages[1]["videos"]
    third = page(client, 20, pages[0]["search_id"])
    assert bool(third["videos"]) is not final
    assert way(third) == ((20, False) if final else (30, True))


def test_a_search_that_is_shorter_ends_by_itself(sandbox, client):
    sandbox.switch(ends_after_pages=6)
    assert [way(data) for data in client.pages(**MARCH, max_count=10)][-1] == (60, False)


def test_a_cursor_can_go_in_circles(sandbox, client):
    sandbox.switch(cursor_circles_after=2)
    pages = client.pages(**MARCH, max_count=10)
    seen = [next(pages) for _ in range(5)]
    assert [way(data) for data in seen] == [(10, True), (0, True), (10, True), (0, True), (10, True)]
    assert ids(seen[0]) == ids(seen[2]) != ids(seen[1])


def test_every_page_can_be_the_first(sandbox, client):
    sandbox.switch(same_page=True)
    pages = client.pages(**MARCH, max_count=30)
    seen = [next(pages) for _ in range(5)]
    assert [way(data) for data in seen] == [(30 * n, True) for n in range(1, 6)]
    assert len({tuple(ids(data)) for data in seen}) == 1


def test_the_page_before_can_come_once_more(sandbox, client):
    sandbox.fault("repeated_page", nth=2)
    first, second, third, *_ = pages = list(client.pages(**MARCH, max_count=10))
    assert ids(second) == ids(first) != ids(third)
    assert [data["cursor"] for data in pages] == [10, 20, 30, 40, 50, 60]


def test_a_cursor_can_skip_a_hundred_positions(client, sandbox):
    sandbox.fault("skipping_cursor", nth=1)
    first = page(client)
    assert way(first) == (110, True)
    assert way(page(client, 110, first["search_id"])) == (60, False)
    assert ids(page(client, 10, first["search_id"])), "where the true page ended, the search goes on"


def test_the_end_date_can_be_left_out_of_every_other_search(sandbox, client):
    sandbox.switch(end_date_alternates=True)
    days = {n: f"2026030{n}" for n in (1, 2)}
    included = {n: bool(client.ids(start=text, end=text)) for n, text in days.items()}
    assert included == {n: day(f"2026-03-0{n}").toordinal() % 2 == 0 for n in days}
    assert set(included.values()) == {True, False}


def test_every_query_can_find_nothing(sandbox, client):
    sandbox.switch(silent_zero_all=True)
    assert client.search().json()["data"] == {"videos": [], "cursor": 0, "has_more": False}


@pytest.mark.parametrize(("spelling", "more"), [("text", ["true", "false"]), ("number", [1, 0])])
def test_has_more_can_be_written_otherwise(sandbox, client, spelling, more):
    sandbox.switch(has_more_as=spelling)
    assert [page(client)["has_more"], page(client, size=60)["has_more"]] == more
    assert client.ask("user/followers", {"username": "synth_guest"}).json()["data"]["has_more"] in more


@pytest.mark.parametrize(("member", "code"), [("OK", "OK"), ("0", 0), ("ok", "ok")])
def test_a_good_answer_can_say_so_in_several_ways(sandbox, client, member, code):
    sandbox.switch(error_member=member)
    assert client.search().json()["error"]["code"] == code
    sandbox.switch(error_member="missing")
    assert list(client.search().json()) == ["data"]


def test_a_page_can_carry_a_video_of_a_foreign_day(sandbox, client):
    expected = client.ids(**MARCH)
    sandbox.switch(foreign_days=1)
    for data in client.pages(**MARCH, max_count=10):
        assert len(set(ids(data)) - set(expected)) == 1
    assert set(expected) <= set(client.ids(**MARCH, max_count=10))
    sandbox.switch(foreign_days=0.5)
    counts = {len(set(ids(data)) - set(expected)) for data in client.pages(**MARCH, max_count=5)}
    assert counts == {0, 1}


def test_a_page_can_carry_a_video_of_a_foreign_account(sandbox, client):
    name = sandbox.corpus.video(client.ids(**MARCH)[0]).creator.username
    query = {"and": [condition("username", name)]}
    sandbox.switch(foreign_accounts=1)
    [data] = client.pages(query, **MARCH)
    names = [video["username"] for video in data["videos"]]
    assert names.count(name) == len(names) - 1
    assert client.ids(**MARCH) == truth(sandbox), "the query names no account"
