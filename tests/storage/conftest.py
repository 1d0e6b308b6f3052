"""The same object storage on a disk and on S3 (moto's server on loopback)."""

import itertools
import logging

import boto3
import pytest
from moto.server import ThreadedMotoServer

from include.storage.objects import open_storage

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3():
    """The endpoint of an S3 that has one bucket, `icandid`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=endpoint, **KEYS).create_bucket(Bucket="icandid")
    yield endpoint
    server.stop()


@pytest.fixture(params=["file", "s3"])
def objects(request, tmp_path):
    if request.param == "file":
        return open_storage(f"file://{tmp_path}/storage")
    endpoint = request.getfixturevalue("s3")
    return open_storage(f"s3://icandid/{next(_numbers)}", {"endpoint": endpoint, **KEYS})
