"""make demo: a registered research project becomes a collection in iCANDID, inside Airflow, with nothing to set up."""

import os
import sys
import time

from include.domain.manifest import UnitManifest
from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.sandbox.server import running as sandbox_running
from include.storage.manifests import read_dataset, read_units
from include.storage.objects import open_storage
from include.storage.project_store import ProjectStore
from ops.local_airflow import free_port
from ops.local_airflow import running as airflow_running
from ops.rest import Airflow
from ops.sample import DAG_ID, PROJECT_ID, SANDBOX, register, sample_project

MINUTES = 3


def main() -> None:
    """Run the demo; any failure ends it with a message and exit code 1."""
    started = time.monotonic()
    if not os.environ["ICANDID_STORAGE"].startswith("file://"):
        sys.exit("demo: it shows files on this disk; unset ICANDID_STORAGE, or set it to file:///folder")
    print("demo: starting the sandbox of the TikTok Research API, and Airflow (scheduler, API, DAG processor)")
    with sandbox_running(SANDBOX) as sandbox, airflow_running(free_port()) as airflow:
        print(f"demo: registering the research project {PROJECT_ID}: Variable and connection")
        register(airflow, sandbox, sample_project())
        airflow.wait_for_dag(DAG_ID, seconds=60)
        run_id = airflow.trigger(DAG_ID)
        print(f"demo: {DAG_ID} runs: plan_windows >> harvest_window >> merge_dataset >> register_dataset")
        state = airflow.wait_for_run(DAG_ID, run_id, seconds=60 * MINUTES)
        if state != "success":
            sys.exit(f"demo: the run ended as {state}; its logs are in {os.environ['AIRFLOW_HOME']}/logs")
        _report(airflow, run_id, time.monotonic() - started)


def _report(airflow: Airflow, run_id: str, seconds: float) -> None:
    store = ProjectStore.of(open_storage(os.environ["ICANDID_STORAGE"]), PROJECT_ID)
    windows, dataset = read_units(store), read_dataset(store)
    planned = airflow.result(DAG_ID, run_id, "plan_windows")
    registration = airflow.result(DAG_ID, run_id, "register_dataset")
    root = store.objects.url.removeprefix("file://")
    note = airflow.note(DAG_ID, run_id).replace("\n", "\n" + 16 * " ")
    print(f"  note          {note}")
    if planned:
        for window in windows:
            print(f"  window {_line(window)}")
    else:
        print("  nothing was left to harvest: every day of the period is covered")
    row = Registry(registry_engine(f"sqlite:///{root}/registry.sqlite")).row(PROJECT_ID)
    if row is None or dataset is None:
        sys.exit("demo: the collection was not registered")
    print(f"  dataset       {root}/{store.layout.dataset}<yyyy-mm>.parquet ({dataset.rows} videos, synthetic)")
    print(f"  records       {root}/{store.layout.records} ({registration['sent']} put by this run)")
    print(f"  registry row  {root}/registry.sqlite, table datasets: {row['name']!r}, {row['recordcount']} records,")
    print(f"                {row['from']} to {row['until']}, languages {', '.join(row['languages'])}")
    print(f"  took          {seconds:.0f} s")
    print("  look at it    make up, then open http://127.0.0.1:8080 (no login on this machine)")
    print(f"demo: {dataset.rows} videos in {len(windows)} windows registered as {row['internalident']}")


def _line(window: UnitManifest) -> str:
    counts = window.result.counts
    return (
        f"{window.start} to {window.end}: {counts.pages} pages, {counts.requests} requests, "
        f"{counts.found} videos of {counts.hits} hits, {window.state}"
    )


if __name__ == "__main__":
    main()
