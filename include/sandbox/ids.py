"""Ids as TikTok makes them: Unix seconds in the upper half, the kind in bits 8 to 11, anything in the other bits.

The kinds and the seconds between upload and publication are measured on recorded answers. That a scheduled post hides
its delay in bits 12 to 31 is invented: any video can then be found from its id alone.
"""

from include.sandbox.noise import noise

VIDEO, COMMENT, MUSIC, SEARCH = 13, 3, 11, 4

#: Most seconds between the upload of a video that was not scheduled and its creation time.
LONGEST_GAP = 135

#: Minutes by which a post can be scheduled ahead.
DELAYS = range(6 * 60 + 1, 10 * 24 * 60 + 1)

_CODES = 1 << 20


def snowflake(moment: int, low: int) -> int:
    """An id of no known kind."""
    return (moment << 32) | (low & 0xFFFFFFFF)


def make_id(moment: int, kind: int, low: int) -> int:
    """An id of this kind; the low 32 bits are those of `low`, except where the kind stands."""
    return snowflake(moment, low) & ~0xF00 | kind << 8


def kind_of(some_id: int) -> int:
    """What the id says that it names."""
    return some_id >> 8 & 0xF


def gap(chance: float) -> int:
    """Seconds from upload to creation time: 20 to 89, once in a hundred up to 135."""
    return 20 + int(chance / 0.99 * 70) if chance < 0.99 else 90 + int((chance - 0.99) * 100 * 46)


def video_id(uploaded: int, mask: int, chance: float, low: int) -> int:
    """The id of a video that was published at once; `mask` is that of the seed, `chance` and `low` are drawn."""
    code = len(DELAYS) + int(chance * (_CODES - len(DELAYS)))
    return make_id(uploaded, VIDEO, (code ^ mask) << 12 | low & 0xFF)


def scheduled_id(published: int, mask: int, chance: float, low: int) -> int:
    """The id of a video that was scheduled for `published`, which must be a full minute."""
    code = int(chance * len(DELAYS))
    uploaded = published - DELAYS[code] * 60 + low % 60
    return make_id(uploaded, VIDEO, (code ^ mask) << 12 | low & 0xFF)


def scheduled_for(some_id: int, mask: int) -> int | None:
    """When a scheduled video is published, in Unix seconds; None for one that was not scheduled."""
    code = (some_id >> 12 & _CODES - 1) ^ mask
    return ((some_id >> 32) + DELAYS[code] * 60) // 60 * 60 if code < len(DELAYS) else None


def mask_of(seed: int) -> int:
    """What hides the delays of this seed's scheduled posts."""
    return noise(seed, 55) & _CODES - 1
