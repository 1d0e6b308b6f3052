"""Research projects for tests."""

import json
from typing import Any

from include.domain.project import ResearchProject, read_project

PROJECT = {
    "project_id": "tiktok_query_0000005",
    "title": "Cycling and climate",
    "description": "How cycling and climate are talked about.",
    "requestor": "A. Researcher",
    "requestor_email": "researcher@example.org",
    "accounts": ["synth_nieuws_be", "synth_journal_be"],
    "hashtags": ["fietsen", "klimaat"],
    "region_codes": ["BE", "NL"],
    "period": {"start": "2026-01-01", "end": "2026-03-31"},
    "access": {"start": "2026-01-01", "end": "2027-12-31"},
    "license": "For the approved research only",
    "languages": ["nl", "fr"],
}


def project_text(**changes: Any) -> str:
    """The JSON of a project's Variable; a change to None leaves the field out."""
    return json.dumps({name: value for name, value in {**PROJECT, **changes}.items() if value is not None})


def project(**changes: Any) -> ResearchProject:
    text = project_text(**changes)
    return read_project(json.loads(text).get("project_id", ""), text)
