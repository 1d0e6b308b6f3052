from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from tests.sandbox.client import Client
from tests.sandbox.conftest import STILL

NEWS = "synth_nieuws_be"


def pages(client, endpoint, key, username=NEWS, **more):
    place = {}
    while True:
        data = client.ask(endpoint, {"username": username, **more, **place}).json()["data"]
        yield data.get(key, [])
        if not data["has_more"]:
            return
        assert data["cursor"] != place.get("cursor")
        place = {"cursor": data["cursor"]}


def people(found):
    return {person["username"] for page in found for person in page}


def test_small_pages_hold_everybody_a_large_one_holds(client):
    whole = people(pages(client, "user/followers", "user_followers", max_count=100))
    assert len(whole) > 50
    assert people(pages(client, "user/followers", "user_followers", max_count=7)) == whole


def test_who_follows_is_followed(client):
    followers = people(pages(client, "user/followers", "user_followers", max_count=100))
    fans = [name for name in sorted(followers) if client.ask("user/following", {"username": name}).status_code == 200]
    for name in fans[:10]:
        assert NEWS in people(pages(client, "user/following", "user_following", name, max_count=100))


def test_pages_hold_about_ninety_of_a_hundred_and_the_list_ends_early():
    sandbox = Sandbox(SandboxSettings(**STILL, creators=3000, reachable_follows=700))
    found = list(pages(Client(sandbox), "user/followers", "user_followers", max_count=100))
    assert 7 <= len(found) <= 8
    assert all(75 < len(page) < 100 for page in found[:7])


def test_a_cursor_of_zero_means_now(client):
    first, zero = (
        client.ask("user/followers", {"username": NEWS, **place}).json()["data"] for place in ({}, {"cursor": 0})
    )
    assert first == zero


def test_a_list_of_followings_may_not_be_public(sandbox, client):
    sandbox.plant_user(NEWS, following_public=False)
    assert client.ask("user/following", {"username": NEWS}).status_code == 400
    assert client.ask("user/followers", {"username": NEWS}).status_code == 200
