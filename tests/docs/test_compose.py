"""The compose file: whole, with secrets that have no default, and nothing open to the network."""

import re

import yaml

from tests.docs.pages import ROOT, text

COMPOSE = yaml.safe_load(text("docker-compose.yaml"))
SERVICES = COMPOSE["services"]
OURS = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}
OTHERS = {"init", "postgres", "valkey", "s3", "opensearch", "sandbox"}
SETTINGS = {"AIRFLOW_ADMIN_USER", "S3_BUCKET", "ICANDID_UI_PORT", "S3_PORT"}
"""What is no secret and may have a default."""


def test_the_stack_has_every_service():
    assert SERVICES.keys() == OURS | OTHERS
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


def test_every_service_has_a_health_check_and_a_limit():
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["init"]
    assert all(service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"} for service in SERVICES.values())


def test_ports_are_bound_to_loopback():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_a_secret_has_no_default():
    variables = re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)(:[?-])", text("docker-compose.yaml"))
    assert {name for name, kind in variables if kind == ":-"} == SETTINGS
    assert {name for name, kind in variables if kind == ":?"} & SETTINGS == set()


def test_the_example_of_the_environment_names_every_variable():
    variables = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+):", text("docker-compose.yaml")))
    example = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text(".env.example"), re.MULTILINE))
    assert example.keys() == variables
    assert [name for name, value in example.items() if value and name not in SETTINGS] == []


def test_every_volume_is_declared_and_used():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == COMPOSE["volumes"].keys()


def test_all_airflow_processes_share_one_environment():
    common = COMPOSE["x-airflow-environment"]
    assert all(common.items() <= SERVICES[name]["environment"].items() for name in OURS)
    assert common["ICANDID_STORAGE"].startswith("s3://")


def test_our_code_is_importable_in_the_image():
    dockerfile = text("Dockerfile")
    root = re.search(r"PYTHONPATH=(\S+)", dockerfile).group(1)
    assert COMPOSE["x-airflow-environment"]["PYTHONPATH"] == root
    copied = re.findall(r"^COPY (\S+) (\S+)$", dockerfile, re.MULTILINE)
    assert {source: target.removeprefix(f"{root}/") for source, target in copied} == {
        source: source for source in ("requirements.txt", "dags", "plugins", "include")
    }
    kept = re.findall(r"^!(\S+)$", text(".dockerignore"), re.MULTILINE)
    assert set(kept) == {source for source, _ in copied}


def test_the_image_has_the_airflow_of_the_lock():
    locked = re.search(r"^apache-airflow==(\S+)", text("requirements.txt"), re.MULTILINE).group(1)
    assert f"apache/airflow:{locked}-" in (ROOT / "Dockerfile").read_text()
