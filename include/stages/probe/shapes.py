"""Points about the shape of records: their fields, and the kinds of values in these."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from include.stages.probe import two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.outline import Outline, kind_of, tell_kinds
from include.stages.probe.point import Finding, Point, judge
from include.tiktok.entities import VIDEOS
from include.tiktok.fields import KINDS


def _examine_kinds(asker: Asker) -> Finding:
    records, odd = two_days.records(asker), Counter[str]()
    for record in records:
        odd.update(name for name, value in record.items() if name not in VIDEOS.kinds or not _fits(name, value))
    told = (f"{name} ({'new' if name not in VIDEOS.kinds else 'another kind'}: {count})" for name, count in odd.items())
    never = sum(not any(name in record for record in records) for name in two_days.taken_fields(asker))
    came = f"of {len(records)} records: {', '.join(told) or 'nothing else'}; {never} fields stood on none"
    return judge(not odd, came, records=len(records), odd=len(odd), on_none=never)


def _fits(name: str, value: Outline) -> bool:
    return value is None or kind_of(value) in KINDS.get(name, (kind_of(value),))


def _examine_id(asker: Asker) -> Finding:
    records = two_days.records(asker)
    spelt = Counter("id" if "id" in each else "video_id" if "video_id" in each else "none" for each in records)
    came = ", ".join(f"{name} on {count}" for name, count in spelt.items())
    return judge(spelt["id"] == len(records), came, records=len(records), id=spelt["id"])


def _examine_shape(name: str, fits: Callable[[Outline], bool], asker: Asker) -> Finding:
    seen = [each[name] for each in two_days.records(asker) if each.get(name) is not None]
    if not any(seen):
        raise Unsettled(f"{name} is on no record, or empty")
    odd = [each for each in seen if each and not fits(each)]
    shown = Counter(map(tell_kinds, filter(None, odd or seen)))
    came = "; ".join(f"{shape} ({count})" for shape, count in shown.most_common(3))
    return judge(not odd, came, seen=len(seen), odd=len(odd))


def _list_of(*names: str) -> Callable[[Outline], bool]:
    def fits(found: Outline) -> bool:
        return isinstance(found, list) and all(isinstance(each, dict) and each.keys() <= set(names) for each in found)

    return fits


def _object_of(*names: str) -> Callable[[Outline], bool]:
    return lambda found: isinstance(found, dict) and found.keys() <= set(names)


def _texts(found: Outline) -> bool:
    return isinstance(found, list) and all(kind_of(each) is str for each in found)


def _shape_point(name: str, shape: str, source: str, fits: Callable[[Outline], bool]) -> Point:
    return Point(
        name=name,
        assumption=f"{name} is {shape}",
        source=source,
        change="Nothing is lost: the column is JSON text, or null with the record in `raw`. Correct KINDS in "
        "include/tiktok/fields.py, VIDEO_FIELDS in include/tiktok/schemas.py, and whatever reads "
        f"{name} in include/icandid/.",
        examine=partial(_examine_shape, name, fits),
    )


SHAPES = (
    _shape_point(
        "hashtag_info_list",
        "a list of {hashtag_id, hashtag_name, hashtag_description}",
        "contract 13 (4); recorded behaviour 6",
        _list_of("hashtag_id", "hashtag_name", "hashtag_description"),
    ),
    _shape_point(
        "sticker_info_list",
        "a list of {sticker_id, sticker_name}",
        "contract 3.1 and 13 (4)",
        _list_of("sticker_id", "sticker_name"),
    ),
    _shape_point(
        "effect_info_list",
        "a list of {effect_id, effect_name, effect_photo_url}",
        "contract 3.1 and 13 (4)",
        _list_of("effect_id", "effect_name", "effect_photo_url"),
    ),
    _shape_point(
        "video_label",
        "an object {type, vote, warn, content, sink}",
        "recorded behaviour 5",
        _object_of("type", "vote", "warn", "content", "sink"),
    ),
    _shape_point("video_tag", "an object {type, number}", "contract 3.1 and 13 (4)", _object_of("type", "number")),
    _shape_point("video_mention_list", "a list of texts", "contract 3.1; recorded behaviour 7", _texts),
)
KINDS_OF_VALUES = Point(
    name="kinds of values",
    assumption="records have the fields that were asked for and no others, each with the kind of value that we expect",
    source="contract 3.1; KINDS in include/tiktok/fields.py",
    change="Nothing is lost: the record stands in `raw`, and a harvest warns of it. Correct KINDS there, and "
    "VIDEO_FIELDS in include/tiktok/schemas.py.",
    examine=_examine_kinds,
)
ID = Point(
    name="name of the id",
    assumption="the id of a video stands under `id`, on every record",
    source="contract 3.1; recorded behaviour 4",
    change="Both spellings are read. Records with neither are counted, and make a unit suspect: ask TikTok.",
    examine=_examine_id,
)
