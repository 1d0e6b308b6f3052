"""What a piece is: a part of a window that is searched by itself, because TikTok cannot serve the whole."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from include.domain.window import Window


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
        """How the piece is called in paths and messages."""
        narrowed = ["-".join(self.regions), self.video_length]
        return "~".join([str(self.window), *filter(None, narrowed)])

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
