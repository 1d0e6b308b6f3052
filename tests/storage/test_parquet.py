"""What pyarrow is told before it converts anything; in processes of their own, as each asks once."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

CONVERT = """
import sys
import include.storage.parquet
import pyarrow as pa
rows = pa.table({"id": pa.array([1, None], pa.int64()), "name": ["a", None]})
made = rows.append_column("seen", pa.repeat(pa.scalar(1.5), 2)).to_pylist()
"""


def convert(then):
    script = [sys.executable, "-c", CONVERT + then]
    return subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("module", ["pandas", "pyarrow.pandas_compat"])
def test_rows_are_converted_without_pandas(module):
    assert convert(f"print({module!r} in sys.modules)") == ["False"]


def test_who_asks_for_a_data_frame_gets_one():
    assert convert("print(*rows.to_pandas().columns)") == ["id", "name"]


def test_a_data_frame_becomes_a_table_nevertheless():
    script = "import pandas; print(*pa.Table.from_pandas(pandas.DataFrame({'x': [1, None]}))['x'].to_pylist())"
    assert convert(script) == ["1.0", "None"]
