"""Answers written by hand, for what the sandbox does not do."""

import io
import json

import requests
from urllib3 import HTTPResponse

from include.tiktok.wire import post

DATE = "Mon, 01 Jun 2026 10:00:00 GMT"
OK = {"code": "ok", "message": "", "log_id": "202606011000000000"}


def answer(data=None, *, status=200, body=None, error=OK, **headers):
    """A response as requests hands it out: `data` in TikTok's envelope, or `body` word for word."""
    response = requests.Response()
    response.status_code = status
    response._content = body if body is not None else json.dumps({"data": data, "error": error}).encode()
    response.headers.update({"Date": DATE} | headers)
    return response


def sent(response):
    """The response as if it had just come over the wire, however often it was read."""
    body = io.BytesIO(response.content)
    response.raw = HTTPResponse(body, response.headers, response.status_code, preload_content=False)
    return response


def replied(response):
    return post(Session(response), "https://by.hand", "/")


class Session:
    """Stands for requests.Session: gives out these responses one by one, and remembers what was asked."""

    def __init__(self, *responses, token=None):
        self.responses = list(responses)
        self.token = token or {"access_token": "clt.made-by-hand", "expires_in": 7200}
        self.asked = []

    def post(self, url, **options):
        if url.endswith("/v2/oauth/token/"):
            return sent(answer(body=json.dumps(self.token).encode()))
        self.asked.append(options.get("json"))
        response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return sent(response)
