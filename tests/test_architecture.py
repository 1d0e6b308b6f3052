"""Who may import whom: the table of docs/architecture, held against every import in the code."""

import ast
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAY_IMPORT = {
    "include.domain": set(),
    "include.tiktok": {"include.domain"},
    "include.storage": {"include.domain"},
    "include.icandid": {"include.domain"},
    "include.sandbox": set(),
    "include.stages": {"include.domain", "include.tiktok", "include.storage", "include.icandid"},
    "plugins": {"include.domain", "include.tiktok", "include.storage", "include.icandid", "include.stages"},
    "dags": {"include.domain", "include.stages", "plugins"},
}
"""Each layer imports itself, these layers, and packages of others. The sandbox stands for TikTok and knows nobody."""

KNOW_AIRFLOW = ("dags", "plugins")
ONLY_PYDANTIC = "include.domain"
KNOWS_TIKTOK = ("include.tiktok",)


def modules():
    """Every module of the layers: its dotted name and its tree."""
    for path in sorted([*ROOT.glob("include/**/*.py"), *ROOT.glob("plugins/**/*.py"), *ROOT.glob("dags/**/*.py")]):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield pytest.param(name, path, id=name)


def layer(module):
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "include" else parts[0]


def imports(path: Path):
    """Every module imported anywhere in the file, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            if node.module in ("include", "plugins"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_every_module_lies_in_a_layer_of_the_table():
    found = {layer(name) for name, _ in (each.values for each in modules()) if not name.endswith("include.__init__")}
    assert found == MAY_IMPORT.keys()


@pytest.mark.parametrize(("name", "path"), modules())
def test_an_import_points_inwards(name, path):
    own, us = layer(name), ("include", "plugins", "dags", "ops", "tests")
    ours = {module for module in imports(path) if module.split(".")[0] in us}
    outwards = {module for module in ours if layer(module) not in MAY_IMPORT.get(own, set()) | {own}}
    assert not outwards, f"{own} may import {sorted(MAY_IMPORT[own]) or 'no other layer'}"


@pytest.mark.parametrize(("name", "path"), modules())
def test_airflow_is_known_in_dags_and_plugins_only(name, path):
    knows = any(module.split(".")[0] == "airflow" for module in imports(path))
    assert not knows or layer(name) in KNOW_AIRFLOW


@pytest.mark.parametrize(("name", "path"), [each for each in modules() if each.values[0].startswith(ONLY_PYDANTIC)])
def test_the_domain_knows_the_standard_library_and_pydantic_only(name, path):
    roots = {module.split(".")[0] for module in imports(path)}
    assert roots <= {"include", "pydantic", *sys.stdlib_module_names}


@pytest.mark.parametrize(("name", "path"), [each for each in modules() if each.values[0].startswith(ONLY_PYDANTIC)])
def test_the_domain_reads_and_writes_nothing(name, path):
    assert not {"os", "pathlib", "io", "socket", "tempfile", "subprocess"} & set(imports(path))


@pytest.mark.parametrize(("name", "path"), modules())
def test_only_the_layout_knows_where_things_lie(name, path):
    """The names of its folders stand in no other text."""
    if name == "include.storage.layout":
        return
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(ast.parse(path.read_text())) if _has_doc(node)}
    places = ("projects/", "/windows/", "/pages/", "/dataset/", "manifest.json", "part.parquet", "quota/")
    assert not [text for text in texts if text not in docs and any(place in text for place in places)]


@pytest.mark.parametrize(("name", "path"), modules())
def test_no_exception_is_swallowed_whole(name, path):
    handlers = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler)]
    too_broad = ("Exception", "BaseException")
    assert not [node for node in handlers if node.type is None or getattr(node.type, "id", "") in too_broad]


@pytest.mark.parametrize(("name", "path"), [each for each in modules() if each.values[0].startswith("dags.")])
def test_a_dag_file_imports_nothing_heavy_while_it_is_parsed(name, path):
    top = ast.parse(path.read_text()).body
    roots = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    roots |= {node.module for node in top if isinstance(node, ast.ImportFrom)}
    heavy = ("pandas", "pyarrow", "boto3", "obstore", "numpy", "sqlalchemy", "include.stages", "include.storage")
    assert not [module for module in roots if module.startswith(heavy)]


def _has_doc(node):
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
