"""The sample research project: three months, two accounts, two hashtags, harvested from the sandbox."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings
from ops.rest import Airflow

PROJECT_ID = "tiktok_query_0000005"
DAG_ID = f"harvest__{PROJECT_ID}"
SANDBOX = SandboxSettings(search_ready_seconds=0)


def sample_project() -> dict[str, Any]:
    """The configuration, with access dates around today so that it can be harvested on any day."""
    today = datetime.now(UTC).date()
    return {
        "project_id": PROJECT_ID,
        "title": "Cycling and climate",
        "description": "How two newsrooms and their public talk about cycling and climate (sample, synthetic data).",
        "requestor": "A. Researcher",
        "requestor_email": "researcher@example.org",
        "accounts": ["synth_nieuws_be", "synth_journal_be"],
        "hashtags": ["fietsen", "klimaat"],
        "region_codes": ["BE", "NL"],
        "period": {"start": "2026-01-01", "end": "2026-03-31"},
        "access": {"start": str(today.replace(day=1)), "end": str(today + timedelta(days=365))},
        "languages": ["nl", "fr"],
        "license": "For the approved research only",
    }


def register(airflow: Airflow, sandbox: Sandbox, project: dict[str, Any]) -> None:
    """Register a project as a data engineer would: a connection with the credentials, a Variable with the rest."""
    connection, variable = f"tiktok_{project['project_id']}", f"research_project__{project['project_id']}"
    airflow.put(
        "connections",
        connection,
        {
            "connection_id": connection,
            "conn_type": "http",
            "host": sandbox.url,
            "login": sandbox.client_key,
            "password": sandbox.client_secret,
        },
    )
    airflow.put("variables", variable, {"key": variable, "value": json.dumps(project, indent=2)})
