"""The certificates of purges: they lie outside of what a purge removes, and are never removed."""

from pydantic import ValidationError

from include.domain.certificate import Certificate
from include.domain.errors import SettingInvalid
from include.storage.layout import ProjectLayout
from include.storage.objects import Objects

ENDING = ".json"


def read(objects: Objects, layout: ProjectLayout) -> list[Certificate]:
    """All certificates of a project, oldest first; at most the last one is not finished.

    Raises:
        SettingInvalid: one of them cannot be read.
    """
    return [_read(objects, path) for path in objects.paths(layout.certificates) if path.endswith(ENDING)]


def write(objects: Objects, layout: ProjectLayout, certificate: Certificate) -> None:
    """Put a certificate, and its text once it is finished."""
    if certificate.finished_at:
        objects.write(layout.certificate_text(certificate.timestamp), certificate.markdown().encode())
    objects.write(layout.certificate(certificate.timestamp), certificate.model_dump_json(indent=1).encode())


def _read(objects: Objects, path: str) -> Certificate:
    try:
        return Certificate.model_validate_json(objects.read(path) or b"")
    except ValidationError as error:
        raise SettingInvalid(
            f"{path} cannot be read as a certificate: {error.errors()[0]['msg']}. Restore it; it counts what was there."
        ) from None
