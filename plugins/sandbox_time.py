"""Time that passes at once: against the sandbox, whoever waits moves the sandbox's clock instead.

For chaos runs and tests through Airflow. Set ICANDID_TIME=sandbox; it is refused for any API that is not on loopback.
"""

import os
from urllib.parse import urlsplit

import requests

from include.domain.errors import SettingInvalid
from include.tiktok.clock import LOOPBACK


def moves_clock() -> bool:
    """Whether waits move the sandbox's clock in this process."""
    return os.environ.get("ICANDID_TIME") == "sandbox"


def pass_time(base_url: str, seconds: float) -> None:
    """Move the clock of the sandbox at `base_url` forward.

    Raises:
        SettingInvalid: this is not a sandbox on this machine.
    """
    if urlsplit(base_url).hostname not in LOOPBACK:
        raise SettingInvalid(f"ICANDID_TIME=sandbox moves the clock of a sandbox on this machine, not of {base_url}.")
    requests.post(f"{base_url}/_admin/clock", json={"advance_seconds": seconds}, timeout=10).raise_for_status()
