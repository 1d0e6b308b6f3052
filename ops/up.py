"""make up: Airflow with its UI, and the sandbox with the sample research project, until Ctrl-C."""

import os
import signal

from include.sandbox.server import running as sandbox_running
from ops.local_airflow import running as airflow_running
from ops.sample import DAG_ID, SANDBOX, register, sample_project

PORT = int(os.environ.get("ICANDID_UI_PORT", "8080"))


def main() -> None:
    """Start everything and wait to be interrupted."""
    with sandbox_running(SANDBOX) as sandbox, airflow_running(PORT) as airflow:
        register(airflow, sandbox, sample_project())
        print(f"Airflow      {airflow.url}  (no login on this machine)", flush=True)
        print(f"sandbox      {sandbox.url}  (switches: docs/sandbox.md)")
        print(f"try          trigger {DAG_ID}; stop with Ctrl-C", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("stopping")


if __name__ == "__main__":
    main()
