"""A research project harvested through Airflow itself, against the sandbox."""

import json
import logging
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from include.icandid.registry import Registry
from include.icandid.registry_engine import registry_engine
from include.storage.layout import ProjectLayout
from include.storage.manifests import read_dataset, read_windows
from include.tiktok.query import query_of
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
    assert read_dataset(storage, LAYOUT).rows == expected
    assert sum(window.distinct for window in read_windows(storage, LAYOUT)) == expected
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
    assert {path: after[path] for path in written} == written, "a run without news changed something"


def test_a_form_with_dates_harvests_those_days_only(metadata, register, parse, storage, tiktok):
    register(period=PERIOD)
    done = run(parse()[DAG_ID], start_date="2026-02-01", end_date="2026-02-02")
    assert states(done) == ALL_GREEN
    assert [str(window.window) for window in read_windows(storage, LAYOUT)] == ["2026-02-01_2026-02-02"]
    assert read_dataset(storage, LAYOUT).rows == len(found(tiktok, date(2026, 2, 1), date(2026, 2, 2)))


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
    assert states(done)["merge_dataset"] == {"skipped"}
    assert tiktok.ledger == []
    assert list(airflow.notes.values()) == [
        "1 window of 20 days; requests unknown, no window of this query is complete"
    ]
    assert quote(done.run_id, safe="") in next(iter(airflow.notes))


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
    from include.tiktok.token import _tokens

    tokens = [token.text for token in _tokens.values()]
    assert tokens, "the harvest used a token"
    for secret in (tiktok.client_secret, *tokens, *(PROJECT["accounts"] if usernames else ())):
        assert secret not in text


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def _text(path):
    return path.read_bytes().decode("latin-1")


def _bytes_of(storage):
    return {path: storage.read(path) for path in storage.paths("projects/") if "/lease/" not in path}
