"""The form of probe_api, as Airflow shows it before a run."""

from typing import Any

from airflow.sdk import Param

DAY: dict[str, Any] = {"type": ["null", "string"], "format": "date"}

#: Finds enough on any two days for every point to be settled.
QUERY = {"and": [{"operation": "IN", "field_name": "region_code", "field_values": ["BE", "NL"]}]}

PARAMS = {
    "connection_id": Param(
        "tiktok_",
        type="string",
        pattern="^[A-Za-z0-9_.-]*[A-Za-z0-9]$",
        maxLength=200,
        title="Connection",
        description_md="The Airflow connection of the API client, such as `tiktok_tiktok_query_0000042`.",
    ),
    "first_day": Param(
        None, **DAY, title="First day", description_md="Empty: the day before the second one."
    ),
    "second_day": Param(
        None, **DAY, title="Second day", description_md="At least 3 days old. Empty: twelve days ago."
    ),
    "query": Param(
        QUERY,
        type="object",
        title="Query",
        description_md="TikTok's query object. Take one that the approved research covers and that finds hundreds of "
        "videos on the two days: points that need more stay open.",
    ),
}  # fmt: skip
