"""The dataset as an RO-Crate: its files, its columns, and the harvest that made it (https://w3id.org/ro/crate)."""

from typing import Any

import orjson
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from include.icandid.description import dataset_facts, file_facts, variable
from include.icandid.harvested import Harvested, limits
from include.icandid.record import instant

DOCUMENTS = (
    ("README.md", "README", "text/markdown", "What the dataset is, what it lacks, how to open it."),
    ("codebook.csv", "Codebook", "text/csv", "Every column with its type, unit, source and caveats."),
    ("dataset.jsonld", "Description", "application/ld+json", "The dataset as schema.org describes datasets."),
)
"""What lies beside the data: path, name, format, meaning."""

VERSION = "1.1"
"""Of the RO-Crate specification: the one that most readers know."""


def ro_crate(harvested: Harvested) -> dict[str, Any]:
    """What belongs into `ro-crate-metadata.json` beside the dataset's files; equal facts give an equal crate."""
    crate = ROCrate(version=VERSION)
    root = crate.root_dataset
    for name, value in dataset_facts(harvested).items():
        root[name] = _entity(crate, value) if isinstance(value, dict) else value
    root["datePublished"] = instant(harvested.at)
    for file in harvested.files:
        about = file_facts(file)
        crate.add_file(dest_path=about.pop("contentUrl"), properties=about)
    for path, title, encoding, meaning in DOCUMENTS:
        about = {"name": title, "encodingFormat": encoding, "description": meaning}
        crate.add_file(dest_path=path, properties=about)
    root["variableMeasured"] = [_entity(crate, variable(column)) for column in harvested.columns]
    root["mentions"] = _harvest(crate, harvested)
    return dict(crate.metadata.generate())


def _entity(crate: ROCrate, facts: dict[str, Any]) -> ContextEntity:
    return crate.add(ContextEntity(crate, facts.pop("@id"), facts))


def _harvest(crate: ROCrate, harvested: Harvested) -> ContextEntity:
    """Provenance: what was asked, with what, and what came of it."""
    name, _, version = harvested.software.partition(" ")
    software = {"@type": "SoftwareApplication", "@id": "#harvester", "name": name, "version": version or "unknown"}
    written = orjson.dumps(harvested.collection.query, option=orjson.OPT_SORT_KEYS).decode()
    query = {"@type": "CreativeWork", "@id": "#query", "name": "Query", "text": written}
    counts: dict[str, int | str] = {
        "windows": harvested.windows,
        "requests": harvested.requests,
        "records asked for": harvested.asked,
        "records returned": harvested.returned,
        "rows": harvested.rows,
        "days wanted": harvested.wanted_days,
        "days covered": harvested.covered_days,
        "settle days": harvested.settle_days,
        "API fields": ", ".join(harvested.fields),
        "windows missing": ", ".join(harvested.missing),
        "windows suspect": ", ".join(harvested.suspect),
        "windows incomplete": ", ".join(harvested.incomplete),
        "windows of earlier queries": harvested.earlier,
    }
    facts = {
        "@type": "CreateAction",
        "name": "Harvest of TikTok's Research API",
        "description": " ".join(limits(harvested)),
        "endTime": instant(harvested.at),
    }
    action = crate.add_action(
        _entity(crate, software),
        identifier="#harvest",
        object=_entity(crate, query),
        result=crate.root_dataset,
        properties=facts,
    )
    action["additionalProperty"] = [_entity(crate, _count(name, value)) for name, value in counts.items()]
    return action


def _count(name: str, value: int | str) -> dict[str, Any]:
    return {"@type": "PropertyValue", "@id": f"#{name.replace(' ', '-')}", "name": name, "value": str(value) or "none"}
