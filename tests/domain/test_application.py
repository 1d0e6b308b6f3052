from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.domain.application import Application, filled, findings, proposal, revised
from include.domain.errors import ApplicationInvalid
from include.domain.questions import NAMES, QUESTIONS, TOPICS
from tests.applications import ANSWERS, application
from tests.projects import project

TODAY = date(2026, 11, 23)


def complaint(draft=None, **form):
    with pytest.raises(ApplicationInvalid) as caught:
        revised(draft or Application(), form)
    return str(caught.value)


def remarks(name, today=TODAY, **changes):
    return next(each.remarks for each in findings(application(**changes), today) if each.question.name == name)


def test_the_questions_come_in_tiktoks_order():
    assert " ".join(question.text.split()[0] for question in QUESTIONS) == (
        "Name Address Link Link Area Name May Members Links Research Summary Description Access Access Plans Data "
        "Hypotheses Expected Summary References"
    )
    assert tuple(Application.model_fields)[: len(NAMES)] == NAMES
    assert len(TOPICS) == 8


def test_a_full_application_lacks_nothing():
    found = findings(application(), TODAY)
    assert [each.number for each in found] == list(range(1, 21))
    assert all(each.answered and each.remarks == () for each in found)


def test_an_empty_application_lacks_everything():
    assert Application().missing == list(NAMES)
    assert not any(each.answered for each in findings(Application(), TODAY))


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_missed(name):
    without = application(**{name: [] if isinstance(ANSWERS[name], list) else None})
    assert without.missing == [name]


def test_nobody_has_to_be_named_where_no_team_needs_access():
    assert application(team_access="no", members=[]).missing == []


def test_a_form_with_some_answers_goes_on_with_the_draft():
    draft = revised(Application(), {"university": "One", "team": "Team"})
    later = revised(draft, {"university": "Another", "team": None, "address": "  ", "members": [], "summary": "Sum"})
    assert (later.university, later.team, later.address, later.summary) == ("Another", "Team", None, "Sum")


def test_an_answer_can_be_taken_back():
    assert revised(application(), {}, ("sharing", "members")).missing == ["members", "sharing"]
    with pytest.raises(ApplicationInvalid, match="no answer named shoe_size"):
        revised(application(), {}, ("shoe_size",))


@pytest.mark.parametrize(("start", "end"), [("2027-03-01", "2029-02-28"), ("20270301", "20290301")])
def test_two_years_of_access_can_be_applied_for(start, end):
    assert revised(Application(), {"access_start": start, "access_end": end}).access_end


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"access_start": "2027-03-01", "access_end": "2029-03-02"}, "longer than two years"),
        ({"access_start": "2027-03-01", "access_end": "2027-02-28"}, "swap them"),
        ({"access_start": "1027-03-01", "access_end": "1027-03-02"}, "lies before the Research API"),
        ({"access_start": "soon"}, "Access start date: "),
        ({"university_link": "example"}, "Link to the university's website: write the address of a web page"),
        ({"university_link": "javascript:alert(1)"}, "write the address of a web page"),
        ({"topic": "Cats"}, "Research topic category: choose one of: Consumer trends"),
        ({"team_access": "perhaps"}, "May a research team also need access?"),
        ({"members": [{"title": "PhD"}]}, "Members of the research team.0.name"),
        ({"members": [{"name": "A", "shoe_size": 40}]}, "Members of the research team.0.shoe_size"),
        ({"members": ["A"]}, "Members of the research team.0"),
        ({"requestor_email": "nobody"}, "requestor_email"),
        ({"title": "x" * 101}, "title"),
        ({"question": "?"}, "question"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_with_its_question(form, said):
    assert said in complaint(**form)


def test_dates_are_checked_against_those_of_the_draft():
    assert "longer than two years" in complaint(application(), access_end="2030-01-01")


def test_all_complaints_are_told_at_once():
    said = complaint(topic="Cats", university_link="x", requestor_email="y")
    assert all(name in said for name in ("Research topic", "university's website", "requestor_email"))


def test_a_link_without_its_scheme_is_completed():
    assert (
        revised(Application(), {"department_link": "www.example.org/a"}).department_link == "https://www.example.org/a"
    )


def test_pasted_lines_become_items():
    assert revised(Application(), {"references": "One\n\n Two \n"}).references == ("One", "Two")


@pytest.mark.parametrize(("today", "late"), [(date(2027, 2, 1), False), (date(2027, 2, 2), True)])
def test_one_applies_four_weeks_before_the_wanted_start(today, late):
    assert application().apply_by == date(2027, 2, 1)
    said = remarks("access_start", today)
    assert bool(said) == late
    assert not late or "apply by 2027-02-01 for this start; applying today, ask for 2027-03-02" in said[0]


@pytest.mark.parametrize(("words", "fits"), [(99, False), (100, True), (500, True), (501, False)])
def test_a_summary_is_measured_in_words(words, fits):
    assert (remarks("summary", summary="word " * words) == ()) == fits


def test_what_is_not_known_of_a_member_is_told():
    assert remarks("members", members=[{"name": "B. Colleague", "title": "PhD"}]) == (
        "B. Colleague: university missing",
    )


@pytest.mark.parametrize(("number", "told"), [(10, False), (11, True)])
def test_tiktok_accepts_nine_beside_the_principal_researcher(number, told):
    member = {"name": "B", "university": "U", "title": "T"}
    assert bool(remarks("members", members=[member] * number)) == told


def test_an_application_becomes_a_research_project():
    proposed = proposal(application())
    assert proposed["access"] == {"start": "2027-03-01", "end": "2029-02-28"}
    read = project(**proposed)
    assert (read.title, read.requestor, read.requestor_email) == (
        "Cycling and climate", "A. Researcher", "researcher@example.org",
    )  # fmt: skip
    assert read.description.startswith("How cycling and climate are talked about. word")
    assert read.description.endswith("…")


def test_a_draft_proposes_only_what_it_says():
    assert proposal(Application()) == {}
    assert proposal(Application(access_start=TODAY, summary="Short")) == {"description": "Short"}


@given(st.text(min_size=1).filter(str.strip))
def test_any_summary_fits_a_description(summary):
    proposed = proposal(revised(Application(), {"summary": summary}))
    assert 0 < len(proposed["description"]) <= 255
    assert project(**proposed).description


FORM = st.dictionaries(
    st.sampled_from(sorted(Application.model_fields)),
    st.none() | st.text() | st.lists(st.text() | st.dictionaries(st.text(), st.text())) | st.dates() | st.integers(),
)


@given(FORM, FORM)
def test_any_form_is_an_application_or_refused_with_the_reason(first, second):
    try:
        once = revised(Application(), first)
        twice = revised(once, second)
    except ApplicationInvalid as error:
        assert str(error).startswith("The application was not saved. ")
        return
    assert revised(twice, second) == twice
    kept = {name for name in filled(first) if name not in filled(second)}
    assert all(getattr(twice, name) == getattr(once, name) for name in kept)
    assert len(findings(twice, TODAY)) == len(NAMES)
