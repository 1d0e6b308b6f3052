"""Answers written by hand, for what the sandbox does not do."""

import json

import requests

DATE = "Mon, 01 Jun 2026 10:00:00 GMT"
OK = {"code": "ok", "message": "", "log_id": "202606011000000000"}


def answer(data=None, *, status=200, body=None, error=OK, **headers):
    """A response as requests hands it out: `data` in TikTok's envelope, or `body` word for word."""
    response = requests.Response()
    response.status_code = status
    response._content = body if body is not None else json.dumps({"data": data, "error": error}).encode()
    response.headers.update({"Date": DATE} | headers)
    return response


class Session:
    """Stands for requests.Session: gives out these responses one by one, and remembers what was asked."""

    def __init__(self, *responses, token=None):
        self.responses = list(responses)
        self.token = token or {"access_token": "clt.made-by-hand", "expires_in": 7200}
        self.asked = []

    def post(self, url, **options):
        if url.endswith("/v2/oauth/token/"):
            return answer(body=json.dumps(self.token).encode())
        self.asked.append(options["json"])
        response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response
