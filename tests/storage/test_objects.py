import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.domain.errors import SettingInvalid, StorageUnavailable
from include.storage.objects import open_storage
from tests.storage.conftest import Server


def test_what_is_put_is_read_back_byte_for_byte(objects):
    content = bytes(range(256)) * 1000
    objects.write("a/b.bin", content)
    assert objects.read("a/b.bin") == content


def test_an_absent_object_reads_as_none(objects):
    assert objects.read("a/b.bin") is None
    assert objects.reader("a/b.bin") is None


def test_a_put_replaces_the_whole_object(objects):
    objects.write("a", b"the longer one")
    objects.write("a", b"short")
    assert objects.read("a") == b"short"


def test_an_empty_object_is_an_object(objects):
    objects.write("a", b"")
    assert objects.read("a") == b""


def test_a_local_file_is_put_as_it_is(objects, tmp_path):
    local = tmp_path / "local"
    local.write_bytes(b"x" * 3_000_000)
    objects.write("a/b", local)
    assert objects.read("a/b") == local.read_bytes()


def test_create_never_replaces(objects):
    assert objects.create("lease", b"mine")
    assert not objects.create("lease", b"yours")
    assert objects.read("lease") == b"mine"


def test_paths_are_listed_in_order_with_everything_below(objects):
    for path in ("w/2/p/1", "w/1/m", "w/1/p/2", "w/1/p/10", "x/1"):
        objects.write(path, b".")
    assert objects.paths("w/") == ["w/1/m", "w/1/p/10", "w/1/p/2", "w/2/p/1"]
    assert objects.paths("w/1/") == ["w/1/m", "w/1/p/10", "w/1/p/2"]
    assert objects.paths("nothing/") == []


def test_a_version_changes_with_its_object_and_only_then(objects):
    objects.write("a/1", b"one")
    objects.write("a/2", b"two")
    before = objects.versions("a/")
    objects.write("a/2", b"owt")
    after = objects.versions("a/")
    assert [path for path in after if after[path] != before[path]] == ["a/2"]


def test_a_put_returns_the_version_that_a_listing_shows(objects, tmp_path):
    local = tmp_path / "local"
    local.write_bytes(b"x" * 3_000_000)
    told = {"a/bytes": objects.write("a/bytes", b"one"), "a/file": objects.write("a/file", local)}
    assert objects.versions("a/") == told


def test_an_object_is_read_with_the_version_that_a_listing_shows(objects):
    version = objects.write("a/1", b"one")
    assert objects.read_version("a/1") == (b"one", version)
    assert [each.version for some in objects.stored("a/") for each in some] == [version]
    assert objects.read_version("a/2") is None


def test_a_prefix_is_a_folder_not_the_start_of_a_name(objects):
    objects.write("projects/a/x", b".")
    objects.write("projects/ab/x", b".")
    assert objects.paths("projects/a/") == ["projects/a/x"]


def test_folders_are_the_names_one_level_below(objects):
    for path in ("w/2026-02-01/m", "w/2026-01-01/p/1", "w/2026-01-01/m", "w/file"):
        objects.write(path, b".")
    assert objects.folders("w/") == ["2026-01-01", "2026-02-01"]
    assert objects.folders("nothing/") == []


def test_deleting_removes_what_is_there_and_minds_nothing_else(objects):
    objects.write("a", b".")
    objects.write("b", b".")
    objects.delete(["a", "never was"])
    assert (objects.read("a"), objects.read("b")) == (None, b".")


def test_a_reader_seeks_and_reads_pieces(objects):
    objects.write("a", b"0123456789")
    reader = objects.reader("a")
    assert reader.seek(-3, io.SEEK_END) == 7
    assert reader.read() == b"789"
    assert reader.seek(2) == 2
    assert reader.read(3) == b"234"
    assert reader.tell() == 5


def test_pyarrow_reads_parquet_through_a_reader(objects):
    table = pa.table({"id": list(range(10_000))})
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=1000)
    objects.write("a.parquet", sink.getvalue())
    file = pq.ParquetFile(pa.PythonFile(objects.reader("a.parquet"), mode="r"))
    assert file.read_row_group(3)["id"].to_pylist() == list(range(3000, 4000))


