import json

import pytest

from tests.dags.runs import result, run


@pytest.fixture
def made_by_hand(metadata):
    """A project Variable as somebody makes it in the UI: in the metadata database."""
    from airflow.models.variable import Variable

    from tests.projects import project_text

    Variable.set("research_project__tiktok_query_0000007", project_text(project_id="tiktok_query_0000007"))
    Variable.set("research_project__tiktok_query_0000008", "{")
    yield Variable
    for key in (
        "research_project__tiktok_query_0000007",
        "research_project__tiktok_query_0000008",
        "research_projects",
    ):
        Variable.delete(key)


def test_a_broken_index_is_told_on_the_dag_that_mends_it(parse, monkeypatch):
    monkeypatch.setenv("AIRFLOW_VAR_RESEARCH_PROJECTS", "{")
    dag = parse("projects.py")["index_projects"]
    assert "config-error" in dag.tags
    assert dag.doc_md.startswith("**Variable research_projects is no index of research projects")


def test_a_good_index_needs_no_words(parse):
    dag = parse("projects.py")["index_projects"]
    assert "config-error" not in dag.tags
    assert "Keep the index" in dag.doc_md


def test_the_index_is_made_again_from_variables_made_by_hand(made_by_hand, parse):
    done = run(parse("projects.py")["index_projects"])
    assert done.state == "success"
    assert result(done, "rebuild") == {"projects": 2, "broken": ["tiktok_query_0000008"]}
    index = json.loads(made_by_hand.get("research_projects"))
    assert index["tiktok_query_0000007"]["title"] == "Cycling and climate"
    assert "tiktok_query_0000008" in index["tiktok_query_0000008"]["problem"]


def test_airflow_shows_the_projects_and_masks_what_looks_like_a_secret(made_by_hand, api_client):
    made_by_hand.set("research_project__x_secret", '{"title": "x"}')
    try:
        asked = {"variable_key_prefix_pattern": "research_project__", "order_by": "key", "limit": "2", "offset": "1"}
        page = api_client.get("/api/v2/variables", params=asked).json()
    finally:
        made_by_hand.delete("research_project__x_secret")
    assert page["total_entries"] == 3
    shown = {each["key"]: each["value"] for each in page["variables"]}
    assert shown == {"research_project__tiktok_query_0000008": "{", "research_project__x_secret": '{"title": "***"}'}
