"""What only S3 can do to a harvest: refuse keys, slow down, lose an answer, keep half an upload."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from include.domain.errors import SettingInvalid, StorageUnavailable
from include.storage import leases
from include.storage.pages import Pages
from include.storage.project_store import ProjectStore
from ops.bucket import RULE
from tests.conftest import ROOT
from tests.pages import page
from tests.storage.conftest import BUCKET, SECONDS_OF_A_LIFECYCLE_DAY, WHICH
from tests.storage.faulty import faulty

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
CALLS = {
    "read": lambda objects: objects.read("a"),
    "reader": lambda objects: objects.reader("a"),
    "write": lambda objects: objects.write("a", b"."),
    "create": lambda objects: objects.create("a", b"."),
    "paths": lambda objects: objects.paths("a/"),
    "folders": lambda objects: objects.folders("a/"),
    "delete": lambda objects: objects.delete(["a"]),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@pytest.fixture
def proxy(s3):
    with faulty(s3.endpoint) as proxy:
        yield proxy


def of(kind, method="PUT", times=10**6, after=0):
    """A fault of the first requests with this method, after some that pass."""
    left = iter([*[""] * after, *[kind] * min(times, 1000)])
    return lambda request: next(left, "") if request.method == method else ""


@each_call
@pytest.mark.parametrize(
    "keys", [{"aws_secret_access_key": "wrong"}, {"aws_access_key_id": "unknown"}], ids=["secret", "key"]
)
def test_wrong_credentials_are_a_setting_to_correct(real_s3, call, keys):
    with pytest.raises(SettingInvalid, match=r"refuses access to a.* Check the credentials and the rights") as caught:
        call(real_s3.storage(**keys))
    assert real_s3.secret_key not in str(caught.value)


def test_the_endpoint_that_is_given_wins_over_the_environment(s3, monkeypatch):
    """Else a connection's endpoint would be passed over, and the data would go into another store."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    objects = s3.storage()
    objects.write("a", b".")
    assert objects.read("a") == b"."


def test_a_store_that_slows_down_is_asked_again(s3, proxy):
    objects = s3.storage(endpoint=proxy.endpoint)
    proxy.fault = of("slow_down", times=3)
    objects.write("a", b"content")
    assert objects.read("a") == b"content"
    assert [request.method for request in proxy.seen] == ["PUT"] * 4 + ["GET"]


@each_call
def test_every_call_rides_out_a_store_that_slows_down(s3, proxy, call):
    objects = s3.storage(endpoint=proxy.endpoint)
    proxy.fault = lambda request: "slow_down" if request.number <= 2 else ""
    call(objects)
    assert len(proxy.seen) >= 3


def test_a_store_that_slows_down_for_ever_is_a_moment(s3, proxy):
    objects = s3.storage(endpoint=proxy.endpoint)
    proxy.fault = of("slow_down")
    begin = time.monotonic()
    with pytest.raises(StorageUnavailable, match="The object storage failed at a"):
        objects.write("a", b".")
    assert time.monotonic() - begin < 200
    assert s3.storage().read("a") is None


def test_a_put_whose_answer_is_lost_is_put_again(s3, proxy):
    objects = s3.storage(endpoint=proxy.endpoint)
    proxy.fault = of("lost", times=1)
    objects.write("a", b"content")
    assert objects.read("a") == b"content"


def test_a_page_whose_answer_is_lost_is_stored_and_nobody_elses(s3, proxy):
    """Else its task would take the unit for another's, and wait for ten minutes."""
    pages = Pages(ProjectStore.of(s3.storage(endpoint=proxy.endpoint), "one"), "2026-01-01_2026-01-30")
    proxy.fault = of("lost", times=1)
    pages.append(page())
    assert list(pages) == [page()]


def test_a_lease_whose_answer_is_lost_is_no_deadlock(s3, proxy):
    """The store has it, the task does not know: it fails for a moment, and its next try takes its own lease over."""
    objects = s3.storage(endpoint=proxy.endpoint)
    proxy.fault = of("lost", times=1)
    with pytest.raises((StorageUnavailable, leases.WindowTaken)):
        leases.take(objects, "w/", "run", AT)
    with pytest.raises(leases.WindowTaken):
        leases.take(objects, "w/", "other", AT)
    assert leases.take(objects, "w/", "run", AT + timedelta(seconds=1)).owner == "run"


