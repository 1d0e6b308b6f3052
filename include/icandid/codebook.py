"""What every column of the videos' dataset means: type, unit, source and what to beware of.

Sources: TikTok docs, Research API codebook and FAQ; what others measured is marked as observed.
"""

import csv
import io
from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class Column:
    """One column: its name and Arrow type, the unit of its values, the API field it comes from, meaning and caveat."""

    name: str
    type: str
    unit: str
    source: str
    meaning: str
    caveat: str = ""


_ID = "int64"
_COUNT = "int64"
_TEXT = "string"
_TEXTS = "list<item: string>"
_SECOND = "timestamp[s, tz=UTC]"
_MOMENT = "timestamp[us, tz=UTC]"
_JSON = "Undocumented structure, kept as JSON text."
_SNAPSHOT = "A snapshot from TikTok's archive, up to 10 days old when observed; differs from what the app shows."
_SPARSE = "Absent on most videos."


def _field(name: str, kind: str, meaning: str, caveat: str = "", unit: str = "") -> Column:
    return Column(name, kind, unit, f"video/query: {name}", meaning, caveat)


VIDEO_COLUMNS = (
    _field("id", _ID, "TikTok's id of the video; unique in the dataset.", "Exceeds 2^53: never read it as a float."),
    _field("video_description", _TEXT, "Caption.", "Without NUL characters and half emoji; `raw` keeps them."),
    _field("create_time", _SECOND, "When the video was published.", unit="UTC, to the second"),
    _field("region_code", _TEXT, "Country in which the creator registered.", "Says nothing of where a video was made.",
           "ISO 3166-1 alpha-2, and XK, TP"),
    _field("share_count", _COUNT, "Shares.", _SNAPSHOT, "shares"),
    _field("view_count", _COUNT, "Views.", _SNAPSHOT, "views"),
    _field("like_count", _COUNT, "Likes.", _SNAPSHOT, "likes"),
    _field("comment_count", _COUNT, "Comments.", _SNAPSHOT, "comments"),
    _field("music_id", _ID, "TikTok's id of the sound."),
    _field("hashtag_names", _TEXTS, "Hashtags, without #.", "An empty list and no list both mean none."),
    _field("username", _TEXT, "Handle of the account.", "Handles change; the API gives no id of an account."),
    _field("effect_ids", _TEXTS, "TikTok's ids of the effects.", "The value 0 stands for no effect."),
    _field("playlist_id", _ID, "TikTok's id of the playlist.", _SPARSE),
    _field("voice_to_text", _TEXT, "Transcript of what is said.", "Present on some 10 to 20 % of videos (observed)."),
    _field("is_stem_verified", "bool", "Verified as education in science, technology, engineering or mathematics.",
           _SPARSE),
    _field("favorites_count", _COUNT, "Bookmarks.", _SNAPSHOT + " Also spelled favourites_count by TikTok.",
           "bookmarks"),
    _field("video_duration", "int64", "Duration.", "0 for photo posts.", "seconds"),
    _field("hashtag_info_list", _TEXT, "Ids and descriptions of the hashtags.", _JSON),
    _field("sticker_info_list", _TEXT, "Ids and names of stickers.", _JSON),
    _field("effect_info_list", _TEXT, "Ids, names and pictures of effects.", _JSON),
    _field("video_mention_list", _TEXTS, "Tagged accounts.", "May hold display texts in place of handles (observed)."),
    _field("video_label", _TEXT, "TikTok's label, such as one on elections.", _JSON),
    _field("video_tag", _TEXT, "Marks of paid or AI-generated content.",
           _JSON + " TikTok's documents give contradictory codes."),
    Column("first_seen", _MOMENT, "UTC", "harvester", "The earliest observation of this video in the dataset."),
    Column("observed_at", _MOMENT, "UTC", "harvester", "When TikTok gave the values of this row.",
           "The latest observation; earlier ones stay with the windows."),
    Column("query_id", _TEXT, "", "harvester", "Which query found it.",
           "The first 12 hex digits of the SHA-256 of its canonical JSON."),
    Column("foreign", _TEXT, "", "harvester", "Why this hit is not what was asked for; null where it is.",
           "`day`: published on another day; `account`: by an account that the query does not name."),
    Column("raw", _TEXT, "", "video/query: the whole record", "The record as TikTok sent it.",
           "JSON with sorted keys."),
)  # fmt: skip


def codebook_csv(columns: tuple[Column, ...]) -> str:
    """The codebook as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in fields(Column)])
    writer.writerows(map(astuple, columns))
    return out.getvalue()


def codebook_markdown(columns: tuple[Column, ...]) -> str:
    """The codebook as a Markdown table; names and types are code, for `list<item: string>` is no tag."""
    head = [field.name for field in fields(Column)]
    cells = ((f"`{name}`", f"`{kind}`", *rest) for name, kind, *rest in map(astuple, columns))
    rows = [head, ["---"] * len(head), *cells]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
