"""The README beside a dataset, for whoever opens its folder."""

from include.icandid.codebook import codebook_markdown
from include.icandid.harvested import Harvested, limits
from include.icandid.query_text import query_text

_OPEN = """\
The dataset is every `*.parquet` file in this folder: one row per video, one file per month (UTC, to within a minute).

pandas, with pyarrow:

```python
from pathlib import Path
import pandas as pd
files = sorted(Path(".").glob("*.parquet"))
videos = pd.concat(pd.read_parquet(file, dtype_backend="pyarrow") for file in files)  # ids stay 64-bit integers
```

polars:

```python
import polars as pl
videos = pl.read_parquet("*.parquet")
```

DuckDB:

```sql
SELECT username, count(*) FROM read_parquet('*.parquet') GROUP BY username;
```

R, with the packages arrow and dplyr:

```r
library(arrow)
options(arrow.int64_downcast = FALSE)  # ids stay 64-bit integers
videos <- open_dataset(Sys.glob("*.parquet")) |> dplyr::collect()
```
"""


def readme(harvested: Harvested) -> str:
    """The README in Markdown: what it is, what it lacks, how to open it, what the columns mean."""
    collection = harvested.collection
    return f"""\
# {collection.name}

{collection.description}

{harvested.rows} videos in {len(harvested.files)} files. Dataset id: `{collection.dataset_id}`.
Licence: {collection.license}. Contact: {collection.requestor}.
Harvested from TikTok's Research API with {harvested.software}, last change {harvested.at:%Y-%m-%d %H:%M} UTC.

Query: `{query_text(collection.query)}`

## What is missing

{"".join(f"- {sentence}{chr(10)}" for sentence in limits(harvested))}
## How to open it

{_OPEN}
## Columns

{codebook_markdown(harvested.columns)}"""
