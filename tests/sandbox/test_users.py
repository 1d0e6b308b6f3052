from include.sandbox.users import FACTS

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
    messages = {answer.json()["error"]["message"] for answer in answers if answer.status_code == 400}
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


def test_user_info_wants_known_fields_and_a_username(client):
    assert client.ask("user/info", {"username": "synth_guest"}).status_code == 400
    assert client.ask("user/info", {"username": "synth_guest"}, "username").status_code == 400
    assert client.ask("user/info", {}, FIELDS).json()["error"]["code"] == "invalid_params"
