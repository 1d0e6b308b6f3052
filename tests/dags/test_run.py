"""A research project harvested through Airflow itself, against the sandbox."""

import json
import logging
import re
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.storage.layout import ProjectLayout
from include.storage.leases import take
from include.storage.manifests import read_dataset, read_units
from include.storage.project_store import ProjectStore
from include.tiktok.query import query_of
from plugins.wiring import next_run_id
from tests.airflow_server import airflow_server
from tests.conftest import AIRFLOW_HOME
from tests.dags.runs import result, run, states
from tests.projects import PROJECT, project

DAG_ID = "harvest__tiktok_query_0000005"
LAYOUT = ProjectLayout("tiktok_query_0000005")
PERIOD = {"start": "2026-01-20", "end": "2026-02-08"}
ALL_GREEN = {
    "plan_windows": {"success"},
    "harvest_window": {"success"},
    "merge_dataset": {"success"},
    "register_dataset": {"success"},
    "start_next_run": {"skipped"},
}


def found(tiktok, start, end):
    """The ids that the search finds, by what the sandbox knows of itself."""
    return {video.id for video in tiktok.corpus.search(query_of(project()), start, end, tiktok.clock.now())}


@pytest.fixture
def harvested(metadata, register, parse, storage, tiktok, capfd, caplog):
    """The project after its first run."""
    register(period=PERIOD, window_days=15)
    tiktok.forget_ledger()
    with caplog.at_level(logging.DEBUG, logger="include"), caplog.at_level(logging.DEBUG, logger="plugins"):
        yield run(parse()[DAG_ID])


def test_a_registered_project_becomes_a_registered_collection(harvested, parse, storage, tiktok, caplog, capfd):
    first = harvested
    assert states(first) == ALL_GREEN
    assert result(first, "plan_windows") == ["2026-01-20_2026-02-03", "2026-02-04_2026-02-08"]
    labels = [one.rendered_map_index for one in first.get_task_instances() if one.task_id == "harvest_window"]
    assert sorted(labels) == ["2026-01-20 to 2026-02-03", "2026-02-04 to 2026-02-08"]

    expected = len(found(tiktok, date(2026, 1, 20), date(2026, 2, 8)))
    assert expected > 100
    store = ProjectStore(storage, LAYOUT)
    assert read_dataset(store).rows == expected
    assert sum(unit.result.counts.found for unit in read_units(store)) == expected
    assert len(storage.paths(LAYOUT.records)) == expected
    row = Registry(registry_engine(f"sqlite:///{storage.url.removeprefix('file://')}/registry.sqlite")).row(
        "tiktok_query_0000005"
    )
    assert (row["name"], row["recordcount"]) == (PROJECT["title"], expected)
    assert result(first, "register_dataset")["sent"] == expected
    _summaries_hold_no_record(first)

    said = caplog.text + "".join(capfd.readouterr())
    _no_secret_is_in(said, tiktok)
    _no_secret_is_in("".join(map(_text, _files(AIRFLOW_HOME / "logs"))), tiktok)
    _no_secret_is_in("".join(map(_text, _files(Path(storage.url.removeprefix("file://"))))), tiktok, usernames=False)

    asked, written = len(tiktok.ledger), _bytes_of(storage)
    second = run(parse()[DAG_ID])
    assert second.state == "success"
    assert result(second, "plan_windows") == []
    assert [entry for entry in tiktok.ledger[asked:] if entry.endpoint == "video/query"] == []
    assert result(second, "register_dataset")["sent"] == 0
    assert result(second, "register_dataset")["registry_row"] == "unchanged"
    after = _bytes_of(storage)
    del written[LAYOUT.rollup]  # learns of the units that were put within two seconds before the first merge
    assert {path: after[path] for path in written} == written, "a run without news changed something"


def test_a_form_with_dates_harvests_those_days_only(metadata, register, parse, storage, tiktok):
    register(period=PERIOD)
    done = run(parse()[DAG_ID], start_date="2026-02-01", end_date="2026-02-02")
    assert states(done) == ALL_GREEN
    store = ProjectStore(storage, LAYOUT)
    assert [unit.name for unit in read_units(store)] == ["2026-02-01_2026-02-02"]
    assert read_dataset(store).rows == len(found(tiktok, date(2026, 2, 1), date(2026, 2, 2)))


def test_a_dry_run_stops_after_its_plan_and_notes_what_a_run_would_cost(
    metadata, register, parse, storage, tiktok, monkeypatch
):
    register(period=PERIOD)
    tiktok.forget_ledger()
    with airflow_server() as airflow:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", airflow.url)
        airflow.all_admins, airflow.notes = True, AnyRun()
        done = run(parse()[DAG_ID], dry_run=True)
    assert states(done)["plan_windows"] == {"success"}
    assert states(done)["merge_dataset"] == states(done)["start_next_run"] == {"skipped"}
    assert len([entry for entry in tiktok.ledger if entry.endpoint == "video/query"]) == 5
    (note,) = airflow.notes.values()
    assert re.fullmatch(
        r"1 window of 20 days, some \d+ requests \(\d+ to \d+\), 1 day of quota, by 5 sampled days", note
    )
    assert done.get_task_instance("plan_windows").xcom_pull(task_ids="plan_windows", key="estimate") == note
    assert quote(done.run_id, safe="") in next(iter(airflow.notes))


