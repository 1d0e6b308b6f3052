"""The access token of an API client: cached for the process, renewed before it ends and once when it is refused.

Source: TikTok docs, `client-access-token-management`; the endpoint may report failure with HTTP 200.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

import requests

from include.domain.errors import CredentialsRejected, Person
from include.tiktok.answer import error_in, parsed
from include.tiktok.refusal import Refusal, redirected, refusal
from include.tiktok.retries import Again
from include.tiktok.verdicts import REDIRECTS, Remedy
from include.tiktok.wire import post

RENEW_AT = 0.9
"""The part of its life after which a token is renewed."""

LIFE = 7200.0
"""Seconds that a token lives; none is believed to live longer."""

NEVER = ("invalid_client", "unauthorized_client", "access_denied", "invalid_grant", "invalid_scope")


@dataclass(frozen=True)
class Token:
    """A bearer token, and the moment by this process's monotonic clock at which to renew it."""

    text: str = field(repr=False)
    renew_at: float


_tokens: dict[tuple[str, str], Token] = {}
_locks: dict[tuple[str, str], Lock] = {}


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
    """A token that is neither at its end nor the one TikTok just `refused`; threads that need a new one get the same.

    Raises:
        CredentialsRejected: TikTok does not know this client, or its secret is wrong.
        SettingInvalid: the host of the connection redirects.
        Again: the token endpoint could not answer; nothing but a moment helps.
    """
    client = (credentials.base_url, credentials.client_key)
    with _locks.setdefault(client, Lock()):
        token = _tokens.get(client)
        if token is None or token.text == refused or monotonic() >= token.renew_at:
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
        raise Again(Remedy.MOMENT, None, f"token endpoint: {type(error).__name__}") from error
    found = parsed(reply.body)
    answer = found if isinstance(found, dict) else {}
    text = _sendable(answer.get("access_token"))
    if not text:
        raise _refused(refusal(reply, {**error_in(answer), "message": "no access token"}), credentials)
    credentials.on_token(text)
    return Token(text, monotonic() + RENEW_AT * _life(answer.get("expires_in")))


def _sendable(text: object) -> str:
    """The token when a header can carry it, else nothing: requests would quote it in its exception."""
    return text if isinstance(text, str) and text.isascii() and text.isprintable() and " " not in text else ""


def _life(expires_in: object) -> float:
    """Seconds, whether they came as a number or as text; what is documented where they are neither."""
    try:
        seconds = float(str(expires_in))
    except ValueError:
        return LIFE
    return seconds if 0 <= seconds < LIFE else LIFE


def _refused(refused: Refusal, credentials: Credentials) -> Person | Again:
    if refused.status in REDIRECTS:
        return redirected(credentials.base_url, refused)
    if refused.code in NEVER:
        return CredentialsRejected(
            f"TikTok does not accept this API client: {refused.code} (log_id={refused.log_id}). "
            "Correct login (client key) and password (client secret) of the project's connection."
        )
    return Again(Remedy.MOMENT, refused, f"token endpoint: {refused}", refused.retry_after)
