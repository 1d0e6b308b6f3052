"""Leftovers: what retiring a research project, or purging its data, leaves for a person to do."""

import json
from collections.abc import Iterator

from include.domain.certificate import Inventory
from include.domain.project import ResearchProject
from include.storage.layout import RECORDS


def after_retiring(project_id: str, project: ResearchProject | None) -> Iterator[str]:
    """What no DAG does, because other projects may need it, or because only a person can ask for it."""
    connection = project.connection_id if project else f"tiktok_{project_id}"
    yield (
        f"The connection {connection} still holds TikTok's client key and secret. Delete it under Admin, Connections, "
        "once no other research project names it, and have the researcher close the client at TikTok."
    )
    if project and project.pool:
        yield f"The pool {project.pool} stays. Delete it under Admin, Pools, once no other research project names it."


def after_purge(before: Inventory, after: Inventory) -> Iterator[str]:
    """Copies of data that this harvester made others keep, and traces that Airflow keeps."""
    project_id = before.project_id
    if after.registry_row == "withdrawn":
        yield (
            f"iCANDID's API cannot remove a row: the one of {project_id} is unavailable, hidden and without its query. "
            "Ask the keepers of the registry to remove it."
        )
    if not before.documents:
        query = json.dumps({"term": {"isBasedOn.isPartOf.@id": project_id}})
        yield (
            f"No search index is connected here. Take the dataset out of the documents that {query} finds there, and "
            "delete those that belong to no other dataset: the loader knows no deletes."
        )
    if RECORDS in before.kinds or not before.documents:
        yield f"Remove the files that the loader moved or copied away from the tree of {project_id}."
    yield (
        "Delete the runs of register_project for this project, under Browse, DAG Runs: their forms list its accounts. "
        "So may an application to TikTok below applications/."
    )
    yield (
        "Let backups, and earlier versions and unfinished uploads of a bucket, expire. Copies that people made are "
        "theirs to remove."
    )
