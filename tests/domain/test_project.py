import json
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from include.domain.errors import ProjectInvalid, ProjectRetired
from include.domain.project import ResearchProject, read_project
from tests.projects import PROJECT, project, project_text

RAW_QUERY = {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["synth_nieuws_be"]}]}
NO_LISTS = {"accounts": None, "hashtags": None, "keywords": None, "region_codes": None}


def complaint(**changes):
    with pytest.raises(ProjectInvalid) as caught:
        project(**changes)
    return str(caught.value)


def test_a_project_with_only_what_is_needed_gets_the_documented_defaults():
    read = project()
    assert (read.window_days, read.settle_days, read.pool, read.schedule) == (30, 3, None, None)
    assert read.connection_id == "tiktok_tiktok_query_0000005"
    assert read.fields == ()
    assert read.hidden


def test_every_field_of_a_full_project_is_kept():
    full = PROJECT | {
        "keywords": ["klimaatmars"],
        "schedule": "0 5 * * *",
        "window_days": 7,
        "settle_days": 5,
        "labels": ["politics"],
        "hidden": False,
        "fields": ["id", "username"],
        "connection_id": "another",
        "pool": "tiktok",
    }
    kept = json.loads(read_project(PROJECT["project_id"], json.dumps(full)).model_dump_json(exclude={"query"}))
    assert {name: kept[name] for name in full} == full


def test_days_may_be_written_as_tiktok_writes_them():
    read = project(period={"start": "20240229", "end": "20240301"}, access={"start": "20240101", "end": "20251231"})
    assert (read.period.start, read.period.end) == (date(2024, 2, 29), date(2024, 3, 1))
    assert read.access.end == date(2025, 12, 31)


@pytest.mark.parametrize("day", ["20230229", "2023-02-29", "20261301", "2026", "soon", "1-1-2026", ""])
def test_a_day_that_does_not_exist_is_named(day):
    said = complaint(period={"start": day})
    assert "period.start = " in said
    assert day in said.replace("-", "") or day in said


def test_an_open_period_may_say_null_or_nothing():
    assert project(period={"start": "2026-01-01", "end": None}).period.end is None
    assert project(period={"start": "2026-01-01"}).period.end is None


def test_a_period_that_ends_before_it_starts_is_refused():
    assert "end 2026-01-01 lies before start 2026-02-01; swap them" in complaint(
        period={"start": "2026-02-01", "end": "2026-01-01"}
    )


def test_access_that_ends_before_it_starts_is_refused():
    assert "swap them" in complaint(access={"start": "2026-02-01", "end": "2026-01-01"})


def test_access_needs_an_end():
    assert "access.end: is missing, add it" in complaint(access={"start": "2026-02-01"})


@pytest.mark.parametrize(("start", "end"), [("2025-01-01", "2026-12-31"), ("2024-01-01", "2025-12-31")])
def test_two_years_of_access_are_accepted_with_a_leap_day_too(start, end):
    assert project(access={"start": start, "end": end}).access.includes(date.fromisoformat(end))


def test_more_than_two_years_of_access_are_refused():
    said = complaint(access={"start": "2026-01-01", "end": "2028-02-01"})
    assert "access" in said
    assert "longer than two years" in said


def test_access_includes_its_first_and_its_last_day():
    access = project(access={"start": "2026-01-01", "end": "2026-12-31"}).access
    held = [access.includes(date(2026, 1, 1)), access.includes(date(2026, 12, 31))]
    assert held == [True, True]
    assert not access.includes(date(2027, 1, 1))
    assert not access.includes(date(2025, 12, 31))


def test_a_raw_query_is_kept_as_it_is_written():
    assert project(query=RAW_QUERY, **NO_LISTS).query == RAW_QUERY


@pytest.mark.parametrize("name", ["accounts", "hashtags", "keywords", "region_codes"])
def test_a_raw_query_excludes_each_of_the_lists(name):
    said = complaint(**NO_LISTS | {name: PROJECT.get(name, ["klimaat"])}, query=RAW_QUERY)
    assert f"query excludes {name}" in said
    assert "keep the raw query or the lists" in said


def test_a_project_that_asks_for_nothing_is_refused():
    assert "nothing to ask for" in complaint(**NO_LISTS)


