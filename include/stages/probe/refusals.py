"""Points about refusals and envelopes: how errors are written, and what our table makes of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from include.domain.page import Cursor
from include.stages.probe.asker import Asker, Unsettled
from include.stages.probe.point import Finding, Point, judge
from include.stages.probe.question import Question, ask_videos
from include.stages.probe.reading import Reading
from include.tiktok.entities import VIDEOS
from include.tiktok.verdicts import Remedy

#: A search that TikTok never began: the time in it is that of 2017.
NO_SEARCH = str((1_500_000_000 << 32) | 4 << 8)

TWO_VALUES = {"and": [{"operation": "EQ", "field_name": "region_code", "field_values": ["BE", "NL"]}]}


def _unknown_field(asker: Asker) -> Question:
    return ask_videos("unknown field", asker.form.query, asker.form.days, ("id", "no_such_field"), size=1)


def _two_values(asker: Asker) -> Question:
    return ask_videos("EQ with two values", TWO_VALUES, asker.form.days, ("id",), size=1)


def _unknown_search(asker: Asker) -> Question:
    cursor = Cursor(VIDEOS.page_size, NO_SEARCH)
    return ask_videos("unknown search id", asker.form.query, asker.form.days, ("id",), cursor)


def _examine_refusal(question: Callable[[Asker], Question], helps: Remedy, asker: Asker) -> Finding:
    reading = asker.ask(question(asker))
    if reading.answered:
        return judge(False, "taken")
    came = f"refused: {reading.refusal}; our table says *{reading.helps}*"
    return judge(reading.status == 400 and reading.helps == helps, came, http_status=reading.status)


def _examine_errors(asker: Asker) -> Finding:
    errors = [_error_in(each) for each in asker.notebook.readings.values() if not each.answered and each.body]
    if not errors:
        raise Unsettled("nothing was refused")
    counts = {name: sum(bool(each.get(name)) for each in errors) for name in ("code", "message", "msg", "log_id")}
    texts = sum(bool(each.get("message") or each.get("msg")) for each in errors)
    came = f"of {len(errors)} refusals: " + ", ".join(f"{name} on {count}" for name, count in counts.items())
    return judge(counts["code"] == len(errors) == texts, came, refusals=len(errors), **counts)


def _examine_answers(asker: Asker) -> Finding:
    answers = [each for each in asker.notebook.readings.values() if each.answered and each.path == VIDEOS.path]
    if not answers:
        raise Unsettled("no search was answered")
    odd = {
        "code": [each for each in answers if each.code != "ok"],
        "has_more": [each for each in answers if not isinstance(each.data.get("has_more"), bool)],
        "cursor": [each for each in answers if not isinstance(each.data.get("cursor"), int)],
    }
    wrong = {name: len(each) for name, each in odd.items() if each}
    came = f"of {len(answers)} answers: " + (", ".join(f"another {name} on {n}" for name, n in wrong.items()) or "all")
    return judge(not wrong, came, answers=len(answers), others=sum(wrong.values()))


def _error_in(reading: Reading) -> dict[str, Any]:
    error = reading.body.get("error") if isinstance(reading.body, dict) else None
    return error if isinstance(error, dict) else {}


def _text_point(name: str, what: str, source: str, question: Callable[[Asker], Question], helps: Remedy) -> Point:
    return Point(
        name=name,
        assumption=f"{what} is refused with 400, in words for which our table says *{helps}*",
        source=source,
        change="If it was refused otherwise, add the code or the words to TABLE in include/tiktok/verdicts.py; if it "
        "was taken, TikTok is more lenient than include/tiktok/query.py.",
        examine=partial(_examine_refusal, question, helps),
    )


UNKNOWN_FIELD = _text_point("unknown field", "an unknown field", "contract 1 and 7", _unknown_field, Remedy.PERSON)
TWO_VALUES_OF_EQ = _text_point(
    "EQ with two values", "EQ with two values", "contract 4 and 7", _two_values, Remedy.PERSON
)
UNKNOWN_SEARCH = _text_point(
    "unknown search id", "a search id that TikTok never gave", "contract 7", _unknown_search, Remedy.SEARCH_AGAIN
)
ERRORS = Point(
    name="envelope of refusals",
    assumption="every refusal has a code, and its text under message or msg",
    source="contract 7 and 13 (2); recorded behaviour 3",
    change="Both are read, and may be missing; then only the status decides: look at TABLE in "
    "include/tiktok/verdicts.py.",
    examine=_examine_errors,
)
ANSWERS = Point(
    name="envelope of answers",
    assumption="a good answer of video/query says error.code ok, has_more true or false, and a cursor in digits",
    source="contract 1 and 5; recorded behaviour 17",
    change="Other spellings are read already (GOOD, YES and NO in include/tiktok/answer.py): add what is not among "
    "them.",
    examine=_examine_answers,
)
