"""A client of the API, as short as can be, that talks to a sandbox without a socket."""

import asyncio
import json
from datetime import date

import httpx

from include.sandbox.app import build
from include.sandbox.corpus import EVERYTHING
from include.sandbox.records import VIDEO_FIELDS
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET

ALL_FIELDS = ",".join(VIDEO_FIELDS)


class Client:
    def __init__(self, sandbox):
        self.sandbox, self.loop = sandbox, asyncio.Runner()
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(build(sandbox)), base_url="http://sandbox")
        self.renew()

    def post(self, path, **more):
        return self.loop.run(self.http.post(path, **more))

    def get(self, path):
        return self.loop.run(self.http.get(path))

    def token(self, key=CLIENT_KEY, secret=CLIENT_SECRET, grant="client_credentials"):
        form = {"client_key": key, "client_secret": secret, "grant_type": grant}
        return self.post("/v2/oauth/token/", data=form)

    def renew(self, **credentials):
        self.headers = {"Authorization": f"Bearer {self.token(**credentials).json()['access_token']}"}

    def ask(self, endpoint, body=None, fields="", **more):
        path = f"/v2/research/{endpoint}/" + (f"?fields={fields}" if fields else "")
        content = {"content": json.dumps(body)} if body is not None else {}
        return self.post(path, headers=self.headers, **content, **more)

    def search(self, query=EVERYTHING, start="20260301", end="20260301", fields=ALL_FIELDS, **more):
        body = {"query": query, "start_date": start, "end_date": end, "max_count": 100, **more}
        return self.ask("video/query", body, fields)

    def pages(self, query=EVERYTHING, start="20260301", end="20260301", **more):
        place = {}
        while True:
            answer = self.search(query, start, end, **{**more, **place})
            assert answer.status_code == 200, answer.text
            data = answer.json()["data"]
            yield data
            if not data["has_more"]:
                return
            place = {"cursor": data["cursor"], "search_id": data["search_id"]}

    def ids(self, *asked, **more):
        return [video["id"] for page in self.pages(*asked, **more) for video in page["videos"]]

    def admin(self, action, **arguments):
        return self.post(f"/_admin/{action}", content=json.dumps(arguments))


def text_of(answer):
    """What an error says: its text stands under either key."""
    error = answer.json()["error"]
    return error["msg"] if "msg" in error else error["message"]


def condition(field, *values, operation="IN"):
    return {"operation": operation, "field_name": field, "field_values": list(values)}


def day(text):
    return date.fromisoformat(text)
