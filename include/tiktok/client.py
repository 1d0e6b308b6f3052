"""The client of the TikTok Research API: one call, one page, repeated with patience and counted before it goes out.

Source: TikTok docs, `research-api-specs-query-videos`.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import requests

from include.domain.errors import (
    AnswerDoubted,
    AnswerUnreadable,
    ApiUnavailable,
    CredentialsRejected,
    HarvestError,
    QuotaExhausted,
    RequestRejected,
    SearchLost,
    SearchTooBroad,
)
from include.domain.quota import Meter, client_name
from include.tiktok.answer import Answer, read
from include.tiktok.clock import Clock
from include.tiktok.entities import Entity
from include.tiktok.refusal import Refusal, rejection
from include.tiktok.retries import FAULT_TRIES, LESS_HELPS, PAUSE, SEARCH_TRIES, TRIES, Again, repeat
from include.tiktok.token import Credentials, Token, TokenCache, request_token
from include.tiktok.verdicts import SCOPE, Remedy, remedy
from include.tiktok.wire import post

#: Answers that are asked for the time: where two do not agree, our own clock stands.
WITNESSES = 2

BAD_REQUEST = 400


@dataclass(frozen=True)
class ResearchApi:
    """The TikTok Research API as one API client sees it, for as long as a task works.

    `keep` is told every answer that our table does not know, that cannot be read or that refuses for good, word for
    word. `clock` and `tokens` are what the task has learnt of TikTok's time and its own token.
    """

    session: requests.Session
    credentials: Credentials
    sleep: Callable[[float], None] = time.sleep
    keep: Callable[[bytes, datetime], object] = lambda _answer, _at: None
    clock: Clock = field(default_factory=Clock)
    tokens: TokenCache = field(default_factory=TokenCache)

    @property
    def client(self) -> str:
        """How this API client is called in the ledger."""
        return client_name(self.credentials.client_key)

    def now(self) -> datetime:
        """The time by TikTok's clock; as long as it is not known, the token endpoint is asked.

        A lease read by a clock that is minutes ahead would look ended while its task is at work.

        Raises:
            CredentialsRejected: TikTok does not accept the API client.
            ApiUnavailable: nothing came back from the token endpoint.
        """
        if not self.clock.known:
            self._learn_the_time()
        return self.clock.now()

    def bearer(self, refused: str | None = None) -> str:
        """A token that is neither at its end nor the one TikTok just `refused`.

        Raises:
            CredentialsRejected: TikTok does not accept the API client.
            Again: the token endpoint could not answer, or answered oddly.
        """
        return self.tokens.bearer(self._request_token, refused)

    def check_credentials(self) -> None:
        """Have a token, with patience.

        Raises:
            CredentialsRejected: TikTok does not accept the API client.
            ApiUnavailable: the token endpoint could not answer.
        """
        self._patiently(self.bearer)

    def page(
        self,
        entity: Entity,
        request: Mapping[str, Any],
        fields: Sequence[str],
        meter: Meter,
        *,
        search_tries: int = SEARCH_TRIES,
        fault_tries: int = FAULT_TRIES,
    ) -> tuple[Answer, int]:
        """One page of records, and the requests it cost.

        `search_tries` is how often a refused search id is tried, `fault_tries` a search that TikTok fails on or
        answers with what cannot be read.

        Raises:
            QuotaExhausted: the client's quota, or this project's share of it, is used up.
            ApiResting: the tasks of this client wait, as TikTok could not answer one of them, or answered it oddly.
            AnswerDoubted: TikTok refuses in a way that is believed only when it does so again after an hour.
            SearchLost: TikTok does not know the search any more.
            SearchTooBroad: TikTok failed on this search as often as we are patient.
            AnswerUnreadable: so it did with answers that cannot be read.
            ApiUnavailable: TikTok could not answer this time.
            RequestRejected: TikTok refuses this request for good.
            CredentialsRejected: TikTok does not accept the API client.
            SettingInvalid: the host of the connection redirects, or does not know the endpoint.
        """
        self.now()
        call = _Call(self, entity, request, fields, meter)
        tries = TRIES | {
            Remedy.SEARCH_AGAIN: search_tries,
            Remedy.SMALLER_WINDOW: fault_tries,
            Remedy.UNREADABLE: fault_tries,
        }
        try:
            return repeat(call, self.sleep, tries), call.requests
        except Again as again:
            raise call.failure(again) from again

    def _learn_the_time(self) -> None:
        for _ in range(WITNESSES):
            self._patiently(self._ask_the_time)
            if self.clock.known:
                return
        self.clock.trust_our_own()

    def _ask_the_time(self) -> None:
        """Every answer of the token endpoint tells it, a refusal too."""
        try:
            self.tokens.renew(self._request_token)
        except Again as again:
            if again.refusal is None:
                raise

    def _request_token(self) -> Token:
        return request_token(self.session, self.clock, self.credentials)

    def _patiently(self, call: Callable[[], object]) -> None:
        try:
            repeat(call, self.sleep)
        except Again as again:
            raise ApiUnavailable(str(again), again.log_id) from again


@dataclass
class _Call:
    """One page's call, which may be made several times; it renews the token once at most."""

    api: ResearchApi
    entity: Entity
    request: Mapping[str, Any]
    fields: Sequence[str]
    meter: Meter
    requests: int = 0
    renewed: bool = False
    refused: str | None = field(default=None, repr=False)
    last_body: bytes = b""

    def __call__(self) -> Answer:
        came = self._ask()
        if isinstance(came, Answer):
            return came
        helps = self._remedy(came)
        if helps in (None, Remedy.PERSON, Remedy.SECOND_LOOK, Remedy.RENEW_TOKEN):
            self._keep(came)
        match helps:
            case Remedy.TOMORROW:
                why = f"TikTok says the daily quota is used up (log_id={came.log_id})"
                raise QuotaExhausted(self.meter.refused(came.received_at), came.received_at, why)
            case Remedy.PERSON if came.code in SCOPE:
                raise CredentialsRejected(
                    f"TikTok gives this API client no access to research data: {came} (log_id={came.log_id}). Ask its "
                    "owner to have the scope research.data.basic approved in TikTok's developer portal."
                )
            case Remedy.PERSON:
                raise RequestRejected(str(came), came.log_id)
            case Remedy.UNREADABLE if came.broken and came.body == self.last_body:
                raise self._give_up_reading(came)  # the very same again: no repetition heals it
        self.last_body = came.body
        raise Again(helps, came, str(came), came.retry_after)

    def failure(self, again: Again) -> HarvestError:
        """What the last of many refusals means for the page."""
        refusal = again.refusal
        if refusal and again.retry_after > PAUSE and again.remedy not in LESS_HELPS:
            until = refusal.received_at + timedelta(seconds=again.retry_after)
            return QuotaExhausted(
                until, refusal.received_at, f"TikTok asks for a pause: {again} (log_id={again.log_id})"
            )
        if again.remedy is Remedy.MOMENT or not again.for_good:
            return ApiUnavailable(str(again), again.log_id)
        if again.remedy is Remedy.SEARCH_AGAIN:
            return SearchLost(f"{again} (log_id={again.log_id})")
        if again.remedy is Remedy.SMALLER_WINDOW or refusal is None:
            return SearchTooBroad(f"{again} (log_id={again.log_id})")
        return self._give_up_reading(refusal) if again.remedy is Remedy.UNREADABLE else self._doubt(refusal)

    def _give_up_reading(self, came: Refusal) -> AnswerUnreadable:
        self._keep(came)
        return AnswerUnreadable(str(came), came.log_id)

    def _doubt(self, came: Refusal) -> HarvestError:
        """The refusal is believed when all looks of the client met it for an hour; until then its tasks rest."""
        kind = f"{came.status} {came.path}"
        if came.path == self.entity.path:
            kind += f" @{hashlib.sha256(orjson.dumps(self.request)).hexdigest()[:12]}"
        until = self.meter.doubt(kind, came.received_at)
        if until:
            return AnswerDoubted(until, came.received_at, str(came), came.log_id)
        if self._has_pages and came.status == BAD_REQUEST and came.code not in SCOPE:
            return SearchTooBroad(f"TikTok took the query, but refuses to page on: {came} (log_id={came.log_id})")
        return rejection(came, self.api.credentials.base_url)

    def _remedy(self, came: Refusal) -> Remedy | None:
        """What the table says, but for a body that is broken, and for a query that TikTok took on earlier pages."""
        if came.broken and came.status in (200, 500):
            return Remedy.UNREADABLE
        helps = remedy(came.status, came.code, came.message)
        return Remedy.SECOND_LOOK if helps is Remedy.PERSON and self._has_pages and came.code not in SCOPE else helps

    @property
    def _has_pages(self) -> bool:
        """Whether TikTok has taken the query already, on earlier pages of the search."""
        return bool(self.request.get("cursor") or self.request.get("search_id"))

    def _keep(self, came: Refusal) -> None:
        self.api.keep(came.body, came.received_at)

    def _ask(self) -> Answer | Refusal:
        """What comes for a token that TikTok does not refuse, or refuses after it was renewed."""
        token = self.api.bearer(self.refused)
        self.refused = None
        came = self._count_and_post(token)
        expired = isinstance(came, Refusal) and self._remedy(came) is Remedy.RENEW_TOKEN
        if expired and not self.renewed:
            self.renewed, self.refused = True, token
            return self._ask()
        return came

    def _count_and_post(self, token: str) -> Answer | Refusal:
        self.meter.before_request(self.api.clock.now())
        self.requests += 1
        came = self._post(token)
        self.meter.after_answer(came.content.returned if isinstance(came, Answer) else None)
        return came

    def _post(self, token: str) -> Answer | Refusal:
        try:
            reply = post(
                self.api.session,
                self.api.clock,
                self.api.credentials.base_url,
                self.entity.path,
                params={"fields": ",".join(self.fields)},
                json=self.request,
                headers={"Authorization": f"Bearer {token}"},
            )
        except requests.Timeout as error:
            raise Again(Remedy.SMALLER_WINDOW, None, type(error).__name__) from error
        except requests.RequestException as error:
            raise Again(Remedy.MOMENT, None, type(error).__name__) from error
        return read(reply, self.entity)
