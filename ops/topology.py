"""What a deployment consists of: Airflow's processes and the settings that all of them share.

docker-compose.yaml and the process stack (`make stack`) are both held against these tables, so that they cannot drift.
"""

from dataclasses import asdict, dataclass

COMMANDS = {
    "api-server": "api-server",
    "scheduler": "scheduler",
    "dag-processor": "dag-processor",
    "triggerer": "triggerer",
    "worker": "celery worker",
}
"""Airflow's processes, by the name of their service, and the command that `airflow` is given."""

WORKERS = 2
"""How many workers there are, unless somebody says otherwise."""

STORES = ("postgres", "valkey", "s3")
"""What Airflow and the harvester need besides: metadata database, broker, object storage."""

CHOICES = ("ICANDID_NOTIFY", "ICANDID_SINKS", "ICANDID_RECORD_TYPE", "ICANDID_SENDER_TYPE")
"""What a deployment may choose, and may leave empty: docs/operating.md says what each means."""

SETTINGS = {
    "PYTHONPATH": "{code}",
    "AIRFLOW__CORE__DAGS_FOLDER": "{code}/dags",
    "AIRFLOW__CORE__PLUGINS_FOLDER": "{code}/plugins",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "300",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "{api}/execution/",
    "AIRFLOW__CORE__FERNET_KEY": "{fernet_key}",
    "AIRFLOW__API__BASE_URL": "{url}",
    "AIRFLOW__API__SECRET_KEY": "{api_secret_key}",
    "AIRFLOW__API_AUTH__JWT_SECRET": "{jwt_secret}",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://airflow:{postgres_password}@{postgres}/airflow",
    "AIRFLOW__CELERY__RESULT_BACKEND": "db+postgresql://airflow:{postgres_password}@{postgres}/airflow",
    "AIRFLOW__CELERY__BROKER_URL": "redis://:{valkey_password}@{valkey}/0",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "{tasks_of_a_worker}",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
    "ICANDID_STORAGE": "s3://{bucket}/tiktok",
    "AWS_ENDPOINT_URL_S3": "{s3}",
    "AWS_ACCESS_KEY_ID": "{s3_access_key}",
    "AWS_SECRET_ACCESS_KEY": "{s3_secret_key}",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AIRFLOW_CONN_ICANDID_REGISTRY": "{registry}",
    **{name: f"{{choices[{name}]}}" for name in CHOICES},
}
"""The environment of every Airflow process; what differs from place to place is named in braces."""


@dataclass(frozen=True)
class Places:
    """Where things are in one deployment, and its secrets."""

    code: str
    api: str
    url: str
    postgres: str
    postgres_password: str
    valkey: str
    valkey_password: str
    s3: str
    s3_access_key: str
    s3_secret_key: str
    bucket: str
    tasks_of_a_worker: str
    fernet_key: str
    api_secret_key: str
    jwt_secret: str
    registry: str
    choices: dict[str, str]


def environment(places: Places) -> dict[str, str]:
    """The environment of every Airflow process of this deployment."""
    return {name: text.format_map(asdict(places)) for name, text in SETTINGS.items()}
