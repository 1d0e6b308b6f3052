from include.sandbox.creators import Population
from include.sandbox.users import FACTS
from tests.sandbox.client import text_of

FIELDS = ",".join(FACTS)


def info(client, username):
    return client.ask("user/info", {"username": username}, FIELDS)


def test_well_known_creators_tell_everything(client):
    data = info(client, "synth_nieuws_be").json()["data"]
    assert data["is_verified"] is True
    assert set(FIELDS.split(",")) - set(data) <= {"bio_url"}


def test_some_creators_are_refused_and_some_have_more_followers_than_31_bits(sandbox, client):
    sandbox.switch(requests_per_day=10_000)
    answers = [info(client, name) for name in sandbox.corpus.population.by_name]
    messages = {text_of(answer) for answer in answers if answer.status_code == 400}
    assert "API cannot return this user's information" in messages
    counts = [answer.json()["data"]["follower_count"] for answer in answers if answer.status_code == 200]
    assert max(counts) > 1 << 31 or len(counts) < 300


def test_user_info_is_live(sandbox, client):
    before = info(client, "synth_nieuws_be").json()["data"]
    sandbox.sleep(100 * 86_400)
    client.renew()
    after = info(client, "synth_nieuws_be").json()["data"]
    assert after["follower_count"] > before["follower_count"]
    assert after["avatar_url"] != before["avatar_url"]


def test_an_avatar_is_a_signed_link_and_a_bio_has_several_lines(client):
    answers = [info(client, name).json() for name in client.sandbox.corpus.population.by_name]
    users = [answer["data"] for answer in answers if answer.get("data")]
    assert all("refresh_token=" in user["avatar_url"] for user in users)
    assert any("\n" in user["bio_description"] for user in users)
    assert not any(user.get("bio_url") == "" for user in users)
    assert any("bio_url" not in user for user in users)


def test_answers_about_users_can_come_as_http_500_without_an_error(sandbox, client):
    whole = info(client, "synth_guest").json()["data"]
    sandbox.switch(user_status=500)
    answer = info(client, "synth_guest")
    assert (answer.status_code, answer.json()) == (500, {"data": whole})
    assert info(client, "synth_nobody").status_code == 400
    followers = client.ask("user/followers", {"username": "synth_guest"})
    assert (followers.status_code, "error" in followers.json()) == (500, False)


def test_some_handles_have_two_dots_in_a_row():
    names = Population(1, 2000).by_name
    assert 20 < sum(".." in name for name in names) < 100


def test_user_info_wants_known_fields_and_a_username(client):
    assert client.ask("user/info", {"username": "synth_guest"}).status_code == 400
    assert client.ask("user/info", {"username": "synth_guest"}, "username").status_code == 400
    assert client.ask("user/info", {}, FIELDS).json()["error"]["code"] == "invalid_params"
