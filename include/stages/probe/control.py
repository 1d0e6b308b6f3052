"""The control search: videos that are known by their ids, so that what each of its pages must show is known too.

It asks for 44 videos of the two days and 6 ids that no video has, in pages of 15: two full ones and one of 14.
"""

from dataclasses import dataclass
from typing import Any

from include.domain.page import START, Cursor
from include.stages.probe import two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.question import RIPE, Question, ask_videos
from include.stages.probe.reading import Reading
from include.tiktok.query import IN_A_CONDITION

#: Videos that are asked for, where there are as many.
KNOWN = 44

#: With fewer, three pages are no proof of anything.
FEWEST = 5


@dataclass(frozen=True)
class Control:
    """The ids that the search must find, from the newest on, in pages of this size; and the whole list asked for."""

    known: tuple[int, ...]
    asked: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.known) // 3 + 1

    @property
    def query(self) -> dict[str, Any]:
        values = [str(each) for each in self.asked]
        return {"and": [{"operation": "IN", "field_name": "video_id", "field_values": values}]}

    def page(self, number: int) -> set[int]:
        """What the page with this number, from 0, must show."""
        return set(self.known[number * self.size : (number + 1) * self.size])


def control(asker: Asker) -> Control:
    """The control search that the records of the two days allow."""
    ids = sorted(set(two_days.first_page(asker).handles.keys), reverse=True)[:KNOWN]
    if len(ids) < FEWEST:
        raise Unsettled(f"the query found fewer than {FEWEST} videos on the two days")
    if len(ids) == 6:
        ids = ids[:FEWEST]  # six would make two full pages
    return Control(tuple(ids), (*ids, *invented_ids(ids, IN_A_CONDITION - len(ids))))


def invented_ids(ids: list[int], count: int) -> list[int]:
    """Ids of the same kind and time that are none of these; that a video has one of them is as good as impossible."""
    made = (ids[number % len(ids)] ^ (1 + number // len(ids)) for number in range(2 * (count + len(ids))))
    return [each for each in dict.fromkeys(made) if each not in ids][:count]


def first_page(asker: Asker) -> Reading:
    """The first page, or the refusal of the search."""
    return asker.ask(_ask(asker, "control", START))


def found_page(asker: Asker) -> Reading:
    """The first page, where it shows what it must."""
    reading, plan = first_page(asker), control(asker)
    if not reading.answered:
        raise Unsettled(f"the search for known ids was refused: {reading.refusal}")
    if set(reading.handles.keys) != plan.page(0):
        found = len(plan.page(0) & set(reading.handles.keys))
        raise Unsettled(f"the search for known ids found {found} of the {plan.size} that its first page must show")
    return reading


def jump(asker: Asker) -> Reading:
    """The third page, asked for right after the first; or the refusal of that jump."""
    return asker.ask(question_at(asker, "control, third page after the first", 2 * control(asker).size))


def second_page(asker: Asker) -> Reading:
    """The second page."""
    return asker.answer(question_at(asker, "control, second page", control(asker).size, patient=True))


def last_page(asker: Asker) -> Reading:
    """The third page: that of the jump where it was served, else asked for in turn."""
    jumped = jump(asker)
    if jumped.answered and set(jumped.handles.keys) == control(asker).page(2):
        return jumped
    second_page(asker)
    return asker.answer(question_at(asker, "control, third page", 2 * control(asker).size, patient=True))


def behind_the_end(asker: Asker) -> Reading:
    """One call at the cursor that the last page told; an answer or a refusal."""
    last = last_page(asker)
    return asker.ask(question_at(asker, "control, behind its end", last.cursor or len(control(asker).known)))


def question_at(asker: Asker, name: str, index: int, **how: Any) -> Question:
    """The page of this search that begins at `index`."""
    first = found_page(asker)
    ripe = {"earliest": first.at + RIPE}
    return _ask(asker, name, Cursor(index, first.handles.search_id), **(ripe | how))


def _ask(asker: Asker, name: str, cursor: Cursor, **how: Any) -> Question:
    plan = control(asker)
    return ask_videos(name, plan.query, asker.form.days, ("id",), cursor, size=plan.size, **how)
