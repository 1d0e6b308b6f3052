"""The access token of an API client: kept by the task, renewed before it ends and once when it is refused.

Source: TikTok docs, `client-access-token-management`; the endpoint may report failure with HTTP 200.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import requests

from include.domain.errors import CredentialsRejected
from include.tiktok.answer import error_in
from include.tiktok.clock import Clock
from include.tiktok.parse import parse
from include.tiktok.refusal import Refusal, refusal
from include.tiktok.retries import Again
from include.tiktok.verdicts import Remedy
from include.tiktok.wire import post

PATH = "/v2/oauth/token/"

#: The part of its life after which a token is renewed.
RENEW_AT = 0.9

#: Seconds that a token lives; none is believed to live longer.
LIFE = 7200.0

#: What the endpoint says of a client that is unknown or not allowed; nothing but a person helps.
NEVER = ("invalid_client", "unauthorized_client", "access_denied", "invalid_grant", "invalid_scope")


@dataclass(frozen=True)
class Token:
    """A bearer token, and the seconds that it lives."""

    text: str = field(repr=False)
    life: float


@dataclass(frozen=True)
class Credentials:
    """An API client at one base URL. `on_token` is told every new token, so that logs can mask it."""

    base_url: str
    client_key: str
    client_secret: str
    on_token: Callable[[str], None]

    def __repr__(self) -> str:
        return f"Credentials({self.base_url})"


@dataclass
class TokenCache:
    """The token of one API client; threads that need a new one at the same time get the same."""

    monotonic: Callable[[], float] = time.monotonic
    token: Token | None = None
    renew_at: float = 0.0
    lock: Lock = field(default_factory=Lock, repr=False)

    def bearer(self, request: Callable[[], Token], refused: str | None = None) -> str:
        """A token that is neither at its end nor the one TikTok just `refused`; a new one comes from `request`."""
        with self.lock:
            if self.token is None or self.token.text == refused or self.monotonic() >= self.renew_at:
                self._renew(request)
            return self.token.text if self.token else ""

    def renew(self, request: Callable[[], Token]) -> None:
        """Have a new token, whatever there is."""
        with self.lock:
            self._renew(request)

    def _renew(self, request: Callable[[], Token]) -> None:
        self.token = request()
        self.renew_at = self.monotonic() + RENEW_AT * self.token.life


def request_token(session: requests.Session, clock: Clock, credentials: Credentials) -> Token:
    """A new token.

    Raises:
        CredentialsRejected: TikTok does not know this client, or its secret is wrong.
        Again: the token endpoint could not answer, or answered oddly.
    """
    form = {
        "client_key": credentials.client_key,
        "client_secret": credentials.client_secret,
        "grant_type": "client_credentials",
    }
    try:
        reply = post(session, clock, credentials.base_url, PATH, data=form)
    except requests.RequestException as error:
        raise Again(Remedy.MOMENT, None, f"token endpoint: {type(error).__name__}") from error
    answer = parse(reply.body).value
    found: dict[str, Any] = answer if isinstance(answer, dict) else {}
    text = _sendable(found.get("access_token"))
    if not text:
        raise _failure(refusal(reply, {"message": "no access token"} | _named(error_in(found))))
    credentials.on_token(text)
    return Token(text, _life(found.get("expires_in")))


def _named(error: Any) -> dict[str, Any]:
    """Code and log id of the endpoint's error; what else it says may hold what was sent."""
    return {name: error.get(name) for name in ("code", "log_id")}


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


def _failure(refused: Refusal) -> CredentialsRejected | Again:
    if refused.code in NEVER:
        return CredentialsRejected(
            f"TikTok does not accept this API client: {refused.code} (log_id={refused.log_id}). "
            "Correct login (client key) and password (client secret) of the project's connection."
        )
    is_odd = 300 <= refused.status < 500 and refused.status not in (408, 429)
    helps = Remedy.SECOND_LOOK if is_odd else Remedy.MOMENT
    return Again(helps, refused, f"token endpoint: {refused}", refused.retry_after)
