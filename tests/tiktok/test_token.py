import json
from threading import Barrier, Event, Thread

import pytest
import requests

from include.domain.errors import CredentialsRejected
from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.retries import Again
from include.tiktok.token import LIFE, RENEW_AT, Credentials, Token, TokenCache, request_token
from include.tiktok.verdicts import Remedy
from tests.tiktok.answers import Session, answer

SECRET = "the-secret"


@pytest.fixture
def told():
    return []


@pytest.fixture
def credentials(told):
    return Credentials("https://by.hand", "the-key", SECRET, told.append)


@pytest.fixture
def request_by_hand(credentials):
    """Asks a token endpoint that answers so."""

    def request(response):
        session = Session(tokens=[response])
        return request_token(session, session.clock(), credentials)

    return request


def given(**changes):
    return answer(body=json.dumps({"access_token": "clt.by-hand", "expires_in": 7200} | changes).encode())


class Endpoint:
    """Gives a new token each time."""

    def __init__(self, life=LIFE):
        self.given, self.life = 0, life

    def __call__(self):
        self.given += 1
        return Token(f"clt.{self.given}", self.life)


def test_one_token_serves_many_calls():
    cache, endpoint = TokenCache(), Endpoint()
    assert {cache.bearer(endpoint) for _ in range(5)} == {"clt.1"}


def test_a_refused_token_is_replaced():
    cache, endpoint = TokenCache(), Endpoint()
    assert cache.bearer(endpoint) == "clt.1"
    assert cache.bearer(endpoint, refused="clt.1") == "clt.2"
    assert cache.bearer(endpoint) == "clt.2"


def test_a_token_another_thread_has_renewed_is_not_renewed_again():
    cache, endpoint = TokenCache(), Endpoint()
    cache.bearer(endpoint)
    cache.bearer(endpoint, refused="clt.1")
    assert cache.bearer(endpoint, refused="clt.1") == "clt.2"


def test_a_token_near_its_end_is_renewed():
    seconds = [1000.0]
    cache, endpoint = TokenCache(lambda: seconds[0]), Endpoint(life=100)
    cache.bearer(endpoint)
    seconds[0] += RENEW_AT * 100 - 1
    assert cache.bearer(endpoint) == "clt.1"
    seconds[0] += 1
    assert cache.bearer(endpoint) == "clt.2"


def test_many_threads_that_need_a_token_ask_for_one():
    cache, endpoint, asking = TokenCache(), Endpoint(), Event()

    def slow():
        asking.wait(0.05)
        return endpoint()

    threads = [Thread(target=cache.bearer, args=(slow,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert endpoint.given == 1


def test_threads_that_are_refused_together_renew_their_token_once():
    cache, endpoint, together = TokenCache(), Endpoint(), Barrier(4)
    first = cache.bearer(endpoint)

    def renew():
        together.wait(5)
        cache.bearer(endpoint, refused=first)

    threads = [Thread(target=renew) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert endpoint.given == 2


def test_every_new_token_is_told_so_that_logs_can_mask_it(request_by_hand, told):
    assert told == [request_by_hand(given()).text]


def test_tokens_of_two_clients_are_kept_apart(tiktok, told):
    tiktok.switch(clients={"another": "secret"})
    with requests.Session() as session:
        for key, secret in ((tiktok.client_key, tiktok.client_secret), ("another", "secret")):
            ResearchApi(session, Credentials(tiktok.url, key, secret, told.append)).bearer()
    assert len(set(told)) == 2


@pytest.mark.parametrize("status", [200, 401])
def test_a_wrong_secret_is_for_a_person_whatever_the_status(tiktok, status):
    tiktok.switch(bad_credentials_status=status)
    wrong = Credentials(tiktok.url, tiktok.client_key, "wrong-secret", print)
    with (
        requests.Session() as session,
        pytest.raises(CredentialsRejected, match=r"Correct login \(client key\) and password") as caught,
    ):
        request_token(session, Clock(), wrong)
    assert "wrong-secret" not in str(caught.value)
    assert tiktok.client_key not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"{}", b'{"error": "server_error"}', b'{"error": []}'])
@pytest.mark.parametrize("status", [200, 429, 500, 503])
def test_a_token_endpoint_out_of_order_is_a_moment(request_by_hand, body, status):
    with pytest.raises(Again, match=f"token endpoint: HTTP {status}") as again:
        request_by_hand(answer(body=body, status=status))
    assert again.value.remedy is Remedy.MOMENT


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 405, 418])
def test_a_token_endpoint_that_answers_oddly_is_looked_at_again(request_by_hand, status):
    with pytest.raises(Again, match=f"token endpoint: HTTP {status}") as again:
        request_by_hand(answer(body=b"", status=status, Location="https://elsewhere.example/?secret=x"))
    assert again.value.remedy is Remedy.SECOND_LOOK
    assert "secret=x" not in str(again.value)


@pytest.mark.parametrize("error", [requests.ConnectionError, requests.ReadTimeout])
def test_a_token_endpoint_that_cannot_be_reached_is_a_moment(request_by_hand, error):
    with pytest.raises(Again, match=f"token endpoint: {error.__name__}$") as again:
        request_by_hand(error("secret-in-the-url"))
    assert again.value.remedy is Remedy.MOMENT


@pytest.mark.parametrize("text", [None, "", 7, ["clt.x"], "clt.x\n", "clt. x", "clt.€", {"clt": "x"}])
def test_a_token_that_no_header_can_carry_is_never_sent(request_by_hand, told, text):
    """requests would quote it in its exception."""
    with pytest.raises(Again, match="token endpoint: HTTP 200 no access token"):
        request_by_hand(given(access_token=text))
    assert told == []


def test_what_the_endpoint_says_beside_its_code_stands_in_no_error(request_by_hand):
    body = json.dumps({"error": "server_error", "error_description": f"client_secret={SECRET}"}).encode()
    with pytest.raises(Again) as again:
        request_by_hand(answer(body=body, status=400))
    assert SECRET not in str(again.value)


@pytest.mark.parametrize("life", [None, "7200", "soon", [], {}, -1, float("nan"), float("inf"), 10**400, "9" * 400])
def test_a_token_whose_life_is_unclear_lives_two_hours(request_by_hand, life):
    assert request_by_hand(given(expires_in=life)).life == LIFE


def test_a_token_without_a_life_lives_two_hours(request_by_hand):
    assert request_by_hand(answer(body=b'{"access_token": "clt.x"}')).life == LIFE


def test_a_refused_client_names_tiktoks_log_id(request_by_hand):
    body = b'{"error": "invalid_client", "error_description": "x", "log_id": "20260601LOG"}'
    with pytest.raises(CredentialsRejected, match="log_id=20260601LOG"):
        request_by_hand(answer(body=body))


def test_a_token_does_not_show_itself():
    assert "clt.x" not in repr(Token("clt.x", 0.0))
    assert "clt.x" not in repr(TokenCache(token=Token("clt.x", 0.0)))


def test_an_error_never_shows_the_credentials(credentials):
    assert credentials.client_secret not in repr(credentials)
    assert credentials.client_key not in repr(credentials)