def test_of_many_conditional_puts_one_succeeds(real_s3):
    objects = real_s3.storage()
    with ThreadPoolExecutor(16) as pool:
        for key in range(20):
            made = list(pool.map(lambda writer, key=key: objects.create(f"k/{key}", b"%d" % writer), range(16)))
            assert made.count(True) == 1
            assert objects.read(f"k/{key}") == b"%d" % made.index(True)


def test_a_broken_upload_leaves_the_old_object(s3, proxy, tmp_path):
    objects = s3.storage(endpoint=proxy.endpoint)
    objects.write("a", b"the old one")
    proxy.fault = lambda request: "cut" if "partNumber=3" in request.path else ""
    with pytest.raises(StorageUnavailable):
        objects.write("a", large(tmp_path))
    proxy.fault = lambda _: ""
    assert objects.read("a") == b"the old one"
    assert any("partNumber=1" in request.path for request in proxy.seen)


def test_a_broken_upload_can_be_made_again(s3, proxy, tmp_path):
    objects, content = s3.storage(endpoint=proxy.endpoint), large(tmp_path)
    proxy.fault = of("cut", times=2, after=1)
    objects.write("a", content)
    assert objects.read("a") == content.read_bytes()


def test_a_large_file_comes_back_byte_for_byte(s3, tmp_path):
    objects, content = s3.storage(), large(tmp_path)
    objects.write("a", content)
    assert objects.read("a") == content.read_bytes()


def test_the_version_of_a_large_file_is_the_one_that_a_listing_shows(s3, tmp_path):
    objects = s3.storage()
    version = objects.write("a/large", large(tmp_path))
    assert objects.versions("a/") == {"a/large": version}


def test_an_upload_killed_in_the_middle_leaves_nothing_for_long(real_s3, tmp_path):
    """kill -9 while a part is on its way: no object, and the store forgets the parts by its lifecycle rule."""
    with faulty(real_s3.endpoint) as proxy:
        proxy.fault = lambda request: "stalled" if "partNumber=3" in request.path else ""
        url = f"s3://{BUCKET}/killed-{os.getpid()}"
        code = (
            "import sys, pathlib; from include.storage.objects import open_storage\n"
            "open_storage(sys.argv[1], {'endpoint': sys.argv[2]}).write('a', pathlib.Path(sys.argv[3]))"
        )
        command = [sys.executable, "-c", code, url, proxy.endpoint, str(large(tmp_path))]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment(real_s3)) as upload:
            assert proxy.stalled.wait(60)
            upload.kill()
    assert real_s3.storage(f"killed-{os.getpid()}").read("a") is None
    assert [each["Key"] for each in uploads(real_s3)] == [f"killed-{os.getpid()}/a"]
    make_bucket(real_s3)
    if WHICH != "ceph":
        pytest.skip("a day of this server's lifecycle rules lasts a day")
    deadline = time.monotonic() + 30 * SECONDS_OF_A_LIFECYCLE_DAY
    while uploads(real_s3):
        assert time.monotonic() < deadline
        time.sleep(1)


def test_the_bucket_is_made_once_with_its_rule_beside_others(s3):
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "theirs/"}, "Expiration": {"Days": 9}}
    s3.client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [theirs]})
    assert "made" not in make_bucket(s3)
    make_bucket(s3)
    assert sorted(rule["ID"] for rule in rules(s3, BUCKET)) == [RULE, "theirs"]
    other = f"{BUCKET}-new-{os.getpid()}"
    assert f"bucket {other} made" in make_bucket(s3, other)
    assert [rule["ID"] for rule in rules(s3, other)] == [RULE]
    s3.client.delete_bucket(Bucket=other)


def test_a_bucket_on_a_disk_is_refused():
    with pytest.raises(subprocess.CalledProcessError):
        run_bucket({"ICANDID_STORAGE": "file:///folder"})


def large(folder):
    """A file that is put in several parts."""
    path = folder / "large"
    path.write_bytes(os.urandom(1 << 20) * 16)
    return path


def rules(server, bucket):
    return server.client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]


def uploads(server):
    return server.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])


def environment(server):
    return {
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_S3": server.endpoint,
    }


def make_bucket(server, bucket=BUCKET):
    return run_bucket({"ICANDID_STORAGE": f"s3://{bucket}/tiktok", **environment(server)})


def run_bucket(settings):
    command = [sys.executable, "-m", "ops.bucket"]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True
    ).stdout
