"""The endpoint user/info: live data about one user."""

from collections.abc import Callable
from typing import Any

from include.sandbox.creators import Creator, display_name
from include.sandbox.exchange import Answer, Call, username
from include.sandbox.noise import noise, pick, share
from include.sandbox.people import creator_called, planted, well_known
from include.sandbox.records import asked_fields
from include.sandbox.sandbox import Sandbox
from include.sandbox.video import DAY

BIOS = (
    "",
    "",
    "Nieuws uit België 🇧🇪\nElke dag om 18 uur\n\n📩 in de bio",
    "Toujours à vélo",
    "Alles über Radfahren",
    "just having fun ✨",
)


def _followers(creator: Creator, now: int) -> int:
    if noise(creator.key, 60) % 300 == 0:
        return (1 << 31) + noise(creator.key, 61) % 2_000_000_000
    most = int(40 * (share(creator.key, 61) + 1e-5) ** -1.2) * (1000 if well_known(creator) else 1)
    return most + max(now - creator.registered, 0) // DAY * (most // 5000)


def _avatar(creator: Creator, now: int) -> str:
    # Signed and expiring (recorded): never worth storing, and nothing to show around.
    signed = f"x-expires={now + 2 * DAY}&x-signature={noise(now, 1):016x}&refresh_token={noise(now, 2):016x}"
    return f"https://p16.example/{creator.key:016x}.webp?{signed}"


FACTS: dict[str, Callable[[Creator, int], Any]] = {
    "display_name": lambda creator, _: display_name(creator.username),
    "bio_description": lambda creator, _: pick(creator.key, 62, BIOS),
    "avatar_url": _avatar,
    "is_verified": lambda creator, _: well_known(creator) or noise(creator.key, 63) % 30 == 0,
    "follower_count": _followers,
    "following_count": lambda creator, _: int(share(creator.key, 64) ** 3 * 3000),
    "likes_count": lambda creator, now: _followers(creator, now) * (1 + noise(creator.key, 65) % 40),
    "video_count": lambda creator, now: (
        max(now - creator.registered, 0) // DAY * (1 + noise(creator.key, 66) % 9) // 20
    ),
    "bio_url": lambda creator, _: "https://example.org" if noise(creator.key, 67) % 4 == 0 else None,
}
"""The fields of user/info, in the order of the documentation."""


def user_info(sandbox: Sandbox, call: Call) -> Answer:
    """One user as a flat object; without the username, unless the documented variant is switched on."""
    fields = asked_fields(call.fields, (*FACTS, "username") if sandbox.settings.user_info_username else tuple(FACTS))
    creator = creator_called(sandbox, username(call.body or {}))
    now, written = int(sandbox.clock.now().timestamp()), planted(sandbox, creator.username, "info")
    facts = {name: written.get(name) if written else FACTS[name](creator, now) for name in fields if name in FACTS}
    if sandbox.settings.user_info_username:
        facts["username"] = creator.username
    return Answer({name: found for name, found in facts.items() if found is not None}, 1)
