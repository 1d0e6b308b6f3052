"""Which version of each description beside a dataset says what, so that none has to be read to be known."""

import hashlib
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from include.storage.layout import ProjectLayout
from include.storage.objects import Objects

_CARD = TypeAdapter(dict[str, tuple[str, str]])


def digest(text: bytes) -> str:
    """The digest under which a text is noted."""
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def read_card(objects: Objects, layout: ProjectLayout) -> dict[str, tuple[str, str]]:
    """For the path of each description the digest of its text and the version that the store gave it.

    Nothing where there is no such note, or none that can be read: then all descriptions are put again.
    """
    try:
        return _CARD.validate_json(objects.read(layout.card) or b"{}")
    except ValidationError:
        return {}


def write_card(objects: Objects, layout: ProjectLayout, card: Mapping[str, tuple[str, str]]) -> None:
    """Note what was put."""
    objects.write(layout.card, _CARD.dump_json(dict(card), indent=1))
