"""Points about records: what their ids, times, regions and voices tell."""

from collections import Counter
from datetime import datetime

from include.stages.probe import two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.others import comment_page
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.reading import CAPITALS, NO_REGION, SMALL, Row

#: What bits 8 to 11 of an id say that it names.
VIDEO, COMMENT, MUSIC, SEARCH = 13, 3, 11, 4

#: Seconds between the upload of a video that was not scheduled and its creation time.
LONGEST_GAP = 180

#: Shares of records that are spoken of, by studies and recordings.
SPOKEN = (0.05, 0.4)

#: The share of records that may be scheduled posts.
SCHEDULED = 0.1

#: Records from which a share can be told.
ENOUGH = 50


def _examine_region(asker: Asker) -> Finding:
    spelt = Counter(row.region for row in _rows(asker) if row.region)
    if not spelt:
        raise Unsettled("no record has a region_code")
    came = ", ".join(f"{name} on {count}" for name, count in spelt.items())
    return judge(not spelt[NO_REGION], came, capitals=spelt[CAPITALS], small=spelt[SMALL], others=spelt[NO_REGION])


def _examine_upload(asker: Asker) -> Finding:
    gaps = sorted(row.made - (row.key >> 32) for row in _rows(asker) if row.key is not None and row.made is not None)
    if len(gaps) < ENOUGH:
        raise Unsettled(f"only {len(gaps)} records have an id and a time")
    late, early = sum(gap > LONGEST_GAP for gap in gaps), sum(gap < 0 for gap in gaps)
    middle = gaps[len(gaps) // 2]
    came = f"{gaps[0]} to {gaps[-1]} s, half of them up to {middle} s; {late} of {len(gaps)} later than {LONGEST_GAP} s"
    holds = not early and late <= SCHEDULED * len(gaps)
    return judge(holds, came, records=len(gaps), shortest=gaps[0], longest=gaps[-1], scheduled=late)


def _examine_id_kinds(asker: Asker) -> Finding:
    """Of videos, their music, the search itself and comments, as far as there are any."""
    first, rows = two_days.first_page(asker), _rows(asker)
    found = {
        "videos": ({_kind(row.key) for row in rows if row.key is not None}, VIDEO),
        "music": ({row.music for row in rows if row.music is not None}, MUSIC),
        "searches": ({_kind(int(text)) for text in (first.handles.search_id,) if text.isdecimal()}, SEARCH),
        "comments": ({_kind(key) for key in _comment_keys(asker)}, COMMENT),
    }
    if not found["videos"][0]:
        raise Unsettled("no record has an id")
    wrong = [name for name, (kinds, expected) in found.items() if not kinds <= {expected}]
    seen = {name: ", ".join(map(str, sorted(kinds))) or "none seen" for name, (kinds, _) in found.items()}
    came = "; ".join(f"{name}: {text}" for name, text in seen.items())
    return judge(not wrong, came, wrong=len(wrong), search_id_older_by_seconds=_age(first.handles.search_id, first.at))


def _examine_voice(asker: Asker) -> Finding:
    records = two_days.records(asker)
    if len(records) < ENOUGH:
        raise Unsettled(f"only {len(records)} records")
    spoken = sum(each.get("voice_to_text") not in (None, "empty text") for each in records)
    lowest, highest = (share * len(records) for share in SPOKEN)
    return judge(lowest <= spoken <= highest, f"on {spoken} of {len(records)}", records=len(records), spoken=spoken)


def _rows(asker: Asker) -> list[Row]:
    return [row for page in two_days.pages(asker) for row in page.handles.rows]


def _comment_keys(asker: Asker) -> list[int]:
    try:
        return comment_page(asker).handles.keys
    except Unsettled:
        return []


def _kind(key: int) -> int:
    return key >> 8 & 0xF


def _age(search_id: str, at: datetime) -> int | None:
    return round(at.timestamp()) - (int(search_id) >> 32) if search_id.isdecimal() else None


REGION = Point(
    name="region_code",
    assumption="every region_code is one of TikTok's 245, in capitals or in small letters",
    source="contract 4; recorded behaviour 2",
    change="Correct REGION_CODES in include/tiktok/regions.py.",
    examine=_examine_region,
)
UPLOAD = Point(
    name="upload and creation",
    assumption=f"id >> 32 lies 0 to {LONGEST_GAP} s before create_time, but for scheduled posts, one in ten at most",
    source="contract 3.1; recorded behaviour 1",
    change="Months of the dataset follow from ids, and lost searches from how far they came: SKEW in "
    "include/stages/harvest/progress.py.",
    examine=_examine_upload,
)
ID_KINDS = Point(
    name="kinds of ids",
    assumption=f"bits 8 to 11 of an id are {VIDEO} for videos, {COMMENT} for comments, {MUSIC} for music, {SEARCH} for "
    "searches",
    source="recorded behaviour 21",
    change="No form may refuse an id for its kind; correct include/sandbox/ids.py.",
    examine=_examine_id_kinds,
)
VOICE = Point(
    name="voice_to_text",
    assumption=f"voice_to_text stands on {SPOKEN[0]:.0%} to {SPOKEN[1]:.0%} of the records",
    source="contract 8 (15); recorded behaviour 23",
    change="Tell researchers who rely on it; correct docs/tiktok-research-api.md.",
    examine=_examine_voice,
)
