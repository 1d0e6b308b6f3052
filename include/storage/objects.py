"""The object storage: whole objects by path, on a disk or on S3, with one code path.

A put replaces an object atomically on both (a rename on disk, one request or a completed multipart upload on S3):
a reader sees the old object or the new one, never half of one.
"""

import io
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore, S3Store, from_url

from include.domain.errors import SettingInvalid, StorageUnavailable

DISK = "file://"
AT_ONCE = 1000
"""Objects in one listing and one request to delete: what S3 allows."""


@dataclass(frozen=True)
class Stored:
    """An object as a listing shows it; `at` is when it was put last, `version` a text that changes with every put.

    On a disk, where `version` is inode, time and size, puts within one tick of its clock may share it.
    """

    path: str
    bytes: int
    at: datetime
    version: str


@dataclass(frozen=True)
class Objects:
    """The objects below the root `url`."""

    store: ObjectStore
    url: str

    def read(self, path: str) -> bytes | None:
        """The object's bytes, or None when there is no such object."""
        with _storage_errors(path):
            try:
                return bytes(self.store.get(path).bytes())
            except FileNotFoundError:
                return None

    def read_version(self, path: str) -> tuple[bytes, str] | None:
        """The object's bytes and the version that they are of, or None when there is no such object."""
        with _storage_errors(path):
            try:
                got = self.store.get(path)
                return bytes(got.bytes()), str(got.meta["e_tag"])
            except FileNotFoundError:
                return None

    def reader(self, path: str) -> io.RawIOBase | None:
        """A seekable file over the object that fetches what is asked for, or None when there is no such object."""
        with _storage_errors(path):
            try:
                return _Reader(path, obstore.open_reader(self.store, path))
            except FileNotFoundError:
                return None

    def write(self, path: str, content: bytes | Path) -> str:
        """Put the object, whatever was there before, and return its version; a Path streams a local file.

        Of a file that was put in parts, Ceph tells the version only when it is asked.
        """
        with _storage_errors(path):
            return str(self.store.put(path, content)["e_tag"] or self.store.head(path)["e_tag"])

    def move(self, source: str, target: str) -> None:
        """Put the object elsewhere, in place of what was there."""
        with _storage_errors(target):
            self.store.rename(source, target)

    def create(self, path: str, content: bytes) -> bool:
        """Put the object unless there is one already; tells whether it did."""
        with _storage_errors(path):
            try:
                self.store.put(path, content, mode="create")
            except AlreadyExistsError:
                return False
            return True

    def paths(self, prefix: str) -> list[str]:
        """Every path below `prefix`, in order."""
        with _storage_errors(prefix):
            return sorted(meta["path"] for chunk in self.store.list(prefix) for meta in chunk)

    def versions(self, prefix: str) -> dict[str, str]:
        """Every path below `prefix` with a text that changes whenever its object does."""
        with _storage_errors(prefix):
            return {meta["path"]: str(meta["e_tag"]) for chunk in self.store.list(prefix) for meta in chunk}

    def stored(self, prefix: str) -> Iterator[list[Stored]]:
        """Every object below `prefix`, some at a time, in no order."""
        with _storage_errors(prefix):
            for chunk in self.store.list(prefix, chunk_size=AT_ONCE):
                yield [_stored(meta) for meta in chunk]

    def folders(self, prefix: str) -> list[str]:
        """The names one level below `prefix` that have something below them, in order."""
        with _storage_errors(prefix):
            found = self.store.list_with_delimiter(prefix)["common_prefixes"]
            return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in found)

    def delete(self, paths: Sequence[str]) -> None:
        """Remove these objects; absent ones are no error."""
        for path in paths:
            with _storage_errors(path):
                try:
                    self.store.delete(path)
                except FileNotFoundError:
                    continue

    def delete_together(self, paths: Sequence[str]) -> None:
        """The same for many objects at once: one request for each thousand on S3."""
        for first in range(0, len(paths), AT_ONCE):
            some = list(paths[first : first + AT_ONCE])
            with _storage_errors(some[0]):
                try:
                    self.store.delete(some)
                except FileNotFoundError:
                    self.delete(some)

    def sweep(self, prefix: str) -> int:
        """Remove what no listing shows below `prefix`, once its objects are gone; returns how many files those were.

        On a disk these are empty folders, and halves of puts that were killed. A bucket's own rules end the latter.
        """
        if not self.url.startswith(DISK):
            return 0
        folder = Path(unquote(self.url.removeprefix(DISK))) / prefix
        left = sum(len(files) for _, _, files in os.walk(folder))
        if folder.is_dir():
            with _storage_errors(prefix):
                shutil.rmtree(folder)
        return left


