"""Access tokens: who may have one, whose it is, and how long it lives."""

from include.sandbox.noise import noise
from include.sandbox.refusals import Refusal, token_invalid
from include.sandbox.settings import SandboxSettings

CLIENT_KEY = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105


class Tokens:
    """The tokens issued so far."""

    def __init__(self, seed: int) -> None:
        self._seed, self._issued = seed, 0
        self._known: dict[str, tuple[str, float]] = {}

    def grant(self, form: dict, now: float, settings: SandboxSettings) -> dict:
        """A new token for the client whose key and secret are in `form`.

        Raises:
            Refusal: with the flat OAuth error's code and description.
        """
        if form.get("grant_type") != "client_credentials":
            wanted = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
            raise Refusal(settings.bad_credentials_status, wanted, "The grant type must be client_credentials.")
        client = str(form.get("client_key", ""))
        secret = {CLIENT_KEY: CLIENT_SECRET, **settings.clients}.get(client)
        if secret is None or form.get("client_secret") != secret:
            raise Refusal(settings.bad_credentials_status, "invalid_client", "Client key or secret is incorrect.")
        if settings.revoke_older_tokens:
            self.expire(client)
        self._issued += 1
        token = f"clt.sandbox{noise(self._seed, 7_000_000 + self._issued):020d}{self._issued:08d}"
        self._known[token] = (client, now + settings.token_seconds)
        return {"access_token": token, "expires_in": int(settings.token_seconds), "token_type": "Bearer"}

    def owner(self, authorization: str) -> str | None:
        """The client behind an `Authorization` header, whether its token is still alive or not."""
        scheme, _, token = authorization.partition(" ")
        return self._known.get(token.strip(), (None, 0))[0] if scheme.lower() == "bearer" else None

    def check(self, authorization: str, now: float) -> str:
        """The client behind an `Authorization` header.

        Raises:
            Refusal: 401 access_token_invalid.
        """
        client = self.owner(authorization)
        if client is None or self._known[authorization.partition(" ")[2].strip()][1] <= now:
            raise token_invalid()
        return client

    def expire(self, client: str | None = None) -> None:
        """End the life of all tokens, or of those of one client."""
        for token, (owner, _) in self._known.items():
            if client in (None, owner):
                self._known[token] = (owner, 0.0)
