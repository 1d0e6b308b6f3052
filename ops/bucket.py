"""Make the bucket of ICANDID_STORAGE, and let uploads that were broken off go away: python -m ops.bucket.

Part of the image too; a deployment runs it once before it starts. It may be run again at any time.
"""

import os
import sys
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

RULE = "icandid-broken-uploads"
DAYS = 2
"""After so many days the pieces of an upload that never ended are removed. None of ours takes longer than minutes."""


def main() -> None:
    """Do it and say so."""
    url = os.environ.get("ICANDID_STORAGE", "")
    if not url.startswith("s3://"):
        sys.exit(f"ICANDID_STORAGE = {url!r}: there is no bucket to make")
    bucket = urlsplit(url).netloc
    client = boto3.client("s3")
    if not _exists(client, bucket):
        client.create_bucket(Bucket=bucket, **_place(client.meta.region_name))
        print(f"bucket {bucket} made")
    _forget_broken_uploads(client, bucket)


def _exists(client: "boto3.client", bucket: str) -> bool:
    """Asked of this bucket alone: keys with few rights may not list all of them."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def _place(region: str) -> dict[str, dict[str, str]]:
    """AWS wants its oldest region left out."""
    return {} if region in ("us-east-1", None) else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _forget_broken_uploads(client: "boto3.client", bucket: str) -> None:
    """Add our rule beside those that somebody else has made."""
    rule = {
        "ID": RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": DAYS},
    }
    try:
        others = [each for each in _rules(client, bucket) if each.get("ID") != rule["ID"]]
        client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*others, rule]})
    except ClientError as error:
        print(f"bucket {bucket}: this store takes no lifecycle rule ({error}); see docs/deployment.md")


def _rules(client: "boto3.client", bucket: str) -> list[dict]:
    try:
        return list(client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return []
        raise


if __name__ == "__main__":
    main()
