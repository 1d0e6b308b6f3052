"""Keyed pseudonyms: the same for the same thing throughout a research project, and unknown to whoever lacks the key."""

import hashlib
import hmac

LENGTH = 24
"""Hex digits: 96 bits, so that ten million accounts share none (odds of one in 10^15)."""

SHORTEST_KEY = 32
"""Characters. A handle can be guessed, so that everything rests on the key."""


class Pseudonyms:
    """The pseudonyms of one project. Its key is derived from the deployment's, so that projects cannot be joined."""

    def __init__(self, key: str, project_id: str) -> None:
        self._key = _mac(key.encode(), f"project {project_id}")

    def of(self, kind: str, value: object) -> str:
        """The pseudonym of a `value` among those of its `kind`."""
        return _mac(self._key, f"{kind} {value}").hex()[:LENGTH]

    @property
    def key_id(self) -> str:
        """Tells whether two exports share their key, and nothing else of it."""
        return _mac(self._key, "key id").hex()[:8]


def _mac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode("utf-8", "surrogatepass"), hashlib.sha256)
