"""What goes over the wire: one request, one reply, bounded in time and size; redirects are not followed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError

from include.tiktok.clock import Clock

#: Seconds to connect, and to wait for the next bytes.
TIMEOUT = (10, 120)

#: Seconds after which no more bytes of an answer are waited for, however steadily they come.
SECONDS = 120

#: Bytes of the largest answer; a page of 100 records has some 200,000.
LARGEST = 64 * 2**20

CHUNK = 2**16


class TooSlow(requests.Timeout):
    """An answer that did not end in time."""


class TooLarge(requests.RequestException):
    """An answer larger than a page can be."""


@dataclass(frozen=True)
class Reply:
    """What came over the wire from `path`, and when by TikTok's clock."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


def post(session: requests.Session, clock: Clock, base_url: str, path: str, **sent: Any) -> Reply:
    """What the host of `base_url` replies; a redirect is not followed, as it would take the credentials elsewhere.

    `verify` goes with each call: what only the session says about certificates gives way to REQUESTS_CA_BUNDLE.

    Raises:
        requests.RequestException: nothing came, or not all of it, or too late, or too much.
    """
    ends = monotonic() + SECONDS
    sent |= {"stream": True, "allow_redirects": False, "timeout": TIMEOUT, "verify": session.verify}
    with session.post(base_url + path, **sent) as response:
        at = clock.hear(base_url, response.headers.get("Date", ""))
        return Reply(path, response.status_code, response.headers, _body(response.raw, ends), at)


def _body(wire: BaseHTTPResponse, ends: float) -> bytes:
    """What comes until `ends`; requests itself would wait for ever for an answer that drips."""
    body = bytearray()
    try:
        while chunk := wire.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > LARGEST:
                raise TooLarge
            if monotonic() > ends:
                raise TooSlow
    except ReadTimeoutError as error:
        raise requests.ReadTimeout from error
    except HTTPError as error:
        raise requests.ConnectionError from error
    return bytes(body)
