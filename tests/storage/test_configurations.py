from datetime import timedelta

import orjson
import pytest

from include.domain.errors import SettingInvalid
from include.storage.configurations import keep, keep_unreadable, newest, versions
from include.storage.layout import ProjectLayout
from tests.conftest import NOW
from tests.projects import PROJECT, project

LAYOUT = ProjectLayout(PROJECT["project_id"])


def test_a_version_says_who_when_and_what(objects):
    assert keep(objects, LAYOUT, project(), NOW, "engineer")
    (path,) = objects.paths("")
    assert path == "projects/tiktok_query_0000005/project/20260601T100000.000000Z.json"
    assert orjson.loads(objects.read(path)) == {
        "by": "engineer",
        "at": "2026-06-01T10:00:00+00:00",
        "configuration": PROJECT | {"connection_id": "tiktok_tiktok_query_0000005"},
    }


def test_the_same_configuration_is_no_new_version(objects):
    keep(objects, LAYOUT, project(), NOW, "engineer")
    assert not keep(objects, LAYOUT, project(), NOW + timedelta(days=1), "somebody")
    assert newest(objects, LAYOUT).by == "engineer"


def test_every_change_is_a_version_and_so_is_the_way_back(objects):
    for day, title in enumerate(["One", "Two", "One"]):
        assert keep(objects, LAYOUT, project(title=title), NOW + timedelta(days=day), "engineer")
    assert [version.configuration["title"] for version in versions(objects, LAYOUT)] == ["One", "Two", "One"]


def test_a_default_that_nobody_wrote_is_no_part_of_a_version(objects):
    keep(objects, LAYOUT, project(), NOW, "engineer")
    assert "window_days" not in newest(objects, LAYOUT).configuration


def test_what_was_no_project_is_kept_as_its_text(objects):
    assert keep_unreadable(objects, LAYOUT, "{", NOW, "unknown")
    assert not keep_unreadable(objects, LAYOUT, "{", NOW + timedelta(days=1), "unknown")
    assert newest(objects, LAYOUT).configuration == {"unreadable": "{"}


def test_nothing_is_newest_before_the_first(objects):
    assert newest(objects, LAYOUT) is None
    assert list(versions(objects, LAYOUT)) == []


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"by": "x", "at": "soon", "configuration": {}}'])
def test_a_version_that_cannot_be_read_is_named(objects, content):
    objects.write(LAYOUT.configuration("20260601T100000.000000Z"), content)
    with pytest.raises(SettingInvalid, match=r"project/20260601T100000.000000Z.json cannot be read"):
        newest(objects, LAYOUT)
