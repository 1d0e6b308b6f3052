"""The search that most points share: the two days, with every field that TikTok takes."""

import re
from collections.abc import Sequence
from typing import Any

from include.domain.page import Cursor
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.outline import Outline
from include.stages.probe.question import RIPE, Question, ask_videos
from include.stages.probe.reading import Reading
from include.tiktok.entities import VIDEOS
from include.tiktok.schemas import VIDEO_FIELDS

ALL = tuple(VIDEO_FIELDS)
ID = "id"
TRIAL = "fields"

#: Requests that may be spent on telling refused fields from others.
MOST_TRIALS = 8


def first_page(asker: Asker) -> Reading:
    """The first page, without the fields that TikTok refuses."""
    return asker.answer(_ask(asker, taken_fields(asker)))


def second_page(asker: Asker) -> Reading:
    """The page after it."""
    first = first_page(asker)
    if not first.more:
        raise Unsettled(f"the two days have one page, of {first.returned} records")
    index = first.cursor or VIDEOS.page_size
    return asker.answer(question_at(asker, "two days, second page", index, earliest=first.at + RIPE, patient=True))


def question_at(asker: Asker, name: str, index: int, **how: Any) -> Question:
    """The page of the same search that begins at `index`."""
    cursor = Cursor(index, first_page(asker).handles.search_id)
    return ask_videos(name, asker.form.query, asker.form.days, taken_fields(asker), cursor, **how)


def pages(asker: Asker) -> list[Reading]:
    """Both pages, or the only one."""
    first = first_page(asker)
    return [first, second_page(asker)] if first.more else [first]


def records(asker: Asker) -> list[dict[str, Outline]]:
    """The outlines of all their records."""
    found = [each for page in pages(asker) for each in page.records]
    if not found:
        raise Unsettled("the query found nothing on the two days")
    return found


def taken_fields(asker: Asker) -> tuple[str, ...]:
    """The fields with which TikTok takes the search: all, or those that are left when the refused ones are found.

    Raises:
        Unsettled: it refuses the search whatever the fields.
    """
    first = asker.ask(_ask(asker, ALL))
    if first.answered:
        return ALL
    fields = _without(ALL, [each for each in ALL if re.search(rf"\b{each}\b", first.text)])
    while not asker.ask(_ask(asker, fields)).answered:
        if not takes(asker, (ID,)):
            raise Unsettled(f"TikTok refused the search, whatever the fields: {first.refusal}")
        fields, before = _without(fields, _find_refused(asker, fields)), fields
        if fields == before:
            raise Unsettled(f"TikTok refused fields together that it took one by one: {first.refusal}")
    return fields


def takes(asker: Asker, fields: Sequence[str]) -> bool:
    """Whether TikTok takes a search for one record with these fields."""
    return asker.ask(_trial(asker, fields)).answered


def _find_refused(asker: Asker, fields: Sequence[str]) -> Sequence[str]:
    """A refused field among those of which one at least is; some together, where too many trials would be needed."""
    while len(fields) > 1:
        half = fields[: len(fields) // 2]
        if not _may_try(asker, half):
            break
        fields = fields[len(half) :] if takes(asker, half) else half
    return fields


def _may_try(asker: Asker, fields: Sequence[str]) -> bool:
    """Whether the trial was made already, or may still be."""
    trials = sum(each.startswith(TRIAL) for each in asker.notebook.readings)
    return trials < MOST_TRIALS or asker.knows(_trial(asker, fields))


def _trial(asker: Asker, fields: Sequence[str]) -> Question:
    return ask_videos(f"{TRIAL}: {', '.join(fields)}", asker.form.query, asker.form.days, fields, size=1)


def _without(fields: Sequence[str], refused: Sequence[str]) -> tuple[str, ...]:
    """The other fields, and `id` in any case."""
    return tuple(each for each in fields if each == ID or each not in refused)


def _ask(asker: Asker, fields: Sequence[str]) -> Question:
    refused = [each for each in ALL if each not in fields]
    name = f"two days, without {', '.join(refused)}" if refused else "two days"
    return ask_videos(name, asker.form.query, asker.form.days, fields)
