"""A query in other words: one English sentence, and the condition it means as SQL would write it.

How the three lists combine is our reading of TikTok's documentation: `and` all true, `or` any true, `not` none true,
and the three of them all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from include.tiktok.query import IN_A_CONDITION, NUMBERS

SQL = {"EQ": "=", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}
SHOWN = 10
"""Values of one condition that the sentence names; the rest is counted. The condition has them all."""

COUNTED = {
    "EQ": "exactly {}",
    "IN": "exactly {}",
    "GT": "more than {}",
    "GTE": "{} or more",
    "LT": "fewer than {}",
    "LTE": "at most {}",
}
CREATED = {
    "EQ": "on {}",
    "IN": "on {}",
    "GT": "after {}",
    "GTE": "on or after {}",
    "LT": "before {}",
    "LTE": "up to {}",
}
LENGTHS = {"SHORT": "under 15 s", "MID": "15 to 60 s", "LONG": "1 to 5 min", "EXTRA_LONG": "over 5 min"}
PHRASES = {
    "username": "posted by {}",
    "hashtag_name": "tagged {}",
    "keyword": "with {} in the caption",
    "region_code": "by creators who registered in {}",
    "video_id": "with the id {}",
    "music_id": "with the music {}",
    "effect_id": "with the effect {}",
    "video_length": "that last {}",
}


def sentence(query: Mapping[str, Any], days: str = "") -> str:
    """What a valid query asks for, in one sentence; `days` says of which days.

    "Videos posted by a or b, or tagged #x, all of them by creators who registered in BE or NL, but none posted by z."
    """
    either, every, none = ([_phrase(each) for each in query.get(clause) or ()] for clause in ("or", "and", "not"))
    parts = [", or ".join(either)] if either else []
    parts += [("all of them " if either else "") + " and ".join(every)] if every else []
    parts += ["but none " + ", nor ".join(none)] if none else []
    all_but = "" if either or every else ","
    return f"Videos{all_but} {', '.join(parts)}{', ' + days if days else ''}."


def condition(query: Mapping[str, Any]) -> str:
    """The condition that a valid query means, as SQL writes it."""
    every, either, none = ([_comparison(each) for each in query.get(clause) or ()] for clause in ("and", "or", "not"))
    any_of = [" OR ".join(either)] if either else []
    if len(either) > 1 and (every or none):
        any_of = [f"({any_of[0]})"]
    return " AND ".join([*any_of, *every, *([f"NOT ({' OR '.join(none)})"] if none else [])])


def long_lists(query: Mapping[str, Any]) -> Iterator[str]:
    """What of a valid query is longer than anybody was seen to ask."""
    for clause, conditions in query.items():
        for each in conditions:
            if len(each["field_values"]) > IN_A_CONDITION:
                yield (
                    f"{clause}: {each['field_name']} lists {len(each['field_values'])} values; TikTok documents no "
                    f"limit, and public clients stay below {IN_A_CONDITION}: register two projects if TikTok refuses it"
                )


def _phrase(asked: Mapping[str, Any]) -> str:
    name, operation, values = asked["field_name"], asked["operation"], asked["field_values"]
    if name == "create_date":
        return "created " + CREATED[operation].format(_either([_day(value) for value in values]))
    if name in ("view_count", "comment_count"):
        return f"with {COUNTED[operation].format(_either(values))} {name.removesuffix('_count')}s"
    return PHRASES[name].format(_either([_shown(name, value) for value in values]))


def _shown(name: str, value: str) -> str:
    marks = {"hashtag_name": f"#{value}", "keyword": f"“{value}”", "video_length": LENGTHS.get(value, value)}
    return marks.get(name, value)


def _either(values: Sequence[str]) -> str:
    if len(values) > SHOWN:
        return f"{', '.join(values[:SHOWN])} or {len(values) - SHOWN} more"
    return " or ".join(filter(None, [", ".join(values[:-1]), values[-1]]))


def _day(value: str) -> str:
    return f"{value[:4]}-{value[4:6]}-{value[6:]}"


def _comparison(asked: Mapping[str, Any]) -> str:
    values = [_literal(asked["field_name"], value) for value in asked["field_values"]]
    if asked["operation"] == "IN":
        return f"{asked['field_name']} IN ({', '.join(values)})"
    return f"{asked['field_name']} {SQL[asked['operation']]} {values[0]}"


def _literal(name: str, value: str) -> str:
    if name in NUMBERS:
        return value
    return "'" + (_day(value) if name == "create_date" else value).replace("'", "''") + "'"
