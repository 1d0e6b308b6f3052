"""Answers that are hard to believe: two more looks within minutes, an hour's rest, and then a person."""

from datetime import timedelta

import pytest
import requests

from include.domain.errors import (
    AnswerDoubted,
    ApiResting,
    ApiUnavailable,
    CredentialsRejected,
    QuotaExhausted,
    RequestRejected,
    SearchTooBroad,
    SettingInvalid,
)
from include.storage.ledger import Ledger, spent
from include.tiktok.entities import VIDEOS
from tests.tiktok.answers import AT, Session, answer, refusal
from tests.tiktok.test_client import GOOD, REQUEST

HOUR, CLIENT = timedelta(hours=1), "0123456789ab"
SECOND_PAGE = REQUEST | {"cursor": 100, "search_id": "7"}
NEVER_CORRECT_THE_QUERY = "orrect the research project's query"


class Client:
    """The tasks of one API client, one try after the other, at a time that passes when somebody waits."""

    def __init__(self, objects, *responses, tokens=()):
        self.objects, self.session = objects, Session(*responses, tokens=tokens)

    def task(self, request=REQUEST):
        """One try of a task: a page, or the error that ends the try."""
        ledger = Ledger(self.objects, CLIENT, 1000)
        try:
            return self.session.api().page(VIDEOS, request, ("id",), ledger)[0]
        except Exception as error:  # noqa: BLE001
            return error
        finally:
            ledger.close()

    def task_after(self, wait, request=REQUEST):
        self.session.at += wait
        return self.task(request)


ODD = {
    301: SettingInvalid,
    302: SettingInvalid,
    308: SettingInvalid,
    401: CredentialsRejected,
    403: CredentialsRejected,
    404: SettingInvalid,
    405: SettingInvalid,
    418: RequestRejected,
    599: RequestRejected,
}


def odd(status):
    return answer(body=b"<html>", status=status, Location="https://user:word@elsewhere.example/x?token=clt.secret")


@pytest.mark.parametrize("status", ODD)
def test_one_single_odd_answer_costs_a_minute_and_nothing_else(objects, status):
    """Issue 12, row 11: red at once, with advice such as *correct the query*."""
    client = Client(objects, odd(status), answer(GOOD))
    assert client.task().content.returned == 1
    assert client.session.slept == ([] if status == 401 else [60])


@pytest.mark.parametrize("status", ODD)
def test_an_odd_answer_that_stays_is_believed_after_an_hour(objects, status):
    client = Client(objects, *[odd(status)] * 9)
    doubted = client.task()
    assert isinstance(doubted, AnswerDoubted)
    assert doubted.wait == HOUR
    assert client.session.slept == [60, 120]
    believed = client.task_after(HOUR)
    assert type(believed) is ODD[status]
    assert f"HTTP {status}" in str(believed)
    assert NEVER_CORRECT_THE_QUERY not in str(believed)
    assert "clt.secret" not in str(believed)


def test_a_404_is_believed_after_an_hour_and_never_blames_the_query(objects):
    client = Client(objects, *[refusal(404, "")] * 6)
    assert isinstance(client.task(), AnswerDoubted)
    believed = str(client.task_after(HOUR))
    assert "at by.hand/v2/research/video/query/" in believed
    assert "log_id=20260601100000LOG" in believed
    assert "Look at the host of the project's connection" in believed
    assert NEVER_CORRECT_THE_QUERY not in believed


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (
            302,
            "Correct the host of the project's connection; if it is right, ask TikTok whether the endpoint has moved",
        ),
        (403, "may use this endpoint"),
        (401, "whether the client is enabled"),
        (418, "Ask TikTok what it means, and quote the log_id"),
    ],
)
def test_a_persons_error_says_what_to_do_about_that(objects, status, advice):
    client = Client(objects, *[odd(status)] * 9)
    client.task()
    assert advice in str(client.task_after(HOUR))


@pytest.mark.parametrize("location", ["", "/v3/", "https://[", "//"])
def test_a_redirect_to_nowhere_is_told_as_such(objects, location):
    client = Client(objects, *[answer(body=b"", status=302, Location=location)] * 6)
    client.task()
    assert "HTTP 302 to another path" in str(client.task_after(HOUR))


def test_a_redirect_tells_the_host_and_no_secret(objects):
    client = Client(objects, *[odd(302)] * 6)
    client.task()
    assert "HTTP 302 to elsewhere.example (log_id=None) at by.hand" in str(client.task_after(HOUR))


def test_every_look_at_an_odd_answer_is_kept(objects):
    client = Client(objects, *[odd(404)] * 3)
    client.task()
    assert client.session.kept == [b"<html>"] * 3


def test_all_tasks_of_the_client_rest_while_an_answer_is_doubted(objects):
    client = Client(objects, *[odd(404)] * 3)
    client.task()
    assert isinstance(client.task_after(HOUR / 2, SECOND_PAGE), ApiResting)
    assert len(client.session.asked) == 3


