"""The endpoints liked_videos, pinned_videos and reposted_videos: other people's videos, and a user's best."""

from collections.abc import Iterable
from datetime import date, timedelta

from include.sandbox.creators import Creator
from include.sandbox.days import day_of
from include.sandbox.exchange import Answer, Call, number, page_size, username
from include.sandbox.noise import noise
from include.sandbox.people import creator_called, likes_public, planted
from include.sandbox.records import USER_VIDEO_FIELDS, asked_fields, user_record
from include.sandbox.refusals import cursor_rejected, likes_not_public
from include.sandbox.sandbox import Sandbox
from include.sandbox.video import DAY, Video

LATEST = date(2026, 1, 1)
"""Where the synthetic likes and reposts of a corpus without an end stop."""


def liked_videos(sandbox: Sandbox, call: Call) -> Answer:
    """Liked videos, latest like first; the cursor is the time of the last like shown, in milliseconds.

    The documentation says seconds, its example has milliseconds.
    """
    fields, creator, size = _asked(sandbox, call)
    if not likes_public(sandbox, creator):
        raise likes_not_public(sandbox.settings.likes_refused_status)
    likes = sorted(_likes(sandbox, creator), key=lambda like: -like[0])
    cursor = number(call.body or {}, "cursor", 0)
    older = [like for like in likes if not cursor or like[0] < cursor]
    shown, more = older[:size], len(older) > size
    videos = _records(sandbox, (video for _, video in shown), fields)
    following = shown[-1][0] if shown else cursor
    return Answer({"user_liked_videos": videos, "cursor": following, "has_more": more}, len(videos), "ok")


def pinned_videos(sandbox: Sandbox, call: Call) -> Answer:
    """The user's pinned videos, at most three, without paging."""
    fields, creator, _ = _asked(sandbox, call)
    pinned = _planted(sandbox, creator, "pinned")
    if pinned is None:
        days = _days(sandbox, creator, 70, 10)
        own = (video for day in days for video in sandbox.corpus.days[day] if video.creator is creator)
        pinned = [video for video, _ in zip(own, range(noise(creator.key, 71) % 4), strict=False)]
    videos = _records(sandbox, pinned, fields)
    return Answer({"pinned_videos_list": videos}, len(videos), "ok")


def reposted_videos(sandbox: Sandbox, call: Call) -> Answer:
    """Reposted videos; the cursor is an index that counts removed ones."""
    fields, creator, size = _asked(sandbox, call)
    reposts = _planted(sandbox, creator, "reposted")
    if reposts is None:
        reposts = _others(sandbox, creator, 72)
    cursor = number(call.body or {}, "cursor", 0)
    if cursor < 0:
        raise cursor_rejected()
    videos = _records(sandbox, reposts[cursor : cursor + size], fields)
    following = min(cursor + size, len(reposts))
    data = {sandbox.settings.reposted_key: videos, "cursor": following, "has_more": following < len(reposts)}
    return Answer(data, len(videos), "ok")


def _asked(sandbox: Sandbox, call: Call) -> tuple[list[str], Creator, int]:
    body = call.body or {}
    fields = asked_fields(call.fields, USER_VIDEO_FIELDS, sandbox.settings.accept_favourites)
    return fields, creator_called(sandbox, username(body)), page_size(body, 20)


def _records(sandbox: Sandbox, videos: Iterable[Video], fields: list[str]) -> list[dict]:
    now = int(sandbox.clock.now().timestamp())
    there = (video for video in videos if video.create_time <= now and sandbox.corpus.available(video, now))
    return [user_record(sandbox.corpus, video, fields, now) for video in there]


def _likes(sandbox: Sandbox, creator: Creator) -> Iterable[tuple[int, Video]]:
    written = planted(sandbox, creator.username, "liked")
    if written is not None:
        found = ((like["liked_at"], sandbox.corpus.video(like["id"])) for like in written)
        return [(moment, video) for moment, video in found if video]
    now = int(sandbox.clock.now().timestamp()) * 1000
    likes = ((_like_time(creator, video), video) for video in _others(sandbox, creator, 74))
    return [like for like in likes if like[0] <= now]


def _like_time(creator: Creator, video: Video) -> int:
    return video.create_time * 1000 + noise(creator.key ^ video.id, 73) % (30 * DAY * 1000)


def _planted(sandbox: Sandbox, creator: Creator, part: str) -> list[Video] | None:
    ids = planted(sandbox, creator.username, part)
    return None if ids is None else list(filter(None, map(sandbox.corpus.video, ids)))


def _others(sandbox: Sandbox, creator: Creator, lane: int) -> list[Video]:
    """Up to 60 videos of a few days, chosen once and for all."""
    days = _days(sandbox, creator, lane, 4)
    most = noise(creator.key, lane + 1) % 16
    chosen = (video for day in days for video in sandbox.corpus.days[day][:most])
    return list({video.id: video for video in chosen}.values())


def _days(sandbox: Sandbox, creator: Creator, lane: int, count: int) -> list[date]:
    first = max(sandbox.settings.first_day, day_of(creator.registered))
    days = ((sandbox.settings.last_day or LATEST) - first).days + 1
    chosen = (noise(creator.key, lane * 100 + n) % max(days, 1) for n in range(count))
    return [first + timedelta(days=offset) for offset in sorted(set(chosen), reverse=True)]
