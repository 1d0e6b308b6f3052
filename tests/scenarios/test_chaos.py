"""A short version of `make chaos`, through Airflow's own processes."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_a_tormented_harvest_ends_with_exactly_the_expected_videos(tmp_path):
    """Random faults, kill -9 of task processes, and a quota that runs out twice.

    How few requests it took is judged by the long version only: here a single page asked for twice weighs too much.
    """
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "ICANDID_STORAGE": f"file://{tmp_path}/storage",
        "PYTHONPATH": str(ROOT),
    }
    airflow = str(Path(sys.executable).with_name("airflow"))
    subprocess.run([airflow, "db", "migrate"], env=environment, check=True, capture_output=True)
    chaos = [sys.executable, "-m", "ops.chaos", "--seeds", "1", "--first", "7", "--videos", "3000"]
    ended = subprocess.run(chaos, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert "state=success" in ended.stdout, ended.stdout + ended.stderr
    assert "missing=0 unexpected=0 duplicates=0" in ended.stdout, ended.stdout
    assert re.search(r"failures=[1-9]\d* kills=[1-9] waits=[1-9]", ended.stdout), ended.stdout
