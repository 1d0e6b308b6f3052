"""What passes between a client and the sandbox: a call, an answer, the reply on the wire, an entry of the ledger."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from include.sandbox.refusals import cursor_rejected, invalid

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Call:
    """One request to the API, its body parsed; `body` is None when it was no JSON object and no form.

    `fault` is the kind of fault it meets: `api.handle` sets it.
    """

    endpoint: str
    body: dict[str, Any] | None
    fields: str = ""
    authorization: str = ""
    fault: str | None = None


@dataclass(frozen=True)
class Answer:
    """What an endpoint found: `data`, how many records that is, and the message that goes with `ok`.

    `poison` is what makes its bytes unreadable.
    """

    data: dict[str, Any] | None
    records: int = 0
    message: str = ""
    status: int = 200
    text: str | None = None
    batch: bool = False
    poison: str | None = None


@dataclass
class Reply:
    """What goes over the wire.

    `wait`: seconds before it goes; `drop`: bytes that are sent before the connection breaks; `ahead`: by how many
    seconds its date is wrong.
    """

    status: int
    content: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0
    drop: int | None = None
    ahead: float = 0


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: a request, how it was answered and what it cost."""

    time: datetime
    endpoint: str
    client: str | None
    status: int
    code: str
    fault: str | None
    requests: int
    records: int
    log_id: str
    asked: Mapping[str, Any]


def number(body: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """An integer of the request body; digits in a string count as one.

    Raises:
        Refusal: it is missing without a default, or no integer of 64 bits.
    """
    found = body.get(name)
    if found is None and default is not None:
        return default
    if isinstance(found, str) and re.fullmatch(r"-?\d{1,20}", found, re.ASCII):
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool) or not -(1 << 63) <= found < 1 << 64:
        raise invalid(f"{name} must be a number")
    return found


def page_size(body: Mapping[str, Any], default: int) -> int:
    """`max_count` of the request body, from 1 to 100.

    Raises:
        Refusal: it is outside.
    """
    size = number(body, "max_count", default)
    if not 1 <= size <= 100:
        raise cursor_rejected()
    return size


def username(body: Mapping[str, Any]) -> str:
    """`username` of the request body.

    Raises:
        Refusal: it is missing or no text.
    """
    found = body.get("username")
    if not isinstance(found, str) or not found:
        raise invalid("username is required")
    return found
