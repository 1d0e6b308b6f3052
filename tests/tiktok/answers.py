"""Answers written by hand, for what the sandbox does not do."""

import io
import json
from datetime import UTC, datetime, timedelta

import requests
from urllib3 import HTTPResponse

from include.tiktok.client import ResearchApi
from include.tiktok.clock import Clock
from include.tiktok.token import Credentials
from include.tiktok.wire import post

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
OK = {"code": "ok", "message": "", "log_id": "202606011000000000"}


def answer(data=None, *, status=200, body=None, error=OK, **headers):
    """A response as requests hands it out: `data` in TikTok's envelope, or `body` word for word."""
    response = requests.Response()
    response.status_code = status
    response._content = body if body is not None else json.dumps({"data": data, "error": error}).encode()
    response.headers.update(headers)
    return response


def refusal(status, code, message="", **headers):
    error = {"code": code, "message": message, "log_id": "20260601100000LOG"}
    return answer({}, status=status, error=error, **headers)


def http_date(at):
    return f"{at:%a, %d %b %Y %H:%M:%S} GMT"


def sent(response, at=AT):
    """The response as if it had just come over the wire, however often it was read."""
    body, headers = io.BytesIO(response.content), {"Date": http_date(at)} | dict(response.headers)
    copy = requests.Response()
    copy.status_code, copy.headers = response.status_code, requests.structures.CaseInsensitiveDict(headers)
    copy.raw = HTTPResponse(body, headers, response.status_code, preload_content=False)
    return copy


def replied(response):
    session = Session(response)
    return post(session, session.clock(), "https://by.hand", "/v2/by/hand/")


class Session:
    """Stands for requests.Session: gives out these responses one by one, and remembers what was asked.

    Its time stands still until somebody sleeps.
    """

    verify = True

    def __init__(self, *responses, token=None, tokens=()):
        self.responses = list(responses)
        self.token = token or {"access_token": "clt.made-by-hand", "expires_in": 7200}
        self.tokens = list(tokens)
        self.asked, self.slept, self.kept, self.at = [], [], [], AT

    def post(self, url, **options):
        if url.endswith("/v2/oauth/token/"):
            return self._give(self.tokens.pop(0) if self.tokens else answer(body=json.dumps(self.token).encode()))
        self.asked.append(options.get("json"))
        return self._give(self.responses.pop(0))

    def _give(self, response):
        if isinstance(response, Exception):
            raise response
        return sent(response, self.at)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def clock(self):
        return Clock(lambda: self.at)

    def api(self):
        """A client as each task has, whose own clock is right."""
        credentials = Credentials("https://by.hand", "key", "secret", [].append)
        return ResearchApi(self, credentials, self.sleep, lambda body, _: self.kept.append(body), self.clock())
