"""The client of the TikTok Research API: one call, one page, and what a refusal means.

Source: TikTok docs, `research-api-specs-query-videos`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected, HarvestError, QuotaExhausted, RequestRejected
from include.domain.page import Cursor
from include.domain.window import Window
from include.tiktok.answer import Answer, Refusal, read
from include.tiktok.token import Credentials, bearer
from include.tiktok.verdicts import Remedy, remedy

PAGE = 100
"""Records asked for in one request: the most TikTok allows; every smaller page costs the same."""

TIMEOUT = (10, 120)
VIDEOS = "videos"


@dataclass(frozen=True)
class ResearchApi:
    """The TikTok Research API as one API client sees it."""

    session: requests.Session
    credentials: Credentials

    def videos(self, request: Mapping[str, Any], fields: Sequence[str]) -> tuple[Answer, int]:
        """One page of videos, and the requests it cost.

        Raises:
            ApiUnavailable: TikTok could not answer this time.
            QuotaExhausted: the client's quota of this UTC day is used up.
            RequestRejected: TikTok refuses this request for good.
            CredentialsRejected: TikTok does not accept the API client.
        """
        return self._page("/v2/research/video/query/", VIDEOS, request, fields)

    def _page(self, path: str, key: str, request: Mapping[str, Any], fields: Sequence[str]) -> tuple[Answer, int]:
        token = bearer(self.session, self.credentials)
        came = self._ask(path, key, request, fields, token)
        spent = 1
        if isinstance(came, Refusal) and _remedy(came) is Remedy.RENEW_TOKEN:
            came = self._ask(path, key, request, fields, bearer(self.session, self.credentials, refused=token))
            spent = 2
        if isinstance(came, Refusal):
            raise _error(came)
        return came, spent

    def _ask(
        self, path: str, key: str, request: Mapping[str, Any], fields: Sequence[str], token: str
    ) -> Answer | Refusal:
        try:
            response = self.session.post(
                self.credentials.base_url + path,
                params={"fields": ",".join(fields)},
                json=request,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
            )
        except requests.RequestException as error:
            raise ApiUnavailable(type(error).__name__) from error
        return read(response, key, request)


def video_request(query: Mapping[str, Any], window: Window, cursor: Cursor | None) -> dict[str, Any]:
    """The body that asks for one page: identical on every page of a search, but for cursor and search id."""
    request: dict[str, Any] = {
        "query": query,
        "start_date": f"{window.start:%Y%m%d}",
        "end_date": f"{window.end:%Y%m%d}",
        "max_count": PAGE,
    }
    if cursor:
        request["cursor"] = cursor.index
        if cursor.search_id:
            request["search_id"] = cursor.search_id
    return request


def _remedy(refused: Refusal) -> Remedy | None:
    return remedy(refused.status, refused.code, refused.message)


def _error(refused: Refusal) -> HarvestError:
    match _remedy(refused):
        case Remedy.TOMORROW:
            midnight = refused.received_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return QuotaExhausted(midnight, refused.log_id)
        case Remedy.PERSON:
            return RequestRejected(refused.status, refused.code, refused.message, refused.log_id)
        case Remedy.RENEW_TOKEN:
            return CredentialsRejected(f"TikTok refuses a token it has just given (log_id={refused.log_id}).")
        case _:
            return ApiUnavailable(str(refused), refused.log_id)
