import json
from threading import Barrier, Thread

import pytest
import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected, SettingInvalid
from include.tiktok.client import ResearchApi
from include.tiktok.token import Credentials
from tests.tiktok.answers import Session, answer, sent
from tests.tiktok.test_client import GOOD, REQUEST, Meter, refusal

INVALID = refusal(401, "access_token_invalid")
BUSY = answer(body=b"<html>", status=503)


class Tokens(Session):
    """A session whose token endpoint answers so, one by one, and then with a new token each time."""

    def __init__(self, *responses, tokens=()):
        super().__init__(*responses)
        self.first, self.given = list(tokens), 0

    def post(self, url, **options):
        if not url.endswith("/v2/oauth/token/"):
            return super().post(url, **options)
        self.given += 1
        came = self.first.pop(0) if self.first else token(f"clt.{self.given}")
        if isinstance(came, Exception):
            raise came
        return sent(came)


def token(text):
    return answer(body=json.dumps({"access_token": text, "expires_in": 7200}).encode())


def api_of(session, slept):
    return ResearchApi(session, Credentials("https://by.hand", "key", "secret", [].append), slept.append)


def ask(session):
    meter, slept = Meter(), []
    try:
        return api_of(session, slept).videos(REQUEST, ("id",), meter), meter, slept
    except Exception as error:  # noqa: BLE001
        return error, meter, slept


def test_a_token_that_ended_is_renewed_at_once():
    session = Tokens(INVALID, answer(GOOD))
    (_, cost), _, slept = ask(session)
    assert (cost, session.given, slept) == (2, 2, [])


def test_a_new_token_that_is_not_known_everywhere_yet_gets_a_moment():
    session = Tokens(INVALID, INVALID, INVALID, answer(GOOD))
    (_, cost), _, slept = ask(session)
    assert (cost, session.given, len(slept)) == (4, 2, 2)


def test_a_token_that_is_refused_again_and_again_is_for_a_person_and_renewed_once():
    session = Tokens(*[INVALID] * 20)
    error, meter, slept = ask(session)
    assert isinstance(error, CredentialsRejected)
    assert "log_id=20260601100000LOG" in str(error)
    assert (meter.sent, session.given, len(slept)) == (7, 2, 5)


def test_a_token_endpoint_that_always_gives_the_same_token_is_asked_twice():
    session = Tokens(*[INVALID] * 20, tokens=[token("clt.same")] * 20)
    error, *_ = ask(session)
    assert isinstance(error, CredentialsRejected)
    assert session.given == 2


@pytest.mark.parametrize(
    "fault",
    [
        BUSY,
        answer(body=b"", status=502),
        answer(body=b"", status=429),
        answer(body=b"", status=500),
        answer(body=b'{"error": "server_error"}'),
        requests.ReadTimeout(),
        requests.ConnectionError(),
    ],
)
def test_a_token_endpoint_that_fails_for_a_moment_does_not_fail_the_page(fault):
    session = Tokens(answer(GOOD), tokens=[fault])
    (_, cost), meter, slept = ask(session)
    assert (cost, meter.sent, session.given) == (1, 1, 2)
    assert 5 <= slept[0] <= 10


def test_a_renewal_that_fails_for_a_moment_is_made_before_the_page_is_asked_for_again():
    session = Tokens(INVALID, answer(GOOD), tokens=[token("clt.1"), BUSY])
    (_, cost), _, slept = ask(session)
    assert (cost, session.given, len(slept)) == (2, 3, 1)


@pytest.mark.parametrize("fault", [BUSY, requests.ReadTimeout()])
def test_a_token_endpoint_that_stays_down_is_left_to_airflow_and_costs_no_quota(fault):
    session = Tokens(tokens=[fault] * 20)
    error, meter, slept = ask(session)
    assert isinstance(error, ApiUnavailable)
    assert "token endpoint" in str(error)
    assert (meter.sent, session.given, len(slept)) == (0, 6, 5)


def test_a_token_endpoint_that_says_how_long_is_heard():
    _, _, slept = ask(Tokens(answer(GOOD), tokens=[answer(body=b"", status=429, **{"Retry-After": "33"})]))
    assert slept == [33]


def test_the_clock_is_read_although_the_token_endpoint_fails_for_a_moment():
    slept = []
    assert api_of(Tokens(tokens=[BUSY]), slept).now().year == 2026
    assert len(slept) == 1


def test_the_clock_fails_as_a_page_does():
    with pytest.raises(ApiUnavailable, match="token endpoint: HTTP 503"):
        api_of(Tokens(tokens=[BUSY] * 20), []).now()


def test_the_clock_of_a_host_that_redirects_is_for_a_person():
    with pytest.raises(SettingInvalid, match="redirects"):
        api_of(Tokens(tokens=[answer(body=b"", status=302)]), []).now()


def test_tasks_of_one_process_that_are_refused_together_renew_their_token_once():
    together = Barrier(4)

    class Together(Tokens):
        """Refuses the first token of everybody at once."""

        def post(self, url, **options):
            if options.get("headers") != {"Authorization": "Bearer clt.1"}:
                return super().post(url, **options)
            together.wait(5)
            return sent(refusal(401, "access_token_invalid"))

    session = Together(*(answer(GOOD) for _ in range(4)))
    api_of(session, []).now()
    tasks = [Thread(target=ask, args=(session,)) for _ in range(4)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join(5)
    assert (session.given, session.responses) == (2, [])
