import json

import pytest
import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected, SettingInvalid
from include.tiktok.token import Credentials, bearer
from tests.tiktok.answers import answer, sent


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


@pytest.fixture
def told():
    return []


@pytest.fixture
def credentials(tiktok, told):
    return Credentials(tiktok.url, tiktok.client_key, tiktok.client_secret, told.append)


class Once:
    """A session whose token endpoint answers once."""

    def __init__(self, response):
        self.response = response

    def post(self, *_, **__):
        if isinstance(self.response, Exception):
            raise self.response
        return sent(self.response)


def test_one_token_serves_many_calls(session, credentials):
    assert bearer(session, credentials) == bearer(session, credentials)


def test_every_new_token_is_told_so_that_logs_can_mask_it(session, credentials, told):
    assert told == [bearer(session, credentials)]


def test_a_refused_token_is_replaced(session, credentials, told):
    first = bearer(session, credentials)
    second = bearer(session, credentials, refused=first)
    assert told == [first, second]
    assert bearer(session, credentials) == second


def test_a_token_another_task_has_renewed_is_not_renewed_again(session, credentials, told):
    first = bearer(session, credentials)
    second = bearer(session, credentials, refused=first)
    assert bearer(session, credentials, refused=first) == second


def test_a_token_near_its_end_is_renewed(credentials):
    short = {"access_token": "clt.short", "expires_in": 0}
    after = {"access_token": "clt.after", "expires_in": 7200}
    assert bearer(Once(answer(body=json.dumps(short).encode())), credentials) == "clt.short"
    assert bearer(Once(answer(body=json.dumps(after).encode())), credentials) == "clt.after"


def test_tokens_of_two_clients_are_kept_apart(session, tiktok, told):
    tiktok.switch(clients={"another": "secret"})
    one = Credentials(tiktok.url, tiktok.client_key, tiktok.client_secret, told.append)
    other = Credentials(tiktok.url, "another", "secret", told.append)
    assert bearer(session, one) != bearer(session, other)


@pytest.mark.parametrize("status", [200, 401])
def test_a_wrong_secret_is_for_a_person_whatever_the_status(session, tiktok, status):
    tiktok.switch(bad_credentials_status=status)
    wrong = Credentials(tiktok.url, tiktok.client_key, "wrong-secret", print)
    with pytest.raises(CredentialsRejected, match=r"Correct login \(client key\) and password") as caught:
        bearer(session, wrong)
    assert "wrong-secret" not in str(caught.value)
    assert tiktok.client_key not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{}", b'{"error": "server_error"}'])
def test_a_token_endpoint_out_of_order_is_a_moment(credentials, body):
    with pytest.raises(ApiUnavailable, match="token endpoint"):
        bearer(Once(answer(body=body, status=503)), credentials)


def test_a_token_endpoint_that_cannot_be_reached_is_a_moment(credentials):
    with pytest.raises(ApiUnavailable, match="token endpoint: ConnectionError"):
        bearer(Once(requests.ConnectionError("secret-in-the-url")), credentials)


def test_a_token_endpoint_that_redirects_is_for_a_person(credentials):
    with pytest.raises(SettingInvalid, match="redirects: HTTP 302 to elsewhere") as caught:
        bearer(Once(answer(body=b"", status=302, Location="https://elsewhere.example/?secret=x")), credentials)
    assert "secret=x" not in str(caught.value)


def test_an_error_never_shows_the_credentials(credentials):
    assert credentials.client_secret not in repr(credentials)
    assert credentials.client_key not in repr(credentials)
