"""The object storage of this deployment: ICANDID_STORAGE, and for S3 the connection icandid_storage."""

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from include.domain.errors import SettingInvalid
from include.storage.objects import Objects, open_storage

CONNECTION = "icandid_storage"


def storage() -> Objects:
    """The object storage that ICANDID_STORAGE names.

    Raises:
        SettingInvalid: it is not set, or cannot be opened.
    """
    url = root_url()
    return open_storage(url, _s3_settings() if url.startswith("s3://") else None)


def root_url() -> str:
    """Where the object storage lies.

    Raises:
        SettingInvalid: ICANDID_STORAGE is not set.
    """
    url = os.environ.get("ICANDID_STORAGE", "")
    if not url:
        raise SettingInvalid("ICANDID_STORAGE is not set; set it to file:///folder or s3://bucket/prefix.")
    return url


def _s3_settings() -> dict[str, str]:
    """Keys and endpoint from the connection where there is one, else from the environment as AWS tools read it."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    try:
        connection = BaseHook.get_connection(CONNECTION)
    except AirflowNotFoundException:
        return {"endpoint": endpoint}
    extra = connection.extra_dejson
    return {
        "endpoint": extra.get("endpoint_url", endpoint),
        "region_name": extra.get("region_name", ""),
        "aws_access_key_id": connection.login or "",
        "aws_secret_access_key": connection.password or "",
    }
