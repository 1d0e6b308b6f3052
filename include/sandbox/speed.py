"""How fast the sandbox itself is, to be told next to any harvest figure: `python -m include.sandbox.speed`."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from include.sandbox.corpus import EVERYTHING
from include.sandbox.records import VIDEO_FIELDS
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET

WITHOUT_LIMITS = ("--search-ready-seconds", "0", "--requests-per-day", "1000000", "--records-per-day", "100000000")
TEN_MILLION_A_YEAR = "27400"


def main() -> None:
    """Measure a sandbox in a process of its own, one connection, every field, pages of 100."""
    with _started("--videos-per-day", "700") as (connection, seconds):
        sys.stdout.write(f"start to first token: {seconds:.2f} s\n")
        first, rate, pages = measure(connection)
        sys.stdout.write(f"{pages} pages: {rate:.0f} pages per second, first page after {first * 1000:.0f} ms\n")
    with _started("--videos-per-day", TEN_MILLION_A_YEAR) as (connection, _):
        first, rate, pages = measure(connection, most=300)
        sys.stdout.write(f"ten million videos a year, {pages} pages: {rate:.0f} pages per second, ")
        sys.stdout.write(f"first page after {first * 1000:.0f} ms\n")


def measure(connection: HTTPConnection, most: int = 1000) -> tuple[float, float, int]:
    """Seconds to the first page, pages per second after it, and pages, of a search for everything in 30 days."""
    headers = {"Authorization": f"Bearer {_token(connection)}"}
    body: dict[str, Any] = {"query": EVERYTHING, "start_date": "20260101", "end_date": "20260130", "max_count": 100}
    begin, first, pages, more = time.perf_counter(), 0.0, 0, True
    while more and pages < most:
        path = f"/v2/research/video/query/?fields={','.join(VIDEO_FIELDS)}"
        data = json.loads(_post(connection, path, json.dumps(body), headers))["data"]
        body |= {"cursor": data["cursor"], "search_id": data["search_id"]}
        pages, more = pages + 1, data["has_more"]
        first = first or time.perf_counter() - begin
    return first, (pages - 1) / (time.perf_counter() - begin - first), pages


@contextmanager
def _started(*options: str) -> Iterator[tuple[HTTPConnection, float]]:
    command = [sys.executable, "-m", "include.sandbox", "--port", "0", *WITHOUT_LIMITS, *options]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            lines = iter(process.stdout or ())
            address = next(line for line in lines if "base URL" in line).rsplit("/", 1)[1].strip()
            connection = HTTPConnection(address)
            _token(connection)
            yield connection, time.perf_counter() - begin
        finally:
            process.terminate()


def _token(connection: HTTPConnection) -> str:
    form = f"client_key={CLIENT_KEY}&client_secret={CLIENT_SECRET}&grant_type=client_credentials"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return str(json.loads(_post(connection, "/v2/oauth/token/", form, kind))["access_token"])


def _post(connection: HTTPConnection, path: str, body: str, headers: dict[str, str]) -> bytes:
    connection.request("POST", path, body, headers)
    return connection.getresponse().read()


if __name__ == "__main__":
    main()
