"""Fields that TikTok adds, drops or changes in kind are told of once for each project and field."""

from datetime import date

import pytest

from include.domain.check import Verdict
from include.domain.manifest import State
from include.domain.window import DAY, Window
from include.stages.harvest import harvest
from include.stages.harvest.drift import ENOUGH
from include.storage.drift import read_known_fields
from include.storage.layout import ProjectLayout
from include.storage.project_store import ProjectStore
from tests.projects import project
from tests.stages.harvest.answering import Answering, spread
from tests.stages.kills import Killed, Mortal
from tests.stages.reading import store

JANUARY = Window(date(2026, 1, 1), date(2026, 1, 30))


def window(number):
    """One of many days."""
    return Window(JANUARY.start + number * DAY, JANUARY.start + number * DAY)


OURS = project(hashtags=None, accounts=["synth_a"])


def harvested(objects, number, wanted=OURS, records=87, **fields):
    """A window whose records have these fields besides."""
    session = Answering(lambda _: spread(records, window(number), **fields))
    return harvest(wanted, window(number), session.api(), objects, "run")


def told(manifest):
    check = next(each for each in manifest.now.checks if each.name == "fields")
    assert check.verdict is (Verdict.WARNING if check.reason else Verdict.PASSED)
    return check.reason


def test_a_new_field_is_told_of_with_the_records_that_have_it(objects):
    manifest = harvested(objects, 1, brand_new="x")
    assert told(manifest) == "new field brand_new on 87 of 87 records"
    assert manifest.state is State.COMPLETE, "people should know; nothing is missing"
    assert manifest.summary()["warnings"] == ["new field brand_new on 87 of 87 records"]


def test_a_change_is_told_of_once_for_a_project(objects):
    harvested(objects, 1, brand_new="x")
    assert told(harvested(objects, 2, brand_new="x")) == ""
    assert told(harvested(objects, 3, brand_new="x", another=1)) == "new field another on 87 of 87 records"
    other = project(hashtags=None, accounts=["synth_a"], project_id="tiktok_query_0000006")
    assert "brand_new" in told(harvested(objects, 1, other, brand_new="x"))


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("ending", ["manifest", "drift"])
def test_a_change_is_told_of_though_the_task_was_killed_while_it_ended(objects, ending, before):
    layout = store(objects).layout
    path, nth = (layout.manifest(str(window(1))), 2) if ending == "manifest" else (layout.drift, 1)
    with pytest.raises(Killed):
        harvested(Mortal.of(objects, path, nth, before=before), 1, brand_new="x")
    assert told(harvested(objects, 1, brand_new="x")) == "new field brand_new on 87 of 87 records"


def test_another_kind_of_value_is_told_of(objects):
    assert told(harvested(objects, 1, view_count="many")) == "another kind of value in view_count on 87 of 87 records"


@pytest.mark.parametrize("value", [None, 5])
def test_a_value_of_the_kind_that_is_known_or_none_is_no_change(objects, value):
    assert told(harvested(objects, 1, view_count=value)) == ""


@pytest.mark.parametrize("spelled", [{"video_id": 7}, {"favourites_count": 3}])
def test_a_spelling_that_is_known_is_no_new_field(objects, spelled):
    assert told(harvested(objects, 1, **spelled)) == ""


def test_a_field_that_is_gone_is_told_of(objects):
    harvested(objects, 1, view_count=1)
    assert told(harvested(objects, 2)) == "no view_count any more on 0 of 87 records"
    assert told(harvested(objects, 3)) == ""


def test_a_field_that_few_records_had_is_not_missed(objects):
    session = Answering(lambda _: [*spread(30, window(1), view_count=1), *spread(57, window(1))][::-1])
    harvest(OURS, window(1), session.api(), objects, "run")
    assert told(harvested(objects, 2)) == ""


def test_of_a_few_records_nothing_is_missed(objects):
    harvested(objects, 1, view_count=1)
    assert told(harvested(objects, 2, records=ENOUGH - 1)) == ""
    assert read_known_fields(store(objects)).told == ()


def test_a_few_records_do_not_settle_which_fields_are_usual(objects):
    harvested(objects, 1, records=ENOUGH - 1)
    assert read_known_fields(store(objects)).shares == {}
    harvested(objects, 2, view_count=1)
    assert read_known_fields(store(objects)).shares["view_count"] == 1.0


def test_a_field_that_is_not_asked_for_any_more_is_not_missed(objects):
    harvested(objects, 1, view_count=1)
    fewer = project(hashtags=None, accounts=["synth_a"], fields=["id", "create_time", "username"])
    assert told(harvested(objects, 2, fewer)) == ""


def test_without_any_change_nothing_is_written_again(objects):
    harvested(objects, 1)
    path = ProjectLayout("tiktok_query_0000005").drift
    before = objects.versions(path.rpartition("/")[0] + "/")[path]
    harvested(objects, 2)
    assert objects.versions(path.rpartition("/")[0] + "/")[path] == before


def test_what_is_known_is_kept_by_project_and_entity(objects):
    assert read_known_fields(ProjectStore.of(objects, "nobody")).told == ()