@pytest.mark.parametrize(
    "name",
    ["title", "description", "requestor", "requestor_email", "period", "access", "license"],
)
def test_a_missing_field_is_named_with_the_remedy(name):
    assert f"{name}: is missing, add it" in complaint(**{name: None})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 101),
        ("title", 5),
        ("description", "x" * 256),
        ("description", " "),
        ("requestor", "x" * 101),
        ("requestor", ["A", "B"]),
        ("requestor_email", "nobody"),
        ("requestor_email", "a@b@c.example"),
        ("accounts", "synth_nieuws_be"),
        ("accounts", ["@synth_nieuws_be"]),
        ("accounts", ["one,two"]),
        ("accounts", ["twice", "twice"]),
        ("accounts", [""]),
        ("accounts", [7]),
        ("hashtags", ["#fietsen"]),
        ("hashtags", ["fietsen, klimaat"]),
        ("hashtags", ["klimaat", "klimaat"]),
        ("keywords", [" "]),
        ("region_codes", ["be"]),
        ("region_codes", ["BEL"]),
        ("region_codes", ["BE", "BE"]),
        ("query", "klimaat"),
        ("query", ["and"]),
        ("period", "2026"),
        ("access", []),
        ("schedule", "every day"),
        ("schedule", "* * * *"),
        ("schedule", ""),
        ("schedule", 5),
        ("window_days", 0),
        ("window_days", 31),
        ("window_days", "many"),
        ("window_days", 1.5),
        ("settle_days", -1),
        ("settle_days", 31),
        ("languages", ["nl-BE"]),
        ("languages", ["dutch"]),
        ("languages", ["nl", "nl"]),
        ("license", ""),
        ("license", "x" * 256),
        ("labels", "politics"),
        ("labels", [""]),
        ("labels", ["x" * 46]),
        ("hidden", "perhaps"),
        ("fields", ["id", "id"]),
        ("fields", "id"),
        ("connection_id", ["a"]),
        ("pool", ["a"]),
        ("order", "random"),
        ("daily_requests", 0),
        ("daily_requests", 1001),
        ("canary_queries", "klimaat"),
    ],
)
def test_a_wrong_value_is_told_with_its_field(field, value):
    said = complaint(**{field: value})
    assert said.startswith("Research project tiktok_query_0000005: ")
    assert field in said
    shown = next(iter(value), "") if isinstance(value, (list, dict)) and value else value
    assert str(shown)[:40] in said


@pytest.mark.parametrize(
    "project_id", ["Tiktok_Query", "tiktok-query", "tiktok query", "_x", "x_", "a__b", "x" * 46, ""]
)
def test_an_id_that_icandid_would_refuse_is_refused(project_id):
    assert "project_id" in complaint(project_id=project_id)


def test_a_project_under_the_id_of_another_is_refused():
    with pytest.raises(ProjectInvalid, match="project_id is 'tiktok_query_0000005'; make them equal"):
        read_project("tiktok_query_0000006", project_text())


def test_an_unknown_field_is_named_with_the_remedy():
    said = complaint(acounts=["typo"])
    assert "acounts: is not a field of a research project, remove it or correct its name" in said


def test_all_complaints_are_told_at_once():
    said = complaint(title="", window_days=99, requestor=None)
    assert all(name in said for name in ("title", "window_days", "requestor"))


def test_a_complaint_never_quotes_a_long_value_in_full():
    assert len(complaint(title="x" * 10_000)) < 500


def test_surrounding_spaces_are_no_part_of_an_account():
    assert project(accounts=[" synth_nieuws_be "]).accounts == ("synth_nieuws_be",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def read_or_refused(text):
    try:
        return read_project(PROJECT["project_id"], text)
    except ProjectInvalid as error:
        return error


@given(st.text() | st.text().map(json.dumps) | JSON.map(json.dumps))
@example("")
@example("[" * 100_000)
@example('{"a": "\\ud800"}')
@example("\ud800")
@example('{"project_id": 1e999}')
def test_any_text_is_a_project_or_refused_as_one(text):
    assert isinstance(read_or_refused(text), ProjectInvalid | ResearchProject)


@given(st.sampled_from(sorted(ResearchProject.model_fields)), JSON)
@example("period", {"start": 10**30})
@example("period", {"start": "٢٠٢٦٠١٠١"})
@example("access", {"start": "0001-01-01", "end": "9999-12-31"})
@example("window_days", float("nan"))
def test_any_value_in_any_field_is_a_project_or_refused_as_one(field, value):
    assert isinstance(read_or_refused(json.dumps(PROJECT | {field: value})), ProjectInvalid | ResearchProject)


def test_planned_publications_are_kept():
    paper = {"title": "Cycling in the news", "date": "20261201", "venue": "A Journal"}
    (read,) = project(publications=[paper]).publications
    assert (read.title, read.date, read.venue) == ("Cycling in the news", date(2026, 12, 1), "A Journal")
    assert project().publications == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([{"title": "A"}], "publications.0.date: is missing, add it"),
        ([{"title": "A", "date": "soon", "venue": "B"}], "publications.0.date = 'soon'"),
        ([{"title": " ", "date": "2026-12-01", "venue": "B"}], "publications.0.title"),
        ([{"title": "A", "date": "2026-12-01", "venue": "B"}] * 2, "listed twice: A"),
        ("A", "publications = 'A'"),
    ],
)
def test_a_publication_that_cannot_be_used_is_told(wrong, said):
    assert said in complaint(publications=wrong)


def test_a_project_cannot_be_changed_once_it_is_read():
    with pytest.raises(ValueError, match="frozen"):
        project().title = "Another"


RETIRED = {"on": "2026-06-01", "reason": "the thesis is handed in"}


def test_nothing_is_harvested_for_a_retired_project_even_inside_its_access():
    with pytest.raises(ProjectRetired, match=r"retired on 2026-06-01 \(the thesis is handed in\)"):
        project(retired=RETIRED).check_access(date(2026, 6, 2))


@pytest.mark.parametrize(
    "wrong", [{"on": "2026-06-01"}, {"on": "2026-06-01", "reason": " "}, "2026-06-01", {"reason": "x"}]
)
def test_retired_says_when_and_why(wrong):
    with pytest.raises(ProjectInvalid, match="retired"):
        project(retired=wrong)
