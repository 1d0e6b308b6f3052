import logging

import pytest

from include.domain.errors import ProjectInvalid
from include.domain.form import text_of
from include.stages.proposal import propose
from tests.forms import FORM, form


def registered(**changes):
    """What is stored after the form with these changes was registered."""
    text = propose(form(**changes), lambda _: None, {}).text
    return lambda _: text


def nothing(_project_id):
    return None


def test_a_new_project_is_new():
    proposal = propose(FORM, nothing, {})
    assert (proposal.state, proposal.stored, proposal.earlier) == ("new", None, None)
    proposal.check_replace({})


def test_the_id_that_is_looked_up_is_the_one_that_would_be_written():
    asked = []
    propose(form(project_id=" TIKTOK_query_0000042"), asked.append, {})
    assert asked == ["tiktok_query_0000042"]


def test_what_exists_is_changed_only_with_replace():
    proposal = propose(form(title="Another"), registered(), {})
    assert proposal.state == "registered already, 1 fields change"
    assert proposal.changes == {"title": {"was": "Cycling and climate", "is": "Another"}}
    with pytest.raises(ProjectInvalid, match=r"is registered already, and this form would change title\. Trigger"):
        proposal.check_replace({"replace": False})
    proposal.check_replace({"replace": True})
    proposal.check_replace({"check_only": True})


def test_writing_out_a_default_is_no_change():
    assert propose(form(window_days=30, hidden=True), registered(), {}).changes == {}


def test_what_the_form_does_not_know_survives_a_change():
    stored = text_of({"project_id": "x", "publications": []})
    assert '"publications": []' in propose(FORM, lambda _: stored, {}).text


@pytest.mark.parametrize("stored", ["{", "[]", '{"project_id": "other"}', '{"titel": "x"}'])
def test_a_broken_project_can_be_replaced_and_is_compared_as_it_stands(stored):
    if "titel" in stored:
        with pytest.raises(ProjectInvalid, match="titel: is not a field of a research project"):
            propose(FORM, lambda _: stored, {})
        return
    proposal = propose(FORM, lambda _: stored, {})
    assert proposal.earlier is None
    assert proposal.changes["title"]["is"] == FORM["title"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"region_codes": "ZZ"}, "'ZZ' is not a region of TikTok"),
        ({"fields": "username"}, "fields: add id"),
        (
            {"accounts": "", "hashtags": "", "region_codes": [], "query": {"and": [{"field_name": "user"}]}},
            "must have exactly operation, field_name and field_values",
        ),
    ],
)
def test_what_tiktok_would_refuse_is_refused(changes, said):
    with pytest.raises(ProjectInvalid, match=said):
        propose(form(**changes), nothing, {})


def test_the_log_tells_the_difference_and_names_no_account(caplog):
    with caplog.at_level(logging.INFO):
        propose(form(accounts="@unheard", schedule="@daily"), registered(), {})
    assert "accounts: 2 listed -> 1 listed" in caplog.text
    assert "schedule: None -> @daily" in caplog.text
    assert "unheard" not in caplog.text
