import json
from dataclasses import replace
from threading import Barrier, Thread

import pytest
import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected
from include.tiktok.entities import VIDEOS
from tests.tiktok.answers import Session, answer, refusal, sent
from tests.tiktok.test_client import GOOD, REQUEST, Meter

INVALID = refusal(401, "access_token_invalid")
BUSY = answer(body=b"<html>", status=503)


class Tokens(Session):
    """A session whose token endpoint answers so, one by one, and then with a new token each time."""

    def __init__(self, *responses, tokens=()):
        super().__init__(*responses, tokens=tokens)
        self.given = 0

    def post(self, url, **options):
        if url.endswith("/v2/oauth/token/"):
            self.given += 1
            self.token = {"access_token": f"clt.{self.given}", "expires_in": 7200}
        return super().post(url, **options)


def token(text):
    return answer(body=json.dumps({"access_token": text, "expires_in": 7200}).encode())


def ask(session):
    meter = Meter()
    try:
        return session.api().page(VIDEOS, REQUEST, ("id",), meter), meter
    except Exception as error:  # noqa: BLE001
        return error, meter


def test_a_token_that_ended_is_renewed_at_once():
    session = Tokens(INVALID, answer(GOOD))
    (_, cost), _ = ask(session)
    assert (cost, session.given, session.slept) == (2, 2, [])


@pytest.mark.parametrize("code", ["", "unknown_to_us"])
def test_a_401_of_any_code_renews_the_token(code):
    session = Tokens(refusal(401, code), answer(GOOD))
    (_, cost), _ = ask(session)
    assert (cost, session.given, session.slept) == (2, 2, [])


def test_a_new_token_that_is_not_known_everywhere_yet_gets_a_moment():
    session = Tokens(INVALID, INVALID, INVALID, answer(GOOD))
    (_, cost), _ = ask(session)
    assert (cost, session.given, len(session.slept)) == (4, 2, 2)


@pytest.mark.parametrize("tokens", [[], [token("clt.same")] * 20])
def test_a_token_that_is_refused_again_and_again_is_renewed_once(tokens):
    session = Tokens(*[INVALID] * 20, tokens=tokens)
    error, meter = ask(session)
    assert isinstance(error, CredentialsRejected)
    assert "log_id=20260601100000LOG" in str(error)
    assert (meter.sent, session.given, session.slept) == (4, 2, [60, 120])


FAULTS = [
    BUSY,
    answer(body=b"", status=502),
    answer(body=b"", status=429),
    answer(body=b"", status=500),
    answer(body=b'{"error": "server_error"}'),
    requests.ReadTimeout(),
    requests.ConnectionError(),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_endpoint_that_fails_for_a_moment_does_not_fail_the_page(fault):
    session = Tokens(answer(GOOD), tokens=[fault, fault])
    (_, cost), meter = ask(session)
    assert (cost, meter.sent, session.given) == (1, 1, 3)
    assert all(5 <= wait <= 15 for wait in session.slept)


def test_a_renewal_that_fails_for_a_moment_is_made_before_the_page_is_asked_for_again():
    session = Tokens(INVALID, answer(GOOD), tokens=[token("clt.1"), BUSY])
    (_, cost), _ = ask(session)
    assert (cost, session.given, len(session.slept)) == (2, 3, 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_endpoint_that_stays_down_is_never_a_persons_and_costs_no_quota(fault):
    """Issue 12, row 11: red within minutes."""
    session = Tokens(tokens=[fault] * 20)
    error, meter = ask(session)
    assert isinstance(error, ApiUnavailable)
    assert "token endpoint" in str(error)
    assert (meter.sent, meter.doubts) == (0, [])
    assert session.given <= 7


def test_a_token_endpoint_that_says_how_long_is_heard():
    session = Tokens(answer(GOOD), tokens=[token("clt.1"), answer(body=b"", status=429, **{"Retry-After": "33"})])
    session.responses.insert(0, INVALID)
    ask(session)
    assert session.slept == [33]


def test_the_clock_fails_as_a_page_does_when_nothing_comes_back():
    with pytest.raises(ApiUnavailable, match="token endpoint: ConnectionError"):
        Tokens(tokens=[requests.ConnectionError()] * 20).api().now()


def test_a_wrong_secret_is_for_a_person_at_once():
    session = Tokens(tokens=[answer(body=b'{"error": "invalid_client"}', status=401)] * 9)
    with pytest.raises(CredentialsRejected):
        session.api().now()
    with pytest.raises(CredentialsRejected):
        session.api().check_credentials()
    assert (session.given, session.slept) == (2, [])


@pytest.mark.parametrize("fault", [BUSY, answer(body=b"", status=404)])
def test_credentials_that_cannot_be_checked_are_not_called_wrong(fault):
    with pytest.raises(ApiUnavailable, match="token endpoint: HTTP"):
        Tokens(tokens=[fault] * 20).api().check_credentials()


def test_a_client_that_keeps_elsewhere_still_has_its_token_and_its_clock():
    """A stage says where answers are kept; that must cost no token more."""
    session = Tokens(answer(GOOD))
    api = session.api()
    api.now()
    replace(api, keep=print).page(VIDEOS, REQUEST, ("id",), Meter())
    assert session.given == 1


def test_threads_of_one_task_that_are_refused_together_renew_their_token_once():
    together = Barrier(4)

    class Together(Tokens):
        """Refuses the first token of everybody at once."""

        def post(self, url, **options):
            if options.get("headers") != {"Authorization": "Bearer clt.1"}:
                return super().post(url, **options)
            together.wait(5)
            return sent(refusal(401, "access_token_invalid"))

    session = Together(*(answer(GOOD) for _ in range(4)))
    api = session.api()
    api.now()
    tasks = [Thread(target=api.page, args=(VIDEOS, REQUEST, ("id",), Meter())) for _ in range(4)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(5)
    assert (session.given, session.responses) == (2, [])
