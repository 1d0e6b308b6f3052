"""How a TikTok account becomes a schema.org person in a record."""

import re
from typing import Any

TIKTOK_ID = "iCANDID_ORGANIZATION_TIKTOK"

_HANDLE = re.compile(r"[\w.]+")


def tiktok() -> dict[str, Any]:
    """TikTok as an organisation: the publisher of every video, and what its users are members of."""
    return {"@type": "Organization", "@id": TIKTOK_ID, "name": "TikTok"}


def profile_url(username: str) -> str:
    """The address of an account's public page."""
    return f"https://www.tiktok.com/@{username}"


def person(username: str, kind: str = "Person") -> dict[str, Any]:
    """An account of which no more than its handle is known; iCANDID searches handles in `alternateName`."""
    return {
        "@type": kind,
        "@id": username,
        "name": username,
        "alternateName": username,
        "sameAs": profile_url(username),
    }


def sender(username: str, kind: str) -> dict[str, Any]:
    """The account that published a video, with its role on TikTok."""
    role = {
        "@type": "OrganizationRole",
        "@id": f"iCANDID_tiktok_PERSON_ORGANIZATION_ROLE_{username.upper()}",
        "roleName": ["user"],
        "memberOf": tiktok(),
    }
    return person(username, kind) | {"memberOf": role}


def mention(text: str) -> dict[str, Any]:
    """A tagged account.

    TikTok may give its display text in place of its handle; that text is kept as a name, without a made-up page.
    """
    return person(text) if _HANDLE.fullmatch(text) else {"@type": "Person", "@id": text, "name": text}
