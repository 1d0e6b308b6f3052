"""An Airflow home that is made for a benchmark and goes with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.apart import ROOT


@contextmanager
def airflow_home(folder: str, dags: Path = ROOT / "dags") -> Iterator[None]:
    """Airflow's settings as `make demo` has them, in the environment, with a fresh database in `folder`."""
    before = dict(os.environ)
    lines = (ROOT / "airflow.env").read_text().splitlines()
    os.environ |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    os.environ |= {
        "AIRFLOW_HOME": folder,
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "ICANDID_STORAGE": f"file://{folder}/storage",
        "PYTHONPATH": str(ROOT),
    }
    try:
        subprocess.run(airflow("db", "migrate"), check=True, capture_output=True)
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def airflow(*words: str) -> list[str]:
    """A command of Airflow's."""
    return [str(Path(sys.executable).with_name("airflow")), *words]
