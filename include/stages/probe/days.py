"""Points about days: which of them a search covers, and how many it takes."""

from datetime import UTC, date, datetime, timedelta

from include.domain.window import Window
from include.stages.probe import two_days
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.question import ask_videos
from include.stages.probe.reading import Reading
from include.tiktok.verdicts import Remedy

FEW = ("id", "create_time")


def second_day(asker: Asker) -> Reading:
    """The second day alone, with start_date = end_date."""
    day = asker.form.second_day
    return asker.answer(ask_videos("second day", asker.form.query, Window(day, day), FEW))


def window(asker: Asker, difference: int) -> Reading:
    """A search whose days lie so far apart, or its refusal."""
    end = asker.form.second_day
    days = Window(end - timedelta(days=difference), end)
    return asker.ask(ask_videos(f"{difference} days apart", asker.form.query, days, ("id",), size=1))


def _on(reading: Reading, day: date) -> int:
    return sum(_day(row.made) == day for row in reading.handles.rows)


def _day(made: int | None) -> date | None:
    return None if made is None else datetime.fromtimestamp(made, UTC).date()


def _examine_end_date(asker: Asker) -> Finding:
    """The second day must show in the search of both, and in one of its own."""
    day, both, alone = asker.form.second_day, two_days.first_page(asker), second_day(asker)
    figures = {"of_second_day_in_both": _on(both, day), "in_second_day_alone": _on(alone, day)}
    if all(figures.values()):
        return judge(True, "records of the second day in both searches", **figures)
    if not any(figures.values()):
        days = Window(day, day + timedelta(days=1))
        figures["in_a_search_that_ends_a_day_later"] = _on(
            asker.answer(ask_videos("second day and the next", asker.form.query, days, FEW)), day
        )
        if not any(figures.values()):
            raise Unsettled("the query found nothing on the second day, whatever end_date was")
    return judge(False, "a search up to the second day leaves that day out", **figures)


def _examine_asked_days(asker: Asker) -> Finding:
    pages = [*two_days.pages(asker), second_day(asker)]
    days = [day for page in pages for row in page.handles.rows if (day := _day(row.made))]
    if not days:
        raise Unsettled("no record says when it was made")
    outside = sum(not asker.form.first_day <= day <= asker.form.second_day for day in days)
    return judge(not outside, f"{outside} of {len(days)} records lie outside", records=len(days), outside=outside)


def _examine_30_days(asker: Asker) -> Finding:
    reading = window(asker, 30)
    return judge(reading.answered, "taken" if reading.answered else f"refused: {reading.refusal}")


def _examine_31_days(asker: Asker) -> Finding:
    reading = window(asker, 31)
    refused = not reading.answered and reading.helps == Remedy.PERSON
    return judge(refused, "taken" if reading.answered else f"refused: {reading.refusal}")


END_DATE = Point(
    name="end_date",
    assumption="end_date is included, whichever day a search begins with",
    source="contract 13 (1); recorded behaviour 10",
    change="Nothing is lost: the harvest looks at an empty last day again, for one request a window. Have "
    "_ask_videos in include/tiktok/entities.py ask for a day more, and drop what is foreign.",
    examine=_examine_end_date,
)
ASKED_DAYS = Point(
    name="asked days",
    assumption="every hit was created on one of the days asked for, counted in UTC",
    source="contract 4 (day boundary)",
    change="Such hits are kept and marked `foreign`; look whether a time zone explains them, and name it in "
    "docs/tiktok-research-api.md.",
    examine=_examine_asked_days,
)
LONGEST_WINDOW = Point(
    name="30 days apart",
    assumption="a search whose end_date lies 30 days after start_date is taken",
    source="contract 4 (span); recorded behaviour 11",
    change="Give every project a smaller `window_days`; then LONGEST in include/domain/window.py.",
    examine=_examine_30_days,
)
TOO_LONG = Point(
    name="31 days apart",
    assumption="a search whose end_date lies 31 days after start_date is refused, in words that our table knows",
    source="contract 4 (span) and 13 (1, 2)",
    change="If it was taken, LONGEST in include/domain/window.py may grow: fewer windows. If its refusal is not "
    "*a person*, add its words to TABLE in include/tiktok/verdicts.py.",
    examine=_examine_31_days,
)
