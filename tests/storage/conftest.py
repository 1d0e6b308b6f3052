"""The same object storage on a disk, on moto (quick, but takes any key) and on a real S3 server where there is one.

ICANDID_TEST_S3 says which: `ceph` starts one from Debian's packages, `http://key:secret@host:port` names one that is
running and may be written to.
"""

import itertools
import logging
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer

from include.storage.objects import open_storage

WHICH = os.environ.get("ICANDID_TEST_S3", "")
SECONDS_OF_A_LIFECYCLE_DAY = 4
BUCKET = "icandid-tests"
_numbers = itertools.count()


@dataclass(frozen=True)
class Server:
    """An S3 server with one bucket."""

    endpoint: str
    access_key: str = "test"
    secret_key: str = "test"

    @property
    def keys(self):
        return {
            "region_name": "us-east-1",
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }

    @property
    def client(self):
        return boto3.client("s3", endpoint_url=self.endpoint, **self.keys)

    def storage(self, prefix="", endpoint=None, bucket=BUCKET, **keys):
        """The object storage below a prefix that no other test has."""
        url = f"s3://{bucket}/{prefix or f'{os.getpid()}-{next(_numbers)}'}"
        return open_storage(url, {"endpoint": endpoint or self.endpoint, **self.keys, **keys})

    def with_bucket(self):
        if BUCKET not in [each["Name"] for each in self.client.list_buckets()["Buckets"]]:
            self.client.create_bucket(Bucket=BUCKET)
        return self


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """`-k real_s3` takes every test that needs the real server, whatever its name."""
    for item in items:
        if "real_s3" in item.fixturenames or "real_s3" in item.name:
            item.extra_keyword_matches.add("real_s3")


@pytest.fixture(scope="session")
def moto():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Server(f"http://{host}:{port}").with_bucket()
    server.stop()


@pytest.fixture(scope="session")
def real_s3(tmp_path_factory):
    """A real S3 server; required as soon as ICANDID_TEST_S3 is set."""
    if not WHICH:
        pytest.skip("no real S3 server: make test-storage, or ICANDID_TEST_S3=http://key:secret@host:port")
    if WHICH != "ceph":
        url = urlsplit(WHICH)
        yield Server(f"{url.scheme}://{url.hostname}:{url.port}", url.username, url.password).with_bucket()
        return
    from ops.ceph import ceph
    from ops.processes import free_port

    folder = tmp_path_factory.mktemp("ceph")
    server = ceph(folder, free_port(), "tests", "a-secret-of-the-tests", SECONDS_OF_A_LIFECYCLE_DAY)
    try:
        yield Server(server.endpoint, server.access_key, server.secret_key).with_bucket()
    finally:
        server.stop()


@pytest.fixture(params=["moto", "real_s3"])
def s3(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["file", "moto", "real_s3"])
def objects(request, tmp_path):
    if request.param == "file":
        return open_storage(f"file://{tmp_path}/storage")
    return request.getfixturevalue(request.param).storage()
