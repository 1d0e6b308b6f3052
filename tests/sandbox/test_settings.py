import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from include.sandbox.admin import VERBS
from include.sandbox.api import ENDPOINTS
from include.sandbox.faults import Fault
from include.sandbox.settings import AT_START, SandboxSettings

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()


def table(heading):
    """The rows of the first table under a heading, cells as text."""
    section = DOCS.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line.startswith("| ")
    ]
    return [[row[0].strip("`"), *row[1:]] for row in rows[1:]]


def shown(default):
    return (
        {None: "none", "": "none", (): "none"}.get(default, str(default)) if not isinstance(default, dict) else "none"
    )


def test_the_documentation_lists_every_switch_with_its_default_and_meaning():
    expected = [
        [name, shown(field.default), "start" if name in AT_START else "any time", field.description]
        for name, field in SandboxSettings.model_fields.items()
    ]
    assert table("Switches") == expected


def test_the_documentation_lists_every_kind_of_fault():
    kinds = Fault.model_fields["kind"].annotation.__args__
    assert [row[0] for row in table("Faults")] == list(kinds)


def test_the_documentation_lists_every_verb_of_the_admin():
    named = re.findall(r"`POST /_admin/(\w+)`", DOCS)
    assert named == ["clock", "search", *VERBS]


def test_the_documentation_lists_every_endpoint():
    assert re.findall(r"`/v2/research/([\w/]+)/`", DOCS) == list(ENDPOINTS)


def test_settings_refuse_what_they_do_not_know():
    with pytest.raises(ValidationError, match="extra"):
        SandboxSettings(videos=3)


def test_the_defaults_are_those_of_the_emulator_rules():
    settings = SandboxSettings()
    assert (settings.search_ready_seconds, settings.search_life_seconds) == (5, 3600)
    assert (settings.token_seconds, settings.longest_window_days, settings.compliance_seconds) == (7200, 30, 3)
    assert (settings.reachable_comments, settings.compliance_ids) == (1000, 10_000)
    assert settings.end_date_inclusive
    assert settings.errors_cost_requests
    assert not (settings.silent_zero or settings.stalled_cursor or settings.revoke_older_tokens or settings.faults)


def test_what_shapes_the_corpus_is_fixed_once_the_sandbox_runs(sandbox):
    for name in AT_START:
        with pytest.raises(ValueError, match=f"{name}: fixed once the sandbox runs"):
            sandbox.switch(**{name: getattr(sandbox.settings, name)})
