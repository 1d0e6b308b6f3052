"""The client of the TikTok Research API: one call, one page, repeated with patience and counted before it goes out.

Source: TikTok docs, `research-api-specs-query-videos`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from include.domain.errors import (
    ApiUnavailable,
    CredentialsRejected,
    HarvestError,
    QuotaExhausted,
    RequestRejected,
    SearchLost,
    SearchTooBroad,
)
from include.domain.page import Cursor
from include.domain.quota import RECORDS_A_PAGE, Meter, client_name
from include.domain.window import Window
from include.tiktok import clock
from include.tiktok.answer import Answer, read
from include.tiktok.refusal import Refusal, redirected
from include.tiktok.retries import FAULT_TRIES, PAUSE, SEARCH_TRIES, TRIES, Again, Result, repeated
from include.tiktok.token import Credentials, bearer
from include.tiktok.verdicts import REDIRECTS, Remedy, remedy
from include.tiktok.wire import post

VIDEOS = "videos"


@dataclass(frozen=True)
class ResearchApi:
    """The TikTok Research API as one API client sees it."""

    session: requests.Session
    credentials: Credentials
    sleep: Callable[[float], None] = time.sleep
    keep: Callable[[bytes, datetime], None] = lambda _answer, _at: None
    """Told every answer that our table does not know, or that refuses for good, word for word."""

    @property
    def client(self) -> str:
        """How this API client is called in the ledger."""
        return client_name(self.credentials.client_key)

    def now(self) -> datetime:
        """The time by TikTok's clock; the first answer that tells it is that of the token.

        A lease read by a clock that is minutes ahead would look ended while its task is at work.
        """
        if not clock.known(self.credentials.base_url):
            self._patiently(lambda: bearer(self.session, self.credentials), TRIES)
        return clock.now(self.credentials.base_url)

    def videos(
        self,
        request: Mapping[str, Any],
        fields: Sequence[str],
        meter: Meter,
        *,
        search_tries: int = SEARCH_TRIES,
        fault_tries: int = FAULT_TRIES,
    ) -> tuple[Answer, int]:
        """One page of videos, and the requests it cost.

        `search_tries` is how often a refused search id is tried, `fault_tries` a search that TikTok fails on.

        Raises:
            QuotaExhausted: the client's quota, or this project's share of it, is used up.
            ApiResting: TikTok could not answer another task of this client lately.
            SearchLost: TikTok does not know the search any more.
            SearchTooBroad: TikTok failed on this search as often as we are patient.
            ApiUnavailable: TikTok could not answer this time.
            RequestRejected: TikTok refuses this request for good.
            CredentialsRejected: TikTok does not accept the API client.
            SettingInvalid: the host of the connection redirects.
        """
        call = _Call(self, "/v2/research/video/query/", VIDEOS, request, fields, meter)
        tries = TRIES | {Remedy.SEARCH_AGAIN: search_tries, Remedy.SMALLER_WINDOW: fault_tries}
        return self._patiently(call, tries), call.requests

    def _patiently(self, call: Callable[[], Result], tries: Mapping[Remedy | None, int]) -> Result:
        try:
            return repeated(call, self.sleep, tries)
        except Again as again:
            raise _given_up(again) from again


@dataclass
class _Call:
    """One page's call, which may be made several times; it renews the token once at most."""

    api: ResearchApi
    path: str
    key: str
    request: Mapping[str, Any]
    fields: Sequence[str]
    meter: Meter
    requests: int = 0
    renewed: bool = False
    refused: str | None = field(default=None, repr=False)

    def __call__(self) -> Answer:
        came = self._ask()
        if isinstance(came, Answer):
            return came
        helps = remedy(came.status, came.code, came.message)
        if helps in (None, Remedy.PERSON):
            self.api.keep(came.body, came.received_at)
        match helps:
            case Remedy.TOMORROW:
                why = f"TikTok says the daily quota is used up (log_id={came.log_id})"
                raise QuotaExhausted(self.meter.refused(came.received_at), came.received_at, why)
            case Remedy.PERSON if came.status in REDIRECTS:
                raise redirected(self.api.credentials.base_url, came)
            case Remedy.PERSON if came.code.startswith("scope_"):
                raise CredentialsRejected(
                    f"TikTok gives this API client no access to research data: {came} (log_id={came.log_id}). Ask its "
                    "owner to have the scope research.data.basic approved in TikTok's developer portal."
                )
            case Remedy.PERSON:
                raise RequestRejected(str(came), came.log_id)
            case _:
                raise Again(helps, came, str(came), came.retry_after)

    def _ask(self) -> Answer | Refusal:
        """What comes for a token that TikTok does not refuse, or refuses after it was renewed."""
        token = bearer(self.api.session, self.api.credentials, self.refused)
        self.refused = None
        came = self._counted(token)
        expired = isinstance(came, Refusal) and remedy(came.status, came.code, came.message) is Remedy.RENEW_TOKEN
        if expired and not self.renewed:
            self.renewed, self.refused = True, token
            return self._ask()
        return came

    def _counted(self, token: str) -> Answer | Refusal:
        self.meter.before_request(clock.now(self.api.credentials.base_url))
        self.requests += 1
        came = self._post(token)
        self.meter.after_answer(came.returned if isinstance(came, Answer) else None)
        return came

    def _post(self, token: str) -> Answer | Refusal:
        try:
            reply = post(
                self.api.session,
                self.api.credentials.base_url,
                self.path,
                params={"fields": ",".join(self.fields)},
                json=self.request,
                headers={"Authorization": f"Bearer {token}"},
            )
        except requests.Timeout as error:
            raise Again(Remedy.SMALLER_WINDOW, None, type(error).__name__) from error
        except requests.RequestException as error:
            raise Again(Remedy.MOMENT, None, type(error).__name__) from error
        return read(reply, self.key, self.request)


