"""Which creator a username stands for, and what that creator lets the API tell."""

from typing import Any
from zlib import crc32

from include.sandbox.creators import WELL_KNOWN, Creator
from include.sandbox.noise import noise
from include.sandbox.refusals import unknown_user, user_private, user_refused
from include.sandbox.sandbox import Sandbox


def creator_called(sandbox: Sandbox, username: str) -> Creator:
    """The creator called `username`.

    Raises:
        Refusal: nobody is, the creator is private now, or the API tells nothing about this one.
    """
    corpus = sandbox.corpus
    creator = corpus.population.by_name.get(username)
    if username in corpus.planted.users:
        creator = creator or Creator(-1, crc32(username.encode()), username, "BE", "nl", 0, 0.0)
    if creator is None:
        raise unknown_user(username)
    since = corpus.private_since(username)
    if since is not None and since <= sandbox.clock.now().timestamp():
        raise user_private(username)
    if username in corpus.refused or tells_nothing(creator):
        raise user_refused()
    return creator


def planted(sandbox: Sandbox, username: str, part: str) -> Any:
    """What was planted of this user, or None."""
    return sandbox.corpus.planted.users.get(username, {}).get(part)


def well_known(creator: Creator) -> bool:
    """Whether this creator is part of every corpus; those tell everything."""
    return creator.index < len(WELL_KNOWN)


def tells_nothing(creator: Creator) -> bool:
    """One creator in fifty, as if a minor or from a region outside the API."""
    return not well_known(creator) and noise(creator.key, 8) % 50 == 0


def likes_public(sandbox: Sandbox, creator: Creator) -> bool:
    """Whether the creator lets everybody see what he or she likes: two in three do."""
    wish = planted(sandbox, creator.username, "likes_public")
    return (well_known(creator) or noise(creator.key, 9) % 3 > 0) if wish is None else bool(wish)


def following_public(sandbox: Sandbox, creator: Creator) -> bool:
    """Whether the creator lets everybody see whom he or she follows: three in four do."""
    wish = planted(sandbox, creator.username, "following_public")
    return (well_known(creator) or noise(creator.key, 10) % 4 > 0) if wish is None else bool(wish)
