"""The endpoints followers and following: who follows whom, latest first; both sides tell the same story."""

from typing import Any

from include.sandbox.creators import Creator
from include.sandbox.exchange import Answer, Call, number, page_size, username
from include.sandbox.noise import noise, share
from include.sandbox.people import creator_called, following_public, planted, well_known
from include.sandbox.refusals import user_refused
from include.sandbox.sandbox import Sandbox
from include.sandbox.users import FACTS

Follow = tuple[int, dict[str, Any], bool]
"""When somebody followed, who it is as the API shows it, and whether it is shown at all."""


def followers(sandbox: Sandbox, call: Call) -> Answer:
    """Who follows a user."""
    creator = creator_called(sandbox, username(call.body or {}))
    follows = _written(sandbox, creator, "followers")
    if follows is None:
        others = sandbox.corpus.population.creators
        follows = [_follow(other, creator, other) for other in others if _follows(other, creator)]
    return _page(sandbox, call, follows, "user_followers")


def following(sandbox: Sandbox, call: Call) -> Answer:
    """Whom a user follows, if the user lets everybody see it."""
    creator = creator_called(sandbox, username(call.body or {}))
    if not following_public(sandbox, creator):
        raise user_refused()
    follows = _written(sandbox, creator, "following")
    if follows is None:
        others = sandbox.corpus.population.creators
        follows = [_follow(creator, other, other) for other in others if _follows(creator, other)]
    return _page(sandbox, call, follows, "user_following")


def _page(sandbox: Sandbox, call: Call, follows: list[Follow], key: str) -> Answer:
    """Those who followed on or before the cursor (Unix seconds; absent or 0 is now), without removed accounts.

    A page therefore holds about 90 of 100, and lists stop at some thousands (ResearchTikPy #2). An empty page has no
    list at all (ResearchTikPy).
    """
    now, size = int(sandbox.clock.now().timestamp()), page_size(call.body or {}, 20)
    cursor = number(call.body or {}, "cursor", 0) or now
    so_far = sorted((follow for follow in follows if follow[0] <= now), key=lambda follow: -follow[0])
    older = [follow for follow in so_far[: sandbox.settings.reachable_follows] if follow[0] <= cursor]
    shown = [person for _, person, there in older[:size] if there]
    # Follows of one second repeat on the next page, but a cursor that stands still would never end.
    then = min(older[size][0], cursor if older[size][0] < older[0][0] else cursor - 1) if len(older) > size else None
    data: dict[str, Any] = {"cursor": cursor if then is None else then, "has_more": then is not None}
    if older[:size]:
        data[key] = shown
    return Answer(data, len(shown), "ok")


def _follows(follower: Creator, followed: Creator) -> bool:
    if follower is followed:
        return False
    popularity = 0.5 if well_known(followed) else 0.002 / (share(followed.key, 51) + 0.004)
    return share(follower.key ^ noise(followed.key, 52), 53) < popularity


def _follow(follower: Creator, followed: Creator, shown: Creator) -> Follow:
    key = follower.key ^ noise(followed.key, 52)
    moment = max(follower.registered, followed.registered) + int(share(key, 54) ** 2 * 150_000_000)
    name = FACTS["display_name"](shown, 0) if noise(key, 55) % 10 else ""
    return moment, {"display_name": name, "username": shown.username}, noise(key, 56) % 10 > 0


def _written(sandbox: Sandbox, creator: Creator, part: str) -> list[Follow] | None:
    written = planted(sandbox, creator.username, part)
    if written is None:
        return None
    return [(one["followed_at"], {key: one[key] for key in one if key != "followed_at"}, True) for one in written]
