"""The values for the Helm chart: no secret in them, and the settings of every other deployment."""

import re

import yaml

from ops.topology import SETTINGS
from tests.docs.pages import text

VALUES = yaml.safe_load(text("docs/kubernetes-values.yaml"))
BY_THE_CHART = {
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK",
}
"""Settings that the chart makes from its own values and secrets."""


def test_every_setting_of_a_deployment_is_set():
    config = {f"AIRFLOW__{part}__{name}".upper() for part, names in VALUES["config"].items() for name in names}
    plain = {each["name"] for each in VALUES["env"]}
    secret = {each["envName"] for each in VALUES["secret"]}
    assert SETTINGS.keys() <= config | plain | secret | BY_THE_CHART


def test_what_is_the_same_everywhere_has_the_same_value():
    same = {name: value for name, value in SETTINGS.items() if "{" not in value}
    config = {
        f"AIRFLOW__{part}__{name}".upper(): value
        for part, names in VALUES["config"].items()
        for name, value in names.items()
    }
    given = config | {each["name"]: each["value"] for each in VALUES["env"]}
    assert {name: given[name] for name in same.keys() & given.keys()} == {
        name: same[name] for name in same.keys() & given.keys()
    }


def test_secrets_are_named_and_never_written_down():
    assert not {each["name"] for each in VALUES["env"]} & {each["envName"] for each in VALUES["secret"]}
    assert not re.search(r"^(fernetKey|apiSecretKey|jwtSecret):", text("docs/kubernetes-values.yaml"), re.MULTILINE)
    assert not {"metadataConnection", "brokerUrl", "resultBackendConnection"} & VALUES["data"].keys()


def test_nobody_gets_in_with_a_known_password():
    assert VALUES["createUserJob"]["defaultUser"] == {"enabled": False}


def test_the_airflow_is_that_of_the_lock():
    locked = re.search(r"^apache-airflow==(\S+)", text("requirements.txt"), re.MULTILINE).group(1)
    assert VALUES["airflowVersion"] == locked
