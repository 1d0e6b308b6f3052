"""The dataset as schema.org describes datasets, for search engines of research data."""

from typing import Any

from include.icandid.codebook import Column
from include.icandid.harvested import DatasetFile, Harvested, limits
from include.icandid.query_text import query_text
from include.icandid.record import instant

PARQUET = "application/vnd.apache.parquet"


def dataset_description(harvested: Harvested) -> dict[str, Any]:
    """The `schema.org/Dataset` of a harvested dataset, as JSON-LD."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": harvested.collection.dataset_id,
        **dataset_facts(harvested),
        "distribution": [{"@type": "DataDownload", **file_facts(file)} for file in harvested.files],
        "variableMeasured": [variable(column) for column in harvested.columns],
    }


def dataset_facts(harvested: Harvested) -> dict[str, Any]:
    """The properties of the dataset itself."""
    collection = harvested.collection
    facts = {
        "identifier": collection.dataset_id,
        "name": collection.name,
        "description": " ".join([collection.description, *limits(harvested)]),
        "license": collection.license,
        "publisher": {"@type": "Organization", "@id": "https://icandid.libis.be/", "name": "iCANDID, KU Leuven"},
        "creator": {"@type": "Person", "@id": "#requestor", "name": collection.requestor},
        "dateModified": instant(harvested.at),
        "temporalCoverage": _span(harvested),
        "inLanguage": list(collection.languages),
        "keywords": list(collection.labels),
        "measurementTechnique": f"TikTok Research API, video/query: {query_text(collection.query)}",
        "size": f"{harvested.rows} videos",
    }
    return {name: value for name, value in facts.items() if value}


def file_facts(file: DatasetFile) -> dict[str, Any]:
    """The properties of one of its files."""
    return {
        "name": file.path.rpartition("/")[2],
        "description": f"{file.rows} rows",
        "contentUrl": file.path,
        "contentSize": str(file.bytes),
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def variable(column: Column) -> dict[str, Any]:
    """A column as a property of every row."""
    facts = {
        "@type": "PropertyValue",
        "@id": f"#column-{column.name}",
        "name": column.name,
        "description": f"{column.meaning} {column.caveat}".strip(),
        "unitText": column.unit,
        "measurementTechnique": column.source,
    }
    return {name: value for name, value in facts.items() if value}


def _span(harvested: Harvested) -> str:
    """From the oldest to the newest video, which is less than the period where nothing was found."""
    if harvested.first_created is None or harvested.last_created is None:
        return ""
    return f"{instant(harvested.first_created)}/{instant(harvested.last_created)}"
