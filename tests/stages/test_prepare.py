import json
import logging
from datetime import UTC, datetime

import pytest

from include.domain.errors import ApplicationInvalid, SettingInvalid
from include.domain.questions import NAMES, QUESTIONS
from include.stages.prepare import prepare, proposed
from include.storage.layout import ApplicationLayout
from tests.applications import ANSWERS

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAME = "cycling_2027"
LAYOUT = ApplicationLayout(NAME)


def prepared(objects, withdrawn=(), at=AT, run="manual__1", **form):
    return prepare(NAME, form, withdrawn, objects, run, at)


def read(objects, number):
    return objects.read(LAYOUT.dossiers[number]).decode()


def test_a_full_form_becomes_a_draft_and_a_dossier(objects):
    done = prepared(objects, **ANSWERS)
    assert (done.version, done.answered, done.questions, done.missing, done.remarks) == (1, 20, 20, [], 0)
    assert done.apply_by == "2027-02-01"
    markdown, page, report = (read(objects, number) for number in range(3))
    headings = [line for line in markdown.splitlines() if line.startswith("## ")]
    assert headings[1:] == [f"## {number}. {question.text}" for number, question in enumerate(QUESTIONS, 1)]
    assert "Nothing: every question is answered." in markdown
    assert "**When to apply:** by 2027-02-01, to start on 2027-03-01" in markdown
    assert "> - B. Colleague; Example University, Media; PhD, researcher" in markdown
    assert "<h2>20. References or citations</h2>" in page
    assert page.startswith("<!DOCTYPE html>")
    assert all(each["answered"] for each in json.loads(report))


def test_a_draft_says_what_is_missing(objects):
    done = prepared(objects, summary="Too short", access_start="2026-12-01")
    assert done.missing == [name for name in NAMES if name not in ("summary", "access_start")]
    markdown = read(objects, 0)
    assert "2 of 20 questions are answered" in markdown
    assert "- Question 1, Name of university and department: no answer yet" in markdown
    assert "- Question 11, Summary of the project: 2 words; about 100 to 500 are usual" in markdown
    assert "by 2026-11-03, to start on 2026-12-01" in markdown
    assert "**That day has passed.**" in markdown
    assert "applying today, ask for 2026-12-21" in markdown


def test_a_later_form_goes_on_with_the_draft_and_keeps_every_version(objects):
    prepared(objects, university="One")
    done = prepared(objects, team="Team", university="")
    assert (done.version, done.answered) == (2, 2)
    first, second = objects.paths(LAYOUT.drafts)
    assert json.loads(objects.read(first))["answers"] == {
        "university": "One", "members": [], "past_work": [], "references": [],
    }  # fmt: skip
    assert json.loads(objects.read(second))["answers"]["team"] == "Team"


def test_a_retry_makes_no_new_version(objects):
    prepared(objects, university="One")
    assert prepared(objects, university="One", run="manual__2").version == 1
    assert len(objects.paths(LAYOUT.drafts)) == 1


def test_an_answer_that_is_taken_back_stays_in_the_earlier_version(objects):
    prepared(objects, university="One", team="Team")
    assert prepared(objects, ["team"]).missing[0] == "address"
    assert "Team" in objects.read(LAYOUT.draft(1)).decode()
    assert '"team"' not in objects.read(LAYOUT.draft(2)).decode()


def test_a_form_that_cannot_be_used_leaves_everything_as_it_was(objects):
    prepared(objects, **ANSWERS)
    before = {path: objects.read(path) for path in objects.paths("")}
    with pytest.raises(ApplicationInvalid, match="longer than two years"):
        prepared(objects, access_end="2031-01-01", team="Another")
    assert {path: objects.read(path) for path in objects.paths("")} == before


@pytest.mark.parametrize("name", ["", "Cycling", "../projects", "a/b", "a b", "x" * 46, "a__b", "a\n"])
def test_an_id_that_is_no_folder_name_is_refused(objects, name):
    with pytest.raises(ApplicationInvalid, match="application_id"):
        prepare(name, {}, (), objects, "manual__1", AT)
    assert objects.paths("") == []


def test_what_a_researcher_writes_is_shown_and_not_obeyed(objects):
    prepared(objects, title="<script>alert(1)</script>", summary="# 3. A heading\n<img src=x>\n[a](javascript:b)")
    page = read(objects, 1)
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "\n# 3. A heading" not in read(objects, 0)


def test_lines_stay_lines(objects):
    prepared(objects, address="Street 1\n\n3000 Leuven\nBelgium")
    assert "<p>3000 Leuven<br />\nBelgium</p>" in read(objects, 1)


def test_an_application_gives_the_fields_of_a_project(objects):
    prepared(objects, **ANSWERS)
    assert proposed(NAME, objects).keys() == {"title", "description", "requestor", "requestor_email", "access"}


def test_an_application_that_is_not_there_is_named(objects):
    with pytest.raises(ApplicationInvalid, match="no application 'cycling_2027'"):
        proposed(NAME, objects)


def test_a_draft_that_cannot_be_read_is_named(objects):
    objects.write(LAYOUT.draft(1), b"{")
    with pytest.raises(SettingInvalid, match=r"0001\.json cannot be read"):
        prepared(objects, university="One")


def test_the_log_counts_and_quotes_nothing(objects, caplog):
    with caplog.at_level(logging.DEBUG):
        prepared(objects, **ANSWERS)
    assert "answered=20 of 20" in caplog.text
    assert not [answer for answer in ANSWERS.values() if str(answer) in caplog.text]
