import json
from threading import Event, Thread

import pytest
import requests

from include.domain.errors import CredentialsRejected, SettingInvalid
from include.tiktok.retries import Again
from include.tiktok.token import Credentials, Token, bearer
from include.tiktok.verdicts import Remedy
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


def given(**changes):
    return answer(body=json.dumps({"access_token": "clt.by-hand", "expires_in": 7200} | changes).encode())


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
    assert bearer(Once(given(access_token="clt.short", expires_in=0)), credentials) == "clt.short"
    assert bearer(Once(given(access_token="clt.after")), credentials) == "clt.after"


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


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{}", b'{"error": "server_error"}', b'{"error": []}'])
def test_a_token_endpoint_out_of_order_is_a_moment(credentials, body):
    with pytest.raises(Again, match="token endpoint: HTTP 503") as again:
        bearer(Once(answer(body=body, status=503)), credentials)
    assert again.value.remedy is Remedy.MOMENT


@pytest.mark.parametrize("error", [requests.ConnectionError, requests.ReadTimeout])
def test_a_token_endpoint_that_cannot_be_reached_is_a_moment(credentials, error):
    with pytest.raises(Again, match=f"token endpoint: {error.__name__}") as again:
        bearer(Once(error("secret-in-the-url")), credentials)
    assert again.value.remedy is Remedy.MOMENT


def test_a_token_endpoint_that_redirects_is_for_a_person(credentials):
    with pytest.raises(SettingInvalid, match="redirects: HTTP 302 to elsewhere") as caught:
        bearer(Once(answer(body=b"", status=302, Location="https://elsewhere.example/?secret=x")), credentials)
    assert "secret=x" not in str(caught.value)


@pytest.mark.parametrize("text", [None, "", 7, ["clt.x"], "clt.x\n", "clt. x", "clt.€", {"clt": "x"}])
def test_a_token_that_no_header_can_carry_is_never_sent(credentials, told, text):
    """requests would quote it in its exception."""
    with pytest.raises(Again, match="token endpoint: HTTP 200 no access token"):
        bearer(Once(given(access_token=text)), credentials)
    assert told == []


@pytest.mark.parametrize("life", [None, "7200", "soon", [], {}, -1, float("nan"), float("inf"), 10**400, "9" * 400])
def test_a_token_whose_life_is_unclear_lives_two_hours(credentials, monkeypatch, life):
    now = [1000.0]
    monkeypatch.setattr("include.tiktok.token.monotonic", lambda: now[0])
    first = bearer(Once(given(expires_in=life)), credentials)
    now[0] += 6000
    assert bearer(Once(AssertionError("still good")), credentials) == first
    now[0] += 1000
    assert bearer(Once(given(access_token="clt.new")), credentials) == "clt.new"


def test_a_token_without_a_life_lives_two_hours(credentials):
    assert bearer(Once(answer(body=b'{"access_token": "clt.x"}')), credentials) == "clt.x"
    assert bearer(Once(AssertionError("still good")), credentials) == "clt.x"


def test_a_refused_client_names_tiktoks_log_id(credentials):
    body = b'{"error": "invalid_client", "error_description": "x", "log_id": "20260601LOG"}'
    with pytest.raises(CredentialsRejected, match="log_id=20260601LOG"):
        bearer(Once(answer(body=body)), credentials)


def test_many_threads_that_need_a_token_ask_for_one(credentials, told):
    asking = Event()

    class Slow:
        def post(self, *_, **__):
            asking.wait(0.05)
            return sent(given())

    threads = [Thread(target=bearer, args=(Slow(), credentials)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert told == ["clt.by-hand"]


def test_a_token_does_not_show_itself():
    assert "clt.x" not in repr(Token("clt.x", 0.0))


def test_an_error_never_shows_the_credentials(credentials):
    assert credentials.client_secret not in repr(credentials)
    assert credentials.client_key not in repr(credentials)
