"""Starts the sandbox alone: `python -m include.sandbox --help`."""

import argparse
import json
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from pydantic import ValidationError

from include.sandbox.sandbox import Sandbox
from include.sandbox.server import LOOPBACK, configuration, listen
from include.sandbox.settings import SandboxSettings


def main() -> None:
    """Listen until Ctrl-C."""
    arguments = vars(_parser().parse_args())
    host, port = arguments.pop("host"), arguments.pop("port")
    chosen = {name: _parse(text) for name, text in arguments.items() if text is not None}
    try:
        settings = SandboxSettings.model_validate(chosen)
        sock, sandbox = listen(host, port, settings)
    except (ValidationError, OSError) as error:
        sys.exit(f"sandbox: {error}")
    sys.stdout.write(introduction(sandbox))
    sys.stdout.flush()
    # uvicorn stops cleanly on Ctrl-C and then raises it again.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configuration(sandbox)).run([sock])


def introduction(sandbox: Sandbox) -> str:
    """How to point a client at `sandbox`."""
    form = f"client_key={sandbox.client_key}&client_secret={sandbox.client_secret}&grant_type=client_credentials"
    return f"""sandbox of the TikTok Research API, synthetic data only (seed {sandbox.settings.seed})
  base URL       {sandbox.url}
  client key     {sandbox.client_key}
  client secret  {sandbox.client_secret}
  try it         curl -s -d '{form}' {sandbox.url}/v2/oauth/token/
  admin          {sandbox.url}/_admin
Ctrl-C stops it; docs/sandbox.md explains every switch.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m include.sandbox", description="A sandbox of the TikTok Research API."
    )
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=8700, help="port to listen on, 0 for a free one (default: 8700)")
    for name, field in SandboxSettings.model_fields.items():
        text = (field.description or "").replace("%", "%%")
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="VALUE", help=f"{text} (default: {field.default})")
    return parser


def _parse(text: str) -> Any:
    """A value as JSON, or the plain text where it is no JSON: 10, false, ["a"], 2026-01-01."""
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
