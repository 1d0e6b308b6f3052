"""The access token of an API client: cached for the process, renewed before it ends and once when it is refused.

Source: TikTok docs, `client-access-token-management`; the endpoint may report failure with HTTP 200.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import requests

from include.domain.errors import ApiUnavailable, CredentialsRejected
from include.tiktok.answer import parsed, post, redirected, refusal
from include.tiktok.verdicts import REDIRECTS

RENEW_AT = 0.9
"""The part of its life after which a token is renewed."""


@dataclass(frozen=True)
class Token:
    """A bearer token, and the moment by this process's monotonic clock at which to renew it."""

    text: str
    renew_at: float


_tokens: dict[tuple[str, str], Token] = {}


@dataclass(frozen=True)
class Credentials:
    """An API client at one base URL. `on_token` is told every new token, so that logs can mask it."""

    base_url: str
    client_key: str
    client_secret: str
    on_token: Callable[[str], None]

    def __repr__(self) -> str:
        return f"Credentials({self.base_url})"


def bearer(session: requests.Session, credentials: Credentials, refused: str | None = None) -> str:
    """A token that is neither at its end nor the one TikTok just `refused`.

    Raises:
        CredentialsRejected: TikTok does not know this client, or its secret is wrong.
        SettingInvalid: the host of the connection redirects.
        ApiUnavailable: the token endpoint could not answer.
    """
    client = (credentials.base_url, credentials.client_key)
    token = _tokens.get(client)
    if token is None or token.text == refused or time.monotonic() >= token.renew_at:
        token = _tokens[client] = _new(session, credentials)
    return token.text


def _new(session: requests.Session, credentials: Credentials) -> Token:
    form = {
        "client_key": credentials.client_key,
        "client_secret": credentials.client_secret,
        "grant_type": "client_credentials",
    }
    try:
        reply = post(session, credentials.base_url, "/v2/oauth/token/", data=form)
    except requests.RequestException as error:
        raise ApiUnavailable(f"token endpoint: {type(error).__name__}") from error
    if reply.status in REDIRECTS:
        raise redirected(credentials.base_url, refusal(reply, {}))
    answer = parsed(reply.body)
    if not isinstance(answer, dict):
        raise ApiUnavailable(f"token endpoint: HTTP {reply.status} without JSON")
    if "access_token" not in answer:
        _refuse(answer)
    credentials.on_token(answer["access_token"])
    return Token(answer["access_token"], time.monotonic() + RENEW_AT * answer.get("expires_in", 7200))


def _refuse(answer: dict) -> None:
    code, log_id = answer.get("error"), answer.get("log_id")
    if code in ("invalid_client", "unauthorized_client", "access_denied", "invalid_grant", "invalid_scope"):
        raise CredentialsRejected(
            f"TikTok does not accept this API client: {code} (log_id={log_id}). "
            "Correct login (client key) and password (client secret) of the project's connection."
        )
    raise ApiUnavailable(f"token endpoint: {code}", log_id)