def test_another_task_of_the_client_need_not_wait_another_hour(objects):
    client = Client(objects, *[odd(404)] * 6)
    client.task()
    assert isinstance(client.task_after(HOUR, SECOND_PAGE), SettingInvalid)


def test_a_good_answer_in_between_clears_the_doubt(objects):
    client = Client(objects, *[odd(404)] * 3, answer(GOOD), *[odd(404)] * 6)
    client.task()
    assert client.task_after(HOUR, SECOND_PAGE).content.returned == 1
    another = REQUEST | {"cursor": 200, "search_id": "7"}
    assert isinstance(client.task_after(HOUR, another), AnswerDoubted)
    assert isinstance(client.task_after(HOUR, another), SettingInvalid)


def test_a_401_for_an_hour_is_waited_for(objects):
    """Issue 12, row 11."""
    invalid = [refusal(401, "access_token_invalid")] * 4
    client = Client(objects, *invalid, answer(GOOD))
    assert isinstance(client.task(), AnswerDoubted)
    assert client.task_after(HOUR).content.returned == 1


def test_one_request_that_stays_refused_neither_stops_the_others_nor_waits_for_ever(objects):
    """The others are answered all the time: their answers would clear the doubt again and again."""
    client = Client(objects)

    def others(seconds):
        client.session.slept.append(seconds)
        client.session.at += timedelta(seconds=seconds)
        mine = Ledger(objects, CLIENT, 1000)
        mine.before_request(client.session.at)
        mine.after_answer(100)
        mine.close()

    client.session.sleep = others
    client.session.responses = [odd(418)] * 3
    doubted = client.task(SECOND_PAGE)
    assert isinstance(doubted, AnswerDoubted)
    client.session.responses = [answer(GOOD), *[odd(418)] * 3]
    assert client.task_after(timedelta(minutes=1)).content.returned == 1
    assert isinstance(client.task_after(HOUR, SECOND_PAGE), RequestRejected)


def test_a_query_that_tiktok_refuses_on_its_first_page_is_a_persons_at_once(objects):
    client = Client(objects, refusal(400, "invalid_params", "no such field"))
    believed = client.task()
    assert isinstance(believed, RequestRejected)
    assert NEVER_CORRECT_THE_QUERY in str(believed)
    assert client.session.slept == []


@pytest.mark.parametrize("place", [{"cursor": 100}, {"search_id": "7"}])
def test_a_query_that_tiktok_took_on_earlier_pages_is_not_called_wrong(objects, place):
    refusals = [refusal(400, "invalid_params", "no such field")] * 6
    client = Client(objects, *refusals)
    assert isinstance(client.task(REQUEST | place), AnswerDoubted)
    believed = client.task_after(HOUR, REQUEST | place)
    assert isinstance(believed, SearchTooBroad), "the search is split, as narrower ones have fewer pages"
    assert "TikTok took the query, but refuses to page on" in str(believed)
    assert NEVER_CORRECT_THE_QUERY not in str(believed)


def test_a_missing_scope_is_a_persons_at_once_on_any_page(objects):
    client = Client(objects, refusal(401, "scope_not_authorized"))
    assert isinstance(client.task(SECOND_PAGE), CredentialsRejected)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 418])
def test_an_odd_answer_of_the_token_endpoint_is_believed_after_an_hour_and_costs_no_quota(objects, status):
    client = Client(objects, tokens=[odd(status)] * 20)
    assert isinstance(client.task(), AnswerDoubted)
    believed = client.task_after(HOUR)
    assert isinstance(believed, SettingInvalid | CredentialsRejected | RequestRejected)
    assert f"HTTP {status}" in str(believed)
    assert "/v2/oauth/token/" in str(believed)
    assert NEVER_CORRECT_THE_QUERY not in str(believed)
    assert spent(objects, CLIENT, AT.date()).requests == 0


@pytest.mark.parametrize("fault", [answer(body=b"<html>", status=503), requests.ConnectionError()])
def test_a_token_endpoint_down_for_an_hour_is_waited_for(objects, fault):
    """Issue 12, row 11. The stage lets all tasks rest by `Ledger.down`."""
    client = Client(objects, answer(GOOD), tokens=[fault] * 20)
    assert isinstance(client.task(), ApiUnavailable)
    client.session.tokens = []
    assert client.task_after(HOUR).content.returned == 1


def test_one_stray_refusal_of_the_daily_quota_costs_an_hour_and_not_the_day(objects):
    """Issue 12, row 12: everything rested until midnight."""
    client = Client(objects, answer(GOOD), refusal(429, "daily_quota_limit_exceeded"), answer(GOOD))
    client.task()
    stray = client.task(SECOND_PAGE)
    assert isinstance(stray, QuotaExhausted)
    assert stray.wait == HOUR
    assert isinstance(client.task_after(HOUR / 2), QuotaExhausted)
    assert client.task_after(HOUR / 2, SECOND_PAGE).content.returned == 1
