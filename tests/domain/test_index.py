import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.errors import ProjectInvalid
from include.domain.index import Entry, entry_of, index_from, index_text
from tests.projects import PROJECT, project_text


def test_an_index_reads_the_text_it_writes():
    index = {"b": Entry(title="B", schedule="@daily", pool="p", tags=("x",)), "a": Entry(problem="title: is missing")}
    assert index_from(index_text(index)) == index


def test_the_same_projects_make_the_same_index_in_any_order():
    one, other = Entry(title="1"), Entry(title="2")
    assert index_text({"a": one, "b": other}) == index_text({"b": other, "a": one})


def test_an_entry_says_what_a_dag_needs():
    text = project_text(schedule="@weekly", pool="tiktok", labels=["politics"])
    assert entry_of(PROJECT["project_id"], text) == Entry(
        title=PROJECT["title"], schedule="@weekly", pool="tiktok", tags=("politics",)
    )


def test_a_retired_project_has_a_dag_without_a_schedule_and_a_tag_to_find_it():
    text = project_text(schedule="@daily", labels=["politics"], retired={"on": "2026-06-01", "reason": "done"})
    assert entry_of(PROJECT["project_id"], text) == Entry(title=PROJECT["title"], tags=("politics", "retired"))


def test_a_broken_project_becomes_an_entry_with_its_problem():
    broken = entry_of(PROJECT["project_id"], project_text(window_days=99))
    assert broken.schedule is None
    assert "window_days = '99'" in broken.problem


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": 1}', '{"a": {"unknown": 1}}', '{"a": {"tags": "x"}}'])
def test_a_broken_index_says_how_to_make_it_again(text):
    with pytest.raises(ProjectInvalid, match="make index"):
        index_from(text)


@given(st.text())
def test_any_text_is_an_index_or_refused_as_one(text):
    try:
        index_from(text)
    except ProjectInvalid as error:
        assert "research_projects" in str(error)
