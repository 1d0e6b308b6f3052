"""The endpoint video/comment/list: comments of a video, and replies to a comment. No author is named."""

from math import sqrt
from typing import Any

from include.sandbox.corpus import SETTLED
from include.sandbox.exchange import Answer, Call, number, page_size
from include.sandbox.ids import COMMENT, make_id
from include.sandbox.noise import noise, pick, share
from include.sandbox.records import asked_fields
from include.sandbox.refusals import comments_not_disclosed, cursor_rejected, invalid
from include.sandbox.sandbox import Sandbox
from include.sandbox.video import DAY, SETTLING_DAYS, Video

FIELDS = ("id", "video_id", "text", "like_count", "reply_count", "parent_comment_id", "create_time")
TEXTS = (
    "Mooi gezegd 👏",
    "Waar is dit?",
    "haha 😂😂",
    "Très beau !",
    "Wo war das?",
    "so true",
    "",
    "@synth_guest kijk eens",
    # Phone numbers, addresses and card numbers are masked by TikTok (docs).
    "bel me op 04******78 of mail a*******@********",
)


def list_comments(sandbox: Sandbox, call: Call) -> Answer:
    """A page of comments of `video_id`, or of replies to `comment_id`; the last cursor is the number of items."""
    body = call.body or {}
    fields, size, cursor = asked_fields(call.fields, FIELDS), page_size(body, 10), number(body, "cursor", 0)
    if cursor < 0:
        raise cursor_rejected()
    if body.get("comment_id") is not None:
        return _page(
            sandbox, _replies(sandbox, number(body, "comment_id")), (cursor, size), [*fields, "display_name"], "ok"
        )
    if body.get("video_id") is None:
        raise invalid("video_id or comment_id is required")
    video = sandbox.corpus.video(number(body, "video_id"))
    comments = _comments(sandbox, video) if video else None
    if comments is None:
        # Recorded in tiktok_research_api_helper #105, and what an unknown video gets here too.
        return Answer({"comments": None, "cursor": None, "has_more": False})
    return _page(sandbox, comments, (cursor, size), fields, "")


def _page(
    sandbox: Sandbox, found: list[dict[str, Any]], place: tuple[int, int], fields: list[str], message: str
) -> Answer:
    cursor, size = place
    end = min(cursor + size, len(found))
    there = (one for one in found[cursor:end] if one["id"] not in sandbox.corpus.deleted)
    shown = [{key: text for key, text in one.items() if key in fields} for one in there]
    return Answer({"comments": shown, "cursor": max(end, cursor), "has_more": end < len(found)}, len(shown), message)


def _comments(sandbox: Sandbox, video: Video) -> list[dict[str, Any]] | None:
    corpus, now = sandbox.corpus, int(sandbox.clock.now().timestamp())
    state, chance = corpus.comments.get(video.id), share(video.id, 41)
    refused = sandbox.settings.comments_refused_share if video.planted is None else 0
    if state == "closed" or (state is None and chance < refused):
        raise comments_not_disclosed()
    if state == "removed" or (state is None and chance < 2 * refused) or not corpus.available(video, now):
        return None
    if video.id in corpus.planted.comments:
        return corpus.planted.comments[video.id]
    final = corpus.value(video, "comment_count", SETTLED) or 0
    so_far = min(corpus.value(video, "comment_count", now) or 0, sandbox.settings.reachable_comments)
    # Neither by id nor by time (recorded), but new ones do not turn the whole list around.
    places = sorted(range(so_far), key=lambda place: place + noise(video.id, 30_000 + place) % 40)
    return [_comment(video, place, final, sandbox.settings.missing_keys) for place in places]


def _comment(video: Video, place: int, final: int, missing_keys: bool) -> dict[str, Any]:
    key = noise(video.id, 10_000 + place)
    # The inverse of how counts settle, so that a comment is never younger than the count that includes it.
    created = video.create_time + 60 + int(SETTLING_DAYS * DAY * (1 - sqrt(max(1 - place / max(final, 1), 0))))
    comment_id = make_id(created - 25 - key % 68, COMMENT, noise(key, 1))
    replies = {} if missing_keys and noise(key, 4) % 12 == 0 else {"reply_count": _reply_count(comment_id)}
    return {
        "id": comment_id,
        "video_id": video.id,
        "text": pick(key, 2, TEXTS),
        "like_count": int(share(key, 3) ** 6 * 5000),
        "parent_comment_id": video.id,
        "create_time": created,
        **replies,
    }


def _reply_count(comment_id: int) -> int:
    return noise(comment_id, 43) % 5 if noise(comment_id, 44) % 4 == 0 else 0


def _replies(sandbox: Sandbox, comment_id: int) -> list[dict[str, Any]]:
    """Replies follow from the comment's id alone: any id of a plausible time has its replies."""
    if comment_id in sandbox.corpus.planted.comments:
        return sandbox.corpus.planted.comments[comment_id]
    now = int(sandbox.clock.now().timestamp())
    if not 0 < comment_id >> 32 <= now:
        raise invalid(f"comment_id {comment_id} does not exist")
    replies = (_reply(comment_id, place) for place in range(_reply_count(comment_id)))
    return [reply for reply in replies if reply["create_time"] <= now]


def _reply(comment_id: int, place: int) -> dict[str, Any]:
    key = noise(comment_id, 45 + place)
    created = (comment_id >> 32) + 100 + place * 600 + key % 600
    return {
        "id": make_id(created - 25 - key % 68, COMMENT, noise(key, 1)),
        "parent_comment_id": comment_id,
        "reply_count": 0,
        "like_count": int(share(key, 3) ** 6 * 50),
        "text": pick(key, 2, TEXTS),
        "create_time": created,
        "display_name": f"synth {key % 1000}",
    }
