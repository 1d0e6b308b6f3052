import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.icandid.codebook import VIDEO_COLUMNS, codebook_csv
from include.icandid.description import dataset_description
from include.icandid.harvested import DatasetFile, Harvested
from include.icandid.readme_text import readme
from include.tiktok.schemas import VIDEO_FIELDS, VIDEO_SCHEMA
from tests.icandid.rows import COLLECTION

HARVESTED = Harvested(
    collection=COLLECTION,
    files=(DatasetFile("2023-11.parquet", 1234, 2, "ab" * 32), DatasetFile("2023-12.parquet", 99, 1, "cd" * 32)),
    rows=3,
    first_created=datetime(2023, 11, 21, tzinfo=UTC),
    last_created=datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC),
    wanted_days=61,
    covered_days=31,
    missing=("2023-11-01_2023-11-30",),
    suspect=("2023-12-01_2023-12-30",),
    windows=2,
    requests=5,
    asked=500,
    returned=3,
    fields=tuple(VIDEO_FIELDS),
    settle_days=3,
    software="icandid-tiktok 1.0",
    at=datetime(2026, 1, 5, 12, tzinfo=UTC),
)


def test_the_codebook_describes_every_column_with_its_type():
    assert [(column.name, column.type) for column in VIDEO_COLUMNS] == [
        (field.name, str(field.type)) for field in VIDEO_SCHEMA
    ]
    assert all(column.meaning and column.source for column in VIDEO_COLUMNS)


def test_the_codebook_can_be_read_as_csv():
    rows = list(csv.DictReader(StringIO(codebook_csv(VIDEO_COLUMNS))))
    assert [row["name"] for row in rows] == VIDEO_SCHEMA.names


def test_the_description_counts_and_never_claims_completeness():
    described = dataset_description(HARVESTED)
    text = described["description"]
    assert "no harvest of it is complete" in text
    assert "31 of 61 days" in text
    assert "2023-11-01_2023-11-30" in text
    assert "2023-12-01_2023-12-30" in text
    assert described["temporalCoverage"] == "2023-11-21T00:00:00Z/2023-12-31T23:59:59Z"
    assert [one["sha256"][:2] for one in described["distribution"]] == ["ab", "cd"]
    json.dumps(described)


def test_no_description_holds_an_e_mail_address():
    assert "@example.org" not in json.dumps(dataset_description(HARVESTED)) + readme(HARVESTED)


def test_a_dataset_of_a_test_server_says_so():
    synthetic = replace(HARVESTED, synthetic=True)
    assert "synthetic" in dataset_description(synthetic)["description"]
    assert "synthetic" in readme(synthetic)


def test_an_empty_dataset_has_a_description():
    empty = replace(HARVESTED, files=(), rows=0, first_created=None, last_created=None, missing=(), suspect=())
    assert "temporalCoverage" not in dataset_description(empty)
    assert "0 videos in 0 files" in readme(empty)


def test_the_crate_lists_files_columns_and_the_harvest():
    pytest.importorskip("rocrate", reason="not installed: the Python package rocrate")
    from include.icandid.crate import ro_crate

    crate = ro_crate(HARVESTED)
    graph = {one["@id"]: one for one in crate["@graph"]}
    root = graph["./"]
    assert root["name"] == COLLECTION.name
    parts = ["2023-11.parquet", "2023-12.parquet", "README.md", "codebook.csv", "dataset.jsonld"]
    assert root["hasPart"] == [{"@id": part} for part in parts]
    assert {graph[part]["encodingFormat"] for part in parts[2:]} == {"text/markdown", "text/csv", "application/ld+json"}
    assert len(root["variableMeasured"]) == len(VIDEO_COLUMNS)
    harvest = graph["#harvest"]
    assert harvest["@type"] == "CreateAction"
    assert graph[harvest["object"]["@id"]]["text"].startswith('{"and"')
    assert graph["#windows-missing"]["value"] == "2023-11-01_2023-11-30"
    assert graph["#requests"]["value"] == "5"
    assert graph["ro-crate-metadata.json"]["conformsTo"]["@id"] == "https://w3id.org/ro/crate/1.1"
    assert ro_crate(HARVESTED) == crate
    json.dumps(crate)


def test_the_crate_holds_the_whole_query_however_long():
    pytest.importorskip("rocrate", reason="not installed: the Python package rocrate")
    from include.icandid.crate import ro_crate

    accounts = [f"account_{n}" for n in range(300)]
    query = {"and": [{"operation": "IN", "field_name": "username", "field_values": accounts}]}
    crate = ro_crate(replace(HARVESTED, collection=replace(COLLECTION, query=query)))
    (written,) = [one["text"] for one in crate["@graph"] if one["@id"] == "#query"]
    assert json.loads(written) == query


def test_a_type_with_angle_brackets_survives_markdown():
    assert "| `hashtag_names` | `list<item: string>` |" in readme(HARVESTED)


@pytest.mark.parametrize("tool", ["pandas", "polars", "duckdb"])
def test_the_readmes_ways_to_open_the_dataset_work(tool, tmp_path, monkeypatch):
    pytest.importorskip(tool, reason=f"not installed: the Python package {tool}")
    ids = [2**53 + 1, 7303985428648987936]
    for month, number in zip(("2023-11", "2023-12"), ids, strict=True):
        pq.write_table(pa.Table.from_pylist([{"id": number}], schema=VIDEO_SCHEMA), tmp_path / f"{month}.parquet")
    (tmp_path / "manifest.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    if tool == "duckdb":
        import duckdb

        (statement,) = re.findall(r"```sql\n(.*?)```", readme(HARVESTED), re.DOTALL)
        assert duckdb.sql(statement).fetchall() == [(None, 2)]
        return
    code = next(one for one in re.findall(r"```python\n(.*?)```", readme(HARVESTED), re.DOTALL) if tool in one)
    names = {}
    exec(code, names)  # noqa: S102
    assert [int(number) for number in names["videos"]["id"]] == ids
