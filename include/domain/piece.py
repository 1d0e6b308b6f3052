"""What a piece is: a part of a window that is searched by itself, because TikTok cannot serve the whole."""

import hashlib
from datetime import date

from pydantic import BaseModel, ConfigDict

from include.domain.window import Window

LONGEST_NAME = 255
"""Characters of a folder's name that every disk takes."""


class Piece(BaseModel):
    """Days, and where days do not narrow enough, regions and one class of `video_length`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date
    regions: tuple[str, ...] = ()
    video_length: str = ""

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    @property
    def name(self) -> str:
        """How the piece is called in paths and messages; a list of regions too long for a path is told by a hash."""
        name = self._named("-".join(self.regions))
        return name if len(name) <= LONGEST_NAME else self._named(_hashed(self.regions))

    def _named(self, regions: str) -> str:
        return "~".join([str(self.window), *filter(None, (regions, self.video_length))])

    def halves(self, regions: tuple[str, ...], lengths: tuple[str, ...]) -> "list[Piece]":
        """This piece cut once: by days, else by regions, else by lengths; empty when it cannot be cut any more.

        `regions` are those that the query names, `lengths` the classes it leaves open.
        """
        if self.window.days > 1:
            days = self.window.cut((self.window.days + 1) // 2)
            return [self.model_copy(update={"start": half.start, "end": half.end}) for half in days]
        regions = self.regions or regions
        if len(regions) > 1:
            middle = (len(regions) + 1) // 2
            return [self.model_copy(update={"regions": half}) for half in (regions[:middle], regions[middle:])]
        if lengths and not self.video_length:
            return [self.model_copy(update={"video_length": length}) for length in lengths]
        return []


def _hashed(regions: tuple[str, ...]) -> str:
    digits = hashlib.sha256("-".join(regions).encode()).hexdigest()[:12]
    return f"{regions[0]}-to-{regions[-1]}-{len(regions)}-{digits}"