def test_paths_may_hold_what_airflow_and_people_write(objects):
    objects.write("projects/x/registration/manual__2026-11-22T23-38-28.5-00-00.json", b".")
    assert objects.paths("projects/x/") == ["projects/x/registration/manual__2026-11-22T23-38-28.5-00-00.json"]


@pytest.mark.parametrize("call", ["paths", "folders", "write", "create"])
def test_a_missing_bucket_is_a_setting_to_correct(s3, call):
    objects = s3.storage("x", bucket="no-such-bucket")
    arguments = ("a", b".") if call in ("write", "create") else ("a",)
    with pytest.raises(SettingInvalid, match="Create the bucket or folder of ICANDID_STORAGE, or correct its name"):
        getattr(objects, call)(*arguments)


def test_a_storage_that_does_not_answer_is_a_moment():
    objects = Server("http://127.0.0.1:9").storage("x")
    with pytest.raises(StorageUnavailable, match=r"The object storage failed at a/b"):
        objects.read("a/b")


def test_a_folder_that_became_a_file_is_a_moment_not_a_crash(tmp_path):
    objects = open_storage(f"file://{tmp_path}/storage")
    (tmp_path / "storage" / "projects").write_bytes(b"a file")
    with pytest.raises((StorageUnavailable, SettingInvalid), match="projects/a"):
        objects.write("projects/a", b".")


@pytest.mark.parametrize("url", ["", "storage", "/data", "ftp://host/x", "file://relative/x", "file:///dev/null/x"])
def test_a_root_that_cannot_be_opened_is_named(url):
    with pytest.raises(SettingInvalid, match="ICANDID_STORAGE = ") as caught:
        open_storage(url)
    assert url in str(caught.value)


def test_an_endpoint_without_http_is_refused_before_it_is_used():
    with pytest.raises(SettingInvalid, match="write it with http:// or https://"):
        Server("127.0.0.1:9000").storage("x")


def test_s3_without_credentials_says_where_to_put_them(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingInvalid, match="fill login and password of its connection"):
        open_storage("s3://icandid/x", {"endpoint": "http://127.0.0.1:9"})


def test_empty_settings_of_a_connection_count_as_not_given(s3):
    objects = s3.storage("empty", region_name="")
    objects.write("a", b".")
    assert objects.read("a") == b"."


def test_more_than_one_answer_holds_are_listed_without_a_gap_and_deleted_together(objects):
    """S3 lists 1000 objects in one answer, and deletes as many with one request."""
    paths = [f"p/{number:04d}" for number in range(1010)]
    for number, path in enumerate(paths):
        objects.write(path, b"x" * (number % 3))
    objects.write("q", b".")
    assert objects.paths("p/") == paths
    found = [stored for some in objects.stored("p/") for stored in some]
    assert {stored.path: stored.bytes for stored in found} == {path: at % 3 for at, path in enumerate(paths)}
    assert all(stored.at.tzinfo for stored in found)
    objects.delete(["p/0500", "p/1009"])  # what is gone already is no fault
    objects.delete_together(paths)
    objects.delete_together([])
    assert objects.paths("") == ["q"]


def test_a_sweep_removes_what_no_listing_shows(tmp_path):
    on_disk = open_storage(f"file://{tmp_path}/storage")
    on_disk.write("p/a/1.json", b"x")
    on_disk.write("pq/1.json", b"x")
    (tmp_path / "storage" / "p" / "a" / "2.json#1").write_bytes(b"half of a killed put")
    on_disk.delete_together(on_disk.paths("p/"))
    assert on_disk.paths("p/") == []
    assert on_disk.sweep("p/") == 1
    assert [path.name for path in (tmp_path / "storage").iterdir()] == ["pq"]
    assert on_disk.sweep("p/") == 0


def test_a_moved_object_replaces_what_was_there(objects):
    objects.write("a/1", b"old")
    objects.write("b/1", b"new")
    objects.move("b/1", "a/1")
    assert (objects.read("a/1"), objects.paths("b/")) == (b"new", [])