def test_a_dry_run_of_a_project_that_does_not_sample_asks_tiktok_for_nothing(
    metadata, register, parse, storage, tiktok, monkeypatch
):
    register(period=PERIOD, sample=False)
    tiktok.forget_ledger()
    done = run(parse()[DAG_ID], dry_run=True)
    assert states(done)["plan_windows"] == {"success"}
    assert tiktok.ledger == []
    cost = done.get_task_instance("plan_windows").xcom_pull(task_ids="plan_windows", key="estimate")
    assert cost == "1 window of 20 days; requests unknown, no window of this query is complete"


@pytest.fixture
def started(metadata):
    """Id to form of the runs that tasks have triggered; they are gone after the test."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    def read():
        with create_session() as session:
            found = session.query(DagRun).filter(DagRun.run_id.startswith("operator_triggered__")).all()
            return {each.run_id: each.conf for each in found}

    yield read
    with create_session() as session:
        session.query(DagRun).filter(DagRun.run_id.startswith("operator_triggered__")).delete()


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr("include.stages.plan.AT_ONCE", 2)


def test_a_run_starts_the_next_one_until_nothing_is_left(
    metadata, register, parse, storage, tiktok, started, two_at_once, monkeypatch
):
    """Airflow itself triggers the run; its task is then done here, as no scheduler is at work."""
    register(period={"start": "2026-02-01", "end": "2026-02-03"}, window_days=1)
    with airflow_server() as airflow:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", airflow.url)
        airflow.all_admins, airflow.notes = True, AnyRun()
        first = run(parse()[DAG_ID])
        assert states(first) == ALL_GREEN | {"start_next_run": {"success"}}
        assert result(first, "merge_dataset")["harvested"]["complete"] == 2
        ((next_id, form),) = started().items()
        second = run(parse()[DAG_ID], **form)
    assert (next_id, form) == (next_run_id(first.run_id), {"start_date": None, "end_date": None, "reharvest": False})
    assert next(iter(airflow.notes.values())).startswith(
        "2 of 3 windows; 1 is left, the next run begins by itself; in all 3 days"
    )
    assert (result(second, "plan_windows"), states(second)) == (["2026-02-03_2026-02-03"], ALL_GREEN)
    assert list(started()) == [next_id]


def test_a_reharvest_of_some_days_goes_on_with_those_that_it_has_left(
    metadata, register, parse, storage, tiktok, started, two_at_once
):
    register(period={"start": "2026-02-01", "end": "2026-02-09"}, window_days=1)
    run(parse()[DAG_ID], start_date="2026-02-02", end_date="2026-02-04", reharvest=True)
    assert list(started().values()) == [{"start_date": "2026-02-04", "end_date": "2026-02-04", "reharvest": True}]


def test_a_run_that_completed_no_window_starts_no_other(
    metadata, register, parse, storage, silent, started, two_at_once
):
    register(period={"start": "2026-02-01", "end": "2026-02-03"}, window_days=1, accounts=None)
    done = run(parse()[DAG_ID])
    assert states(done)["harvest_window"] == {"failed"}
    assert states(done)["start_next_run"] == {"skipped"}
    assert started() == {}


def test_a_run_notes_what_it_was_to_cost_and_what_came(metadata, register, parse, storage, tiktok, monkeypatch):
    register(period=PERIOD, window_days=15)
    with airflow_server() as airflow:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", airflow.url)
        airflow.all_admins, airflow.notes = True, AnyRun()
        done = run(parse()[DAG_ID])
    assert states(done) == ALL_GREEN
    (note,) = airflow.notes.values()
    cost, came = note.splitlines()
    assert cost == "2 windows of 20 days; requests unknown, no window of this query is complete"
    summaries = [result(done, "harvest_window", number) for number in range(2)]
    new, withheld = (sum(each[name] for each in summaries) for name in ("fresh", "withheld"))
    assert new == len(found(tiktok, date(2026, 1, 20), date(2026, 2, 8)))
    hits = new + withheld
    assert came.startswith(
        f"harvested 2 windows: {new} new, 0 changed, 0 unchanged records; TikTok withheld {withheld} of {hits} hits"
    )
    harvested = result(done, "merge_dataset")["harvested"]
    assert (harvested["windows"], harvested["complete"], harvested["new"]) == (2, 2, new)
    assert harvested["withheld"] == withheld > 0


@pytest.fixture
def silent(tiktok):
    """TikTok answers every search with nothing."""
    tiktok.switch(silent_zero_all=True)
    yield
    tiktok.switch(silent_zero_all=False)


def test_a_suspect_window_is_red_says_when_it_is_tried_again_and_counts_in_the_note(
    metadata, register, parse, storage, silent, monkeypatch, capfd, caplog
):
    register(period={"start": "2026-02-01", "end": "2026-02-02"}, accounts=None)
    with airflow_server() as airflow:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", airflow.url)
        airflow.all_admins, airflow.notes = True, AnyRun()
        done = run(parse()[DAG_ID])
        assert states(done)["harvest_window"] == {"failed"}
        assert "is suspect: nothing came" in (told := caplog.text + "".join(capfd.readouterr()))
        assert "It is tried again by the first run" in told
        again = run(parse()[DAG_ID])
    first, second = airflow.notes.values()
    assert "harvested 1 window, 1 of them not complete: 0 new, 0 changed, 0 unchanged records" in first
    assert result(again, "plan_windows") == []
    assert "window 2026-02-01_2026-02-02 is suspect and tried again" in second
    assert "harvested" not in second


@pytest.fixture
def runs(metadata):
    """Makes runs of DAGs, in the states that are asked for, known to Airflow; they are gone after the test."""
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunType

    made = []

    def make(dag_id, run_id, state):
        with create_session() as session:
            session.merge(DagModel(dag_id=dag_id, bundle_name="dags-folder"))
            session.flush()
            about = {"run_type": DagRunType.MANUAL, "run_after": datetime.now(UTC), "state": state}
            session.add(DagRun(dag_id=dag_id, run_id=run_id, **about))
        made.append(run_id)

    yield make
    with create_session() as session:
        session.query(DagRun).filter(DagRun.run_id.in_(made)).delete()


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_does_not_wait_for_the_lease_of_a_run_that_is_over(
    metadata, register, parse, storage, tiktok, runs, state
):
    """Row 18: after a kill, a run under a new id waited ten minutes."""
    register(period={"start": "2026-02-01", "end": "2026-02-02"})
    runs(DAG_ID, "manual__killed", state)
    take(storage, LAYOUT.unit("2026-02-01_2026-02-02"), "manual__killed", datetime.now(UTC))
    assert states(run(parse()[DAG_ID])) == ALL_GREEN


def test_only_a_run_of_the_same_dag_that_has_ended_is_over(
    metadata, register, parse, storage, tiktok, runs, monkeypatch
):
    """Not over: a run that goes on or waits, one of another DAG, as a purge, and one that Airflow does not know."""
    from include.stages import harvest as stage

    states = {"failed": "failed", "success": "success", "running": "running", "queued": "queued"}
    for name, state in states.items():
        runs(DAG_ID, f"manual__{name}", state)
    runs("retire_project", "manual__purge", "success")
    over, harvest = {}, stage.harvest

    def look(*args, is_over, **how):
        over.update({name: is_over(f"manual__{name}") for name in (*states, "purge", "unknown")})
        return harvest(*args, is_over=is_over, **how)

    monkeypatch.setattr(stage, "harvest", look)
    register(period={"start": "2026-02-01", "end": "2026-02-01"})
    assert run(parse()[DAG_ID]).state == "success"
    assert [name for name, ended in over.items() if ended] == ["failed", "success"]
    assert len(over) == 6


class AnyRun(dict):
    """Runs of any name are there, without a note."""

    def __contains__(self, run):
        return True

    def __missing__(self, run):
        return None


def test_a_broken_project_fails_while_planning_with_the_explanation(
    metadata, register, parse, storage, tiktok, capfd, caplog
):
    register(text=json.dumps({**PROJECT, "window_days": 99}))
    tiktok.forget_ledger()
    done = run(parse()[DAG_ID])
    assert done.state == "failed"
    assert states(done)["plan_windows"] == {"failed"}
    assert states(done)["register_dataset"] <= {"upstream_failed", "skipped"}
    assert "window_days = '99': Input should be less than or equal to 30" in caplog.text + "".join(capfd.readouterr())
    assert (tiktok.ledger, storage.paths("")) == ([], [])


def _summaries_hold_no_record(done):
    for number in range(2):
        summary = result(done, "harvest_window", number)
        assert summary["state"] == "complete"
        assert len(json.dumps(summary)) < 500


def _no_secret_is_in(text, tiktok, usernames=True):
    tokens = tiktok.tokens._known
    assert tokens, "the harvest used a token"
    for secret in (tiktok.client_secret, *tokens, *(PROJECT["accounts"] if usernames else ())):
        assert secret not in text


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def _text(path):
    return path.read_bytes().decode("latin-1")


def _bytes_of(storage):
    return {path: storage.read(path) for path in storage.paths("projects/") if "/lease/" not in path}
