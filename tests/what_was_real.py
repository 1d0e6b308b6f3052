"""What the tests of iCANDID ran against; the last lines of the report say so, whichever process ran them."""

from collections.abc import Mapping
from typing import Any

import pytest

engines: set[str] = set()
"""The search engines, real or not, with their versions."""

servers: set[str] = set()
"""The databases, with their versions."""

absent: dict[str, str] = {}
"""Why tests did without a server."""


def lines() -> list[str]:
    """Nothing when no test asked for any of them."""
    without = "".join(f"; not on {name}: {reason}" for name, reason in sorted(absent.items()))
    said = [f"search index: tested on {', '.join(sorted(engines))}"] if engines else []
    if servers or absent:
        said.append(f"registry: tested on {', '.join(['SQLite', *sorted(servers)])}{without}")
    return said


def pytest_sessionfinish(session: Any) -> None:
    """A worker of xdist hands over what it knows."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["what_was_real"] = {
            "engines": sorted(engines),
            "servers": sorted(servers),
            "absent": absent,
        }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The process that reports takes it; a worker that crashed has left nothing."""
    told: Mapping[str, Any] = getattr(node, "workeroutput", {}).get("what_was_real", {})
    engines.update(told.get("engines", []))
    servers.update(told.get("servers", []))
    absent.update(told.get("absent", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in lines():
        terminalreporter.write_line(line)
