"""Documents say what the repository does: targets, links, fields, errors."""

import json
import re

import pytest

from include.domain import errors
from include.domain.project import ResearchProject, read_project
from include.tiktok.query import query_of
from include.tiktok.retries import TRIES
from include.tiktok.verdicts import TABLE, Remedy
from tests.docs.pages import DOCUMENTS, ROOT, anchors, first_cells, links, text
from tests.scenarios.world import days, world
from tests.test_architecture import MAY_IMPORT

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_every_make_target_a_document_names_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    content = document.read_text()
    named = {word for code in re.findall(r"`([^`\n]+)`", content) for word in re.findall(r"\bmake ([a-z-]+)", code)}
    named |= set(re.findall(r"^(?:[A-Z_]+=\S+ )?make ([a-z-]+)", content, re.MULTILINE))
    assert named <= targets


@each_document
def test_every_relative_link_leads_somewhere(document):
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_a_document_holds_no_path_of_one_machine(document):
    assert not re.search(r"(?<![\w/.$])/(work|tmp|home|root|opt/pypi)/", document.read_text())


def test_no_picture_is_heavy_or_forgotten():
    pictures = set((ROOT / "docs/images").iterdir())
    shown = {(document.parent / link).resolve() for document in DOCUMENTS for link in links(document)}
    assert pictures <= shown
    assert all(picture.stat().st_size < 200_000 for picture in pictures)


def test_every_field_of_a_project_is_explained():
    listed = first_cells(text("docs/adding-a-project.md"), "Key `research_project__<project_id>`")
    assert sorted(listed) == sorted(ResearchProject.model_fields)


def test_the_example_of_a_project_can_be_planned():
    example = re.search(r"```json\n(.*?)```", text("docs/adding-a-project.md"), re.DOTALL).group(1)
    project = read_project(json.loads(example)["project_id"], example)
    assert query_of(project)["and"][0]["field_values"] == ["BE"]


@pytest.mark.parametrize("remedy", Remedy)
def test_every_remedy_is_in_the_table_of_refusals(remedy):
    assert f"| {remedy} |" in text("docs/tiktok-research-api.md")


def test_every_code_of_tiktok_is_in_the_table_of_refusals():
    codes = {code for row in TABLE for code in row.code if code}
    assert [code for code in sorted(codes) if f"`{code}`" not in text("docs/tiktok-research-api.md")] == []


@pytest.mark.parametrize("remedy", TRIES)
def test_the_number_of_calls_is_told_as_it_is(remedy):
    assert f"| {remedy or 'not in the table'} | {TRIES[remedy]} |" in text("docs/tiktok-research-api.md")


def test_the_table_of_imports_is_the_tested_one():
    rows = re.findall(r"^\| `([a-z.]+)` \| (.*) \|$", text("docs/architecture.md"), re.MULTILINE)
    told = {layer: set(re.findall(r"`([a-z.]+)`", allowed)) for layer, allowed in rows if layer in MAY_IMPORT}
    assert told == MAY_IMPORT


def test_every_error_is_named_with_what_airflow_makes_of_it():
    document = text("docs/architecture.md")
    named = [name for name, thing in vars(errors).items() if isinstance(thing, type)]
    branches = {"HarvestError", "Moment", "Tomorrow", "Narrower", "Person"}
    ours = [name for name in named if issubclass(getattr(errors, name), errors.HarvestError) and name not in branches]
    assert [name for name in ours if f"`{name}`" not in document] == []


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs/decisions"
    assert set(links(folder / "README.md")) == {path.name for path in folder.glob("0*.md")}


def test_the_readme_prints_what_the_demo_prints():
    printed = set(re.findall(r'print\(f?"(?:  )?(demo: [a-z]+|[a-z]+ [a-z]+  |[a-z]+  )', text("ops/demo.py")))
    assert printed
    assert [piece for piece in printed if piece not in text("README.md")] == []


def test_every_check_of_a_window_is_explained(tmp_path):
    with world(tmp_path, videos_per_day=1) as harvested:
        checks = harvested.harvest(days(2)).now.checks
    told = first_cells(text("docs/operating.md"), "### The checks of a window")
    assert sorted(told) == sorted(each.name for each in checks)


def test_every_parameter_of_a_run_is_explained():
    parameters = re.findall(r'^    "(\w+)": Param\(', text("dags/harvest.py"), re.MULTILINE)
    told = ", ".join(first_cells(text("docs/operating.md"), "## Start a run"))
    assert parameters
    assert sorted(re.findall(r"\w+", told)) == sorted(parameters)


def test_every_setting_from_the_environment_is_explained():
    code = "".join(path.read_text() for folder in ("plugins", "ops") for path in (ROOT / folder).glob("*.py"))
    settings = set(re.findall(r"\bICANDID_[A-Z_]+\b", code))
    assert [name for name in sorted(settings) if name not in text("docs/operating.md")] == []
