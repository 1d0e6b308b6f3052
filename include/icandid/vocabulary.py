"""The languages and labels that the registry can attach to a collection."""

import gettext

import pycountry
from sqlalchemy import Connection, Row, insert, or_, select

from include.domain.errors import SettingInvalid
from include.icandid.language_tag import language_name
from include.icandid.tables import LABELS, LANGUAGES

_DUTCH = gettext.translation("iso639-3", pycountry.LOCALES_DIR, languages=["nl"], fallback=True)


def language_id(connection: Connection, code: str, *, add: bool) -> int:
    """The registry's id of a language by its ISO code; `add` makes it when the registry lacks it.

    Raises:
        SettingInvalid: the registry lacks it, and it is not ours to add.
    """
    found = connection.execute(select(LANGUAGES.c.id).where(LANGUAGES.c.isocode == code)).first()
    if found or not add:
        return _known(found, f"language {code!r}", "isocode")
    english = language_name(code) or code
    new = insert(LANGUAGES).values(isocode=code, name_en=english[:20], name_nl=_DUTCH.gettext(english)[:20])
    return _new_id(connection.execute(new).inserted_primary_key)


def label_id(connection: Connection, name: str, *, add: bool) -> int:
    """The registry's id of a label by its English or Dutch name; `add` makes it when the registry lacks it.

    Raises:
        SettingInvalid: the registry lacks it, and it is not ours to add.
    """
    named = or_(LABELS.c.name_en == name, LABELS.c.name_nl == name)
    found = connection.execute(select(LABELS.c.id).where(named).order_by(LABELS.c.id)).first()
    if found or not add:
        return _known(found, f"label {name!r}", "name")
    return _new_id(connection.execute(insert(LABELS).values(name_en=name, name_nl=name)).inserted_primary_key)


def _known(found: Row | None, what: str, column: str) -> int:
    if found is None:
        raise SettingInvalid(
            f"iCANDID's registry does not know the {what}; ask its keepers to add it, or correct the {column} "
            "in the research project."
        )
    return int(found[0])


def _new_id(key: Row | None) -> int:
    if key is None:
        raise SettingInvalid("The registry's database gave no id to a new row; its id columns must count up.")
    return int(key[0])
