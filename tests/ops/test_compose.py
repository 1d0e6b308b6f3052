"""The compose file: valid, the same as `make stack`, no secret with a default, nothing open to the network."""

import json
import re
from importlib.resources import files

import pytest
import yaml
from jsonschema.validators import validator_for

from ops.topology import CHOICES, COMMANDS, SETTINGS, STORES, WORKERS, Places, environment
from tests.docs.pages import ROOT, text

COMPOSE = yaml.safe_load(text("docker-compose.yaml"))
SERVICES = COMPOSE["services"]
OTHERS = {"init", "opensearch", "sandbox"}
FREE = {
    "AIRFLOW_ADMIN_USER",
    *CHOICES,
    "ICANDID_BIND",
    "ICANDID_REGISTRY",
    "ICANDID_UI_PORT",
    "ICANDID_URL",
    "ICANDID_WORKERS",
    "ICANDID_WORKER_TASKS",
    "S3_BUCKET",
    "S3_PORT",
}
"""What is no secret and may have a default."""


def secret(name):
    return f"${{{name}:?see .env.example}}"


PLACES = Places(
    code="/opt/icandid",
    api="http://api-server:8080",
    url="${ICANDID_URL:-http://localhost:8080}",
    postgres="postgres:5432",
    postgres_password=secret("POSTGRES_PASSWORD"),
    valkey="valkey:6379",
    valkey_password=secret("VALKEY_PASSWORD"),
    s3="http://s3:8333",
    s3_access_key=secret("S3_ACCESS_KEY"),
    s3_secret_key=secret("S3_SECRET_KEY"),
    bucket="${S3_BUCKET:-icandid}",
    tasks_of_a_worker="${ICANDID_WORKER_TASKS:-4}",
    fernet_key=secret("AIRFLOW_FERNET_KEY"),
    api_secret_key=secret("AIRFLOW_API_SECRET_KEY"),
    jwt_secret=secret("AIRFLOW_JWT_SECRET"),
    registry="${ICANDID_REGISTRY:-sqlite:////opt/airflow/registry.sqlite}",
    choices={name: f"${{{name}:-}}" for name in CHOICES},
)


def complaints(compose):
    """What the schema of the Compose specification, as the package check-jsonschema carries it, has against a file."""
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
    return list(validator_for(schema)(schema).iter_errors(compose))


def test_it_is_a_compose_file():
    assert complaints(COMPOSE) == []


def test_a_misspelt_key_is_no_compose_file():
    assert complaints({"services": {"s3": SERVICES["s3"] | {"helthcheck": {}}}})


def test_its_services_are_those_of_the_process_stack():
    assert SERVICES.keys() == COMMANDS.keys() | set(STORES) | OTHERS
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_service_runs_the_command_of_the_process_stack(name):
    assert SERVICES[name]["command"] == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_service_has_the_settings_of_the_process_stack(name):
    more = {"worker": {"DUMB_INIT_SETSID": "0"}}.get(name, {})
    assert SERVICES[name]["environment"] == environment(PLACES) | more


def test_what_the_process_stack_has_of_its_own_is_in_no_table(tmp_path):
    """Else it would run with other settings than the compose file, and no test would see it."""
    stack = pytest.importorskip("ops.stack", reason="not installed: requirements-stack.txt", exc_type=ImportError)
    assert stack._loopback(tmp_path, 8080).keys().isdisjoint(SETTINGS)


def test_the_process_stack_has_as_many_workers():
    assert SERVICES["worker"]["deploy"]["replicas"] == f"${{ICANDID_WORKERS:-{WORKERS}}}"


def test_what_runs_once_has_the_same_settings():
    assert environment(PLACES).items() <= SERVICES["init"]["environment"].items()
    assert SERVICES["init"]["command"] == 'bash -c "airflow db migrate && python -m ops.bucket"'


def test_no_setting_of_the_table_holds_a_secret():
    secrets = {name: text for name, text in SETTINGS.items() if re.search("KEY|SECRET|PASSWORD", name)}
    assert all(re.fullmatch(r"\{\w+\}", value) for value in secrets.values())


def test_every_service_has_a_health_check_and_a_limit():
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["init"]
    assert all(service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"} for service in SERVICES.values())


def test_ports_are_bound_to_loopback_unless_somebody_says_otherwise():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("${ICANDID_BIND:-127.0.0.1}:") for port in ports)


def test_a_secret_has_no_default():
    variables = re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)(:[?-])", text("docker-compose.yaml"))
    assert {name for name, kind in variables if kind == ":-"} == FREE
    assert {name for name, kind in variables if kind == ":?"} & FREE == set()


def test_the_example_of_the_environment_names_every_variable():
    variables = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+):", text("docker-compose.yaml")))
    example = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text(".env.example"), re.MULTILINE))
    assert example.keys() == variables
    assert [name for name, value in example.items() if value and name not in FREE] == []
    defaults = dict(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+):-([^}]+)\}", text("docker-compose.yaml")))
    assert {name: value for name, value in example.items() if value} == defaults


def test_every_volume_is_declared_and_used():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == COMPOSE["volumes"].keys()


def test_our_code_is_importable_in_the_image():
    dockerfile = text("Dockerfile")
    root = re.search(r"PYTHONPATH=(\S+)", dockerfile).group(1)
    assert PLACES.code == root
    copied = dict(re.findall(r"^COPY (\S+) (\S+)$", dockerfile, re.MULTILINE))
    assert copied == {source: f"{root}/{source}" for source in copied}
    assert {"requirements.txt", "requirements-stack.txt", "dags", "plugins", "include"} <= copied.keys()
    kept = set(re.findall(r"^!(\S+)$", text(".dockerignore"), re.MULTILINE)) - {"ops"}
    assert kept == copied.keys()


def test_the_image_has_the_airflow_of_the_lock():
    locked = re.search(r"^apache-airflow==(\S+)", text("requirements.txt"), re.MULTILINE).group(1)
    assert f"apache/airflow:{locked}-" in (ROOT / "Dockerfile").read_text()


def test_both_locks_agree():
    """The image and the process stack install both, one after the other."""
    found = [dict(re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", text(name), re.MULTILINE)) for name in LOCKS]
    for lock in found[1:]:
        shared = found[0].keys() & lock.keys()
        assert shared
        assert {name: found[0][name] for name in shared} == {name: lock[name] for name in shared}


LOCKS = ("requirements-stack.txt", "requirements.txt", "requirements-dev.txt")
