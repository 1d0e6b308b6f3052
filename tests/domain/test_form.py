import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.errors import ProjectInvalid
from include.domain.form import OWN, configuration_of, object_in, project_id_of, project_of, text_of
from include.domain.project import ResearchProject
from tests.forms import FORM, form


def complaint(**changes):
    with pytest.raises(ProjectInvalid) as caught:
        project_of(configuration_of(form(**changes), {}, {}))
    return str(caught.value)


def test_a_form_becomes_the_project_it_describes():
    project = project_of(configuration_of(FORM, {}, {}))
    assert project.project_id == "tiktok_query_0000042"
    assert project.accounts == ("synth_nieuws_be", "synth_journal_be")
    assert project.hashtags == ("fietsen", "klimaat")
    assert (str(project.period.start), str(project.period.end)) == ("2026-01-01", "2026-03-31")
    assert project.connection_id == "tiktok_tiktok_query_0000042"
    assert project.pool == "tiktok_tiktok_query_0000042"


def test_what_was_left_empty_is_not_written():
    configuration = configuration_of(form(schedule=None, keywords="", labels=[], query=None, fields=None), {}, {})
    assert not {"schedule", "keywords", "labels", "query", "fields", "window_days"} & configuration.keys()


def test_zero_and_false_are_written():
    configuration = configuration_of(form(settle_days=0, hidden=False), {}, {})
    assert (configuration["settle_days"], configuration["hidden"]) == (0, False)


def test_a_period_from_two_days_is_a_period_too():
    assert configuration_of(form(period=None, period_start="2026-01-01"), {}, {})["period"] == {"start": "2026-01-01"}
    both = configuration_of(form(period=None, period_start="20260101", period_end="20260331"), {}, {})
    assert project_of(both) == project_of(configuration_of(FORM, {}, {}))


def test_a_period_that_is_pasted_and_picked_is_refused():
    assert "period = '20260101 – 20260331': fill this, or first and last day" in complaint(period_start="2026-01-01")


def test_every_field_that_cannot_be_read_is_named_at_once():
    told = complaint(accounts="Jan Janssens", hashtags="@name", period="soon")
    assert told.startswith("Research project tiktok_query_0000042: ")
    for said in ("accounts = 'Jan Janssens': ", "hashtags = '@name': ", "period = 'soon': "):
        assert said in told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"project_id": "my-project"}, "project_id = 'my-project'"),
        ({"title": " "}, "title: is missing, add it"),
        ({"requestor_email": "nobody"}, "requestor_email = 'nobody'"),
        ({"accounts": "", "hashtags": "", "region_codes": ""}, "nothing to ask for: fill accounts, hashtags"),
        ({"query": {"and": []}}, "query excludes accounts, hashtags, region_codes"),
        ({"access_end": "2030-01-01"}, "longer than two years"),
        ({"period": "20260331 – 20260101"}, "swap them"),
        ({"period": ""}, "period: is missing, add it"),
        ({"schedule": "daily"}, "schedule = 'daily': write a cron expression"),
        ({"window_days": 31}, "window_days = '31'"),
    ],
)
def test_a_project_that_cannot_be_is_refused_with_the_remedy(changes, said):
    assert said in complaint(**changes)


def test_an_id_is_written_in_small_letters_without_spaces():
    assert project_id_of({"project_id": " TikTok_Query_0000042\n"}) == "tiktok_query_0000042"


def test_projects_that_share_a_client_share_its_pool():
    assert configuration_of(form(connection_id="tiktok_team"), {}, {})["pool"] == "tiktok_team"
    assert configuration_of(form(connection_id="tiktok_team", pool="mine"), {}, {})["pool"] == "mine"
    assert "pool" not in configuration_of(form(use_pool=False), {}, {})


def test_the_form_has_no_field_that_a_project_lacks():
    assert ResearchProject.model_fields.keys() >= OWN


def test_what_the_form_has_no_field_for_is_kept():
    earlier = {"title": "Old", "keywords": ["old"], "noted_elsewhere": [1]}
    configuration = configuration_of(FORM, earlier, {})
    assert configuration["noted_elsewhere"] == [1]
    assert configuration["title"] == FORM["title"]
    assert "keywords" not in configuration


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7"])
def test_a_variable_without_an_object_is_an_empty_configuration(text):
    assert object_in(text) == {}


def test_the_text_of_a_variable_reads_as_its_configuration():
    configuration = configuration_of(form(title="Klimaat à la carte"), {}, {})
    assert object_in(text_of(configuration)) == configuration
    assert "à" in text_of(configuration)


ANYTHING = st.none() | st.text(max_size=20)


@given(st.fixed_dictionaries(dict.fromkeys(("project_id", "accounts", "hashtags", "keywords", "period"), ANYTHING)))
def test_any_form_is_a_project_or_refused(changes):
    try:
        configuration = configuration_of(form(**changes), {}, {})
        project = project_of(configuration)
    except ProjectInvalid as error:
        assert str(error).startswith("Research project ")
    else:
        assert json.loads(text_of(configuration))["project_id"] == project.project_id


def test_what_the_form_leaves_empty_comes_from_the_application():
    applied = {
        "title": "As applied for",
        "requestor": "B. Researcher",
        "access": {"start": "2026-01-01", "end": "2026-12-31"},
    }
    configuration = configuration_of(form(title=None, access_start=None, access_end=None), {}, applied)
    assert (configuration["title"], configuration["access"]) == (applied["title"], applied["access"])
    assert configuration["requestor"] == FORM["requestor"]
