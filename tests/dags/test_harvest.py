"""What the DAG file makes of the registered research projects, while it is parsed."""

import json
import socket

import pytest

from tests.projects import PROJECT

GOOD = "harvest__tiktok_query_0000005"
BROKEN = "harvest__tiktok_query_0000006"
INDEX = "AIRFLOW_VAR_RESEARCH_PROJECTS"


def test_a_registered_project_gets_its_dag(register, parse):
    register(labels=["politics"], schedule="0 5 * * *")
    dag = parse()[GOOD]
    assert dag.description == PROJECT["title"]
    assert {"harvest", "politics"} <= dag.tags
    assert dag.timetable.expression == "0 5 * * *"


def test_the_tasks_are_the_verbs_in_their_order(register, parse):
    register()
    dag = parse()[GOOD]
    assert [task.task_id for task in dag.topological_sort()] == [
        "plan_windows",
        "harvest_window",
        "merge_dataset",
        "register_dataset",
        "start_next_run",
    ]


def test_a_project_without_a_schedule_runs_only_when_asked(register, parse):
    register()
    assert not parse()[GOOD].timetable.can_be_scheduled


def test_the_page_operators_read_explains_itself(register, parse):
    register()
    doc = parse()[GOOD].doc_md
    assert "When a task is red" in doc
    assert "research_project__<project_id>" in doc


def test_the_form_asks_for_days_and_reharvest(register, parse):
    register()
    params = parse()[GOOD].params
    assert (params["start_date"], params["end_date"], params["reharvest"]) == (None, None, False)


@pytest.mark.parametrize("broken", ["{", "[]", '{"project_id": "tiktok_query_0000006"}', "null", '"text"'])
def test_a_broken_project_is_a_dag_of_its_own_beside_the_good_one(register, parse, broken):
    register()
    register("tiktok_query_0000006", text=broken)
    dags = parse()
    assert "config-error" not in dags[GOOD].tags
    assert "config-error" in dags[BROKEN].tags
    assert dags[BROKEN].doc_md.startswith("**Research project tiktok_query_0000006: ")
    assert not dags[BROKEN].timetable.can_be_scheduled


@pytest.mark.parametrize("schedule", ["99 99 * * *", "a b c d e", "0 5 31 2 *x"])
def test_a_schedule_that_airflow_cannot_read_is_explained(register, parse, schedule):
    register()
    register("tiktok_query_0000006", schedule=schedule)
    dags = parse()
    assert "config-error" not in dags[GOOD].tags
    assert "config-error" in dags[BROKEN].tags
    assert schedule in dags[BROKEN].doc_md
    assert not dags[BROKEN].timetable.can_be_scheduled


@pytest.mark.parametrize("project_id", ["my-project", "a.b", "x" * 46, "trailing_"])
def test_an_id_that_icandid_refuses_is_explained(register, parse, project_id):
    register()
    register(project_id)
    dags = parse()
    assert "config-error" not in dags[GOOD].tags
    assert "config-error" in dags[f"harvest__{project_id}"].tags
    assert "project_id" in dags[f"harvest__{project_id}"].doc_md


def test_a_variable_without_an_id_hides_no_other_project(register, parse):
    register()
    register("")
    assert "config-error" not in parse()[GOOD].tags


@pytest.mark.parametrize("index", ["{", "[]", '{"tiktok_query_0000005": {"no": 1}}', ""])
def test_a_broken_index_hides_no_project(register, parse, monkeypatch, index):
    register()
    monkeypatch.setenv(INDEX, index)
    assert "config-error" not in parse()[GOOD].tags


def test_the_index_decides_what_it_knows(register, parse, monkeypatch):
    register()
    monkeypatch.setenv(INDEX, json.dumps({"tiktok_query_0000005": {"title": "As indexed"}}))
    assert parse()[GOOD].description == "As indexed"


def test_the_scheduler_can_read_every_dag(register, parse):
    from airflow.serialization.serialized_objects import DagSerialization

    register(schedule="@daily")
    register("tiktok_query_0000006", text="{")
    for dag in [*parse("harvest.py").values(), *parse("projects.py").values()]:
        read = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
        assert read.dag_id == dag.dag_id


def test_parsing_reaches_no_network_and_no_storage(register, parse, monkeypatch, tmp_path):
    register()

    def refuse(_self, address):
        raise AssertionError(f"a DAG file that is being parsed tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("ICANDID_STORAGE", f"file://{tmp_path}/storage")
    assert GOOD in parse("harvest.py")
    assert "index_projects" in parse("projects.py")
    assert not list(tmp_path.iterdir())


def test_parsing_needs_no_setting_and_no_credentials(register, parse, monkeypatch):
    register()
    monkeypatch.delenv("ICANDID_STORAGE")
    monkeypatch.delenv("AIRFLOW_CONN_TIKTOK_TIKTOK_QUERY_0000005")
    assert GOOD in parse()


@pytest.mark.parametrize(
    ("kind", "weight"), [("backfill", 1), ("operator_triggered", 1), ("manual", 5), ("scheduled", 10)]
)
def test_airflow_ranks_a_task_by_the_kind_of_its_run(register, parse, kind, weight):
    """Through the serialized DAG, as the scheduler reads it."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.serialization.serialized_objects import DagSerialization

    register()
    read_back = DagSerialization.from_dict(DagSerialization.to_dict(parse()[GOOD]))
    for task in read_back.tasks:
        instance = TaskInstance(task=task, run_id=f"{kind}__2026-06-01T00:00:00", dag_version_id=None)
        assert instance.priority_weight == weight
