"""The form of a disclosure, as Airflow shows it before a run."""

from typing import Any

from airflow.sdk import Param

ID: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9]+(_[a-z0-9]+)*$", "maxLength": 45}
PARAMS = {
    "project_id": Param("", **ID, title="Research project", description_md="Such as `tiktok_query_0000005`."),
    "k": Param(10, type="integer", minimum=2, maximum=1000, title="Small cell below",
               description_md="Accounts that a cell of a table must hold to be shown."),
    "longer_than": Param(50, type="integer", minimum=1, maximum=10_000, title="Verbatim text above",
                         description_md="Characters above which a quoted text counts as verbatim."),
    "export": Param(True, type="boolean", title="Export for papers", description_md="Also make the export."),
}  # fmt: skip
