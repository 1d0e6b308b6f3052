"""The sandbox in a process of its own, so that nothing it costs counts as ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests

from bench.apart import ROOT
from include.sandbox.tokens import CLIENT_KEY, CLIENT_SECRET

ENDLESS = 10**9
TOKEN, SEARCH = "/v2/oauth/token/", "/v2/research/video/query/"


@contextmanager
def sandbox_apart(**settings: Any) -> Iterator[str]:
    """Its address; without a quota of its own, and with searches that live on when the clock is moved."""
    chosen: dict[str, Any] = {"requests_per_day": ENDLESS, "records_per_day": ENDLESS, "search_life_seconds": ENDLESS}
    chosen |= {"search_ready_seconds": 0, "removed_share": 0, "token_seconds": ENDLESS, **settings}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in chosen.items()]
    command = [sys.executable, "-m", "include.sandbox", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield next(line for line in process.stdout or () if "base URL" in line).split()[-1]
        finally:
            process.terminate()


def move_clock(url: str, to: datetime) -> None:
    """Set the sandbox's clock."""
    requests.post(f"{url}/_admin/clock", json={"now": to.isoformat()}, timeout=30).raise_for_status()


def token(session: requests.Session, url: str) -> str:
    """A token for a client that is not ours."""
    form = {"client_key": CLIENT_KEY, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    return str(json.loads(session.post(f"{url}{TOKEN}", data=form, timeout=30).content)["access_token"])
