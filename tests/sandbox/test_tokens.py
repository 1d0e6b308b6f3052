import pytest


def test_two_tokens_live_side_by_side(client):
    first = client.headers
    client.renew()
    client.headers = first
    assert client.search().status_code == 200


def test_a_new_token_can_revoke_the_older_ones(sandbox, client):
    sandbox.switch(revoke_older_tokens=True)
    first = client.headers
    client.renew()
    assert client.search().status_code == 200
    client.headers = first
    assert client.search().status_code == 401


def test_all_tokens_can_be_made_invalid(sandbox, client):
    sandbox.expire_tokens()
    assert client.search().json()["error"]["code"] == "access_token_invalid"
    client.renew()
    assert client.search().status_code == 200


def test_the_scheme_may_be_written_in_lower_case(client):
    client.headers = {"Authorization": client.headers["Authorization"].replace("Bearer", "bearer")}
    assert client.search().status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"key": "nobody"}, "invalid_client"),
        ({"secret": ""}, "invalid_client"),
        ({"grant": "password"}, "unsupported_grant_type"),
        ({"grant": ""}, "invalid_request"),
    ],
)
def test_a_refused_token_says_why(client, form, error):
    assert client.token(**form).json()["error"] == error


def test_tokens_live_as_long_as_they_say(sandbox, client):
    sandbox.switch(token_seconds=60)
    assert client.token().json()["expires_in"] == 60
    client.renew()
    sandbox.sleep(59)
    assert client.search().status_code == 200
    sandbox.sleep(1)
    assert client.search().status_code == 401