def video_request(query: Mapping[str, Any], window: Window, cursor: Cursor | None) -> dict[str, Any]:
    """The body that asks for one page: identical on every page of a search, but for cursor and search id."""
    request: dict[str, Any] = {
        "query": query,
        "start_date": f"{window.start:%Y%m%d}",
        "end_date": f"{window.end:%Y%m%d}",
        "max_count": RECORDS_A_PAGE,
    }
    if cursor and cursor.index:
        request["cursor"] = cursor.index
        if cursor.search_id:
            request["search_id"] = cursor.search_id
    return request


def days_of(request: Mapping[str, Any]) -> Window:
    """The days that a page's request asked for."""
    start, end = (datetime.strptime(request[name], "%Y%m%d").date() for name in ("start_date", "end_date"))  # noqa: DTZ007
    return Window(start, end)


def _given_up(again: Again) -> HarvestError:
    """What the last of many refusals means for the search."""
    refusal = again.refusal
    log_id = refusal.log_id if refusal else None
    if refusal and again.retry_after > PAUSE and again.remedy is not Remedy.SMALLER_WINDOW:
        until = refusal.received_at + timedelta(seconds=again.retry_after)
        return QuotaExhausted(until, refusal.received_at, f"TikTok asks for a pause: {again} (log_id={log_id})")
    if again.remedy is Remedy.MOMENT or not again.for_good:
        return ApiUnavailable(str(again), log_id)
    match again.remedy:
        case Remedy.SEARCH_AGAIN:
            return SearchLost(f"{again} (log_id={log_id})")
        case Remedy.SMALLER_WINDOW:
            return SearchTooBroad(f"{again} (log_id={log_id})")
        case Remedy.RENEW_TOKEN:
            return CredentialsRejected(
                f"TikTok refuses every token that it gives: {again} (log_id={log_id}). Look whether the project's API "
                "client is still approved; quote the log_id when you write to TikTok."
            )
        case _:
            return RequestRejected(f"an answer we do not know: {again}", log_id)
