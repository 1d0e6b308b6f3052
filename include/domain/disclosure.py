"""What a dataset of videos discloses about people, column by column, and what becomes of it in an export for papers."""

from dataclasses import dataclass, field
from enum import StrEnum


class Personal(StrEnum):
    """How a column tells of a person."""

    DIRECTLY = "directly"
    INDIRECTLY = "indirectly"
    NO = "no"


class Export(StrEnum):
    """What an export for papers makes of a column."""

    KEPT = "kept"
    PSEUDONYM = "keyed pseudonym"
    DAY = "day only"
    ROUNDED = "two significant digits"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Treatment:
    """One column: whether it is personal data, what an export makes of it, under which name, and why."""

    column: str
    personal: Personal
    export: Export
    why: str
    name: str = ""

    @property
    def exported_as(self) -> str:
        return self.name or self.column


_COUNT = "An exact count, with the day, finds the video again."
_UNDOCUMENTED = "Its structure is not documented: it may hold anything."

_D, _I, _N = Personal.DIRECTLY, Personal.INDIRECTLY, Personal.NO
TREATMENTS = (
    Treatment("id", _D, Export.PSEUDONYM, "Leads to the video, and so to its creator.", "video"),
    Treatment("video_description", _D, Export.LEFT_OUT, "The creator's own words; a search finds them again."),
    Treatment("create_time", _I, Export.DAY, "The second of publication finds the video again.", "create_date"),
    Treatment("region_code", _I, Export.KEPT, "Identifies together with others where few accounts share it."),
    Treatment("share_count", _I, Export.ROUNDED, _COUNT),
    Treatment("view_count", _I, Export.ROUNDED, _COUNT),
    Treatment("like_count", _I, Export.ROUNDED, _COUNT),
    Treatment("comment_count", _I, Export.ROUNDED, _COUNT),
    Treatment("music_id", _I, Export.PSEUDONYM, "An original sound leads to the account that made it.", "music"),
    Treatment("hashtag_names", _I, Export.LEFT_OUT, "Free text: a rare hashtag finds the video, or is a name."),
    Treatment("username", _D, Export.PSEUDONYM, "Names the account.", "account"),
    Treatment("effect_ids", _I, Export.LEFT_OUT, "An effect may be made and used by one account."),
    Treatment("playlist_id", _I, Export.PSEUDONYM, "Leads to the account that made it.", "playlist"),
    Treatment("voice_to_text", _D, Export.LEFT_OUT, "What people say in the video."),
    Treatment("is_stem_verified", _N, Export.KEPT, "Says something of the content only."),
    Treatment("favorites_count", _I, Export.ROUNDED, _COUNT),
    Treatment("video_duration", _N, Export.KEPT, "Whole seconds, shared by many."),
    Treatment("hashtag_info_list", _I, Export.LEFT_OUT, _UNDOCUMENTED),
    Treatment("sticker_info_list", _I, Export.LEFT_OUT, _UNDOCUMENTED),
    Treatment("effect_info_list", _I, Export.LEFT_OUT, _UNDOCUMENTED),
    Treatment("video_mention_list", _D, Export.LEFT_OUT, "Names other people."),
    Treatment("video_label", _I, Export.LEFT_OUT, _UNDOCUMENTED),
    Treatment("video_tag", _I, Export.LEFT_OUT, _UNDOCUMENTED),
    Treatment("first_seen", _N, Export.LEFT_OUT, "Of the harvest, not of the video."),
    Treatment("observed_at", _N, Export.DAY, "When the counts were taken.", "observed_date"),
    Treatment("query_id", _N, Export.KEPT, "Which query found it."),
    Treatment("foreign", _N, Export.KEPT, "Whether TikTok's hit is what was asked for."),
    Treatment("raw", _D, Export.LEFT_OUT, "The whole record."),
)
"""Every column of the dataset. One that is not listed counts as personal and is never exported."""

TEXTS = ("video_description", "voice_to_text")
"""Columns that hold people's own words."""


@dataclass(frozen=True)
class SmallCells:
    """A table of counts: how many cells it has, and which of them hold fewer accounts than asked for."""

    cells: int
    small: tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """Of a column of texts: how many there are, and how many are longer than asked for."""

    present: int
    longer: int


@dataclass(frozen=True)
class Disclosure:
    """What was counted of a dataset for its disclosure report; no record stands in it."""

    project_id: str
    made_on: str
    rows: int
    months: int
    accounts: int
    without_account: int
    k: int
    longer_than: int
    synthetic: bool
    cells: dict[str, SmallCells] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)

    @property
    def small_cells(self) -> int:
        return sum(len(table.small) for table in self.cells.values())