def _stored(meta: "obstore.ObjectMeta") -> Stored:
    return Stored(meta["path"], meta["size"], meta["last_modified"], str(meta["e_tag"]))


class _Reader(io.RawIOBase):
    """An object as Python's own kind of file, which pyarrow and others know how to read."""

    def __init__(self, path: str, reader: "obstore.ReadableFile") -> None:
        self._path = path
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any) -> int:
        with _storage_errors(self._path):
            content = self._reader.read(len(buffer))
        buffer[: len(content)] = memoryview(content)
        return len(content)


def open_storage(url: str, s3: dict[str, str] | None = None) -> Objects:
    """The object storage at `url` (`file:///folder` or `s3://bucket/prefix`).

    `s3` holds what the environment does not: endpoint, region_name, aws_access_key_id, aws_secret_access_key.
    Without keys boto3 finds credentials its usual way: environment, profile, instance role.

    Raises:
        SettingInvalid: the url or the credentials cannot be used.
    """
    settings = {name: value for name, value in (s3 or {}).items() if value}
    try:
        if url.startswith("file://"):
            return Objects(from_url(url, mkdir=True), url)
        if url.startswith("s3://"):
            return Objects(_s3(url, settings), url)
    except (BaseError, ValueError, OSError) as error:
        raise SettingInvalid(f"ICANDID_STORAGE = {url!r} cannot be opened: {_first_line(error)}") from error
    raise SettingInvalid(f"ICANDID_STORAGE = {url!r}: write file:///folder or s3://bucket/prefix.")


def _s3(url: str, settings: dict[str, str]) -> ObjectStore:
    import boto3  # a sixth of a second in every task, which one that works on a disk need not spend
    from obstore.auth.boto3 import Boto3CredentialProvider

    endpoint = settings.pop("endpoint", "")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise ValueError(f"its endpoint is {endpoint!r}; write it with http:// or https://")
    session = boto3.Session(**settings)
    if session.get_credentials() is None:
        raise ValueError("there are no credentials; fill login and password of its connection, or AWS's environment")
    options: dict[str, Any] = {"region": session.region_name or "us-east-1"}
    options["credential_provider"] = Boto3CredentialProvider(session)
    if endpoint:
        options["aws_endpoint_url_s3"] = endpoint  # called `endpoint`, it would give way to AWS_ENDPOINT_URL_S3
        options["client_options"] = {"allow_http": endpoint.startswith("http://")}
    parsed = urlsplit(url)
    return S3Store(parsed.netloc, prefix=parsed.path.strip("/") or None, **options)


@contextmanager
def _storage_errors(path: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        refused = (PermissionDeniedError, UnauthenticatedError, PermissionError)
        if isinstance(error, refused) or "403 Forbidden" in str(error):  # of a listing, nothing but its text says so
            raise SettingInvalid(
                f"The object storage refuses access to {path}: {_first_line(error)}. "
                "Check the credentials and the rights of the bucket or folder."
            ) from error
        if isinstance(error, FileNotFoundError) or "404 Not Found" in str(error):
            raise SettingInvalid(
                f"The object storage has no place for {path}: {_first_line(error)}. "
                "Create the bucket or folder of ICANDID_STORAGE, or correct its name."
            ) from error
        raise StorageUnavailable(f"The object storage failed at {path}: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
