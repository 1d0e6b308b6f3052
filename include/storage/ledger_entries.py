"""The entries of a client's day: what one says stands in its name, so that a single listing tells the whole day.

| Name | Says |
|---|---|
| `<task>_<number>_<requests>_<records>_<answered>[_<moment>]` | what a task has counted, in its highest number |
| `note-<id>_rest_<until>_<why>` | no task of the client asks before that moment |
| `note-<id>_doubt_<moment>_<kind>` | a refusal was not believed |

The content says the same to people, and is not read. A name that is none of these counts nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict

import orjson

from include.domain.quota import Rest, Spent

COUNT = re.compile(
    r"(?P<task>[0-9a-f]+)_(?P<number>\d+)_(?P<requests>\d+)_(?P<records>\d+)_(?P<answered>\d+)(_(?P<at>[\w.]+Z))?\.json"
)
REST = re.compile(r"note-[0-9a-f]+_rest_(?P<until>[\w.]+Z)_(?P<why>[A-Z_]+)\.json")
DOUBT = re.compile(r"note-[0-9a-f]+_doubt_(?P<at>[\w.]+Z)_(?P<kind>.+)\.json")


def count_name(task: str, number: int, spent: Spent) -> str:
    """The name of the entry that says what a task has counted until now."""
    figures = (spent.requests, spent.records, spent.answered)
    return "_".join([task, f"{number:04}", *map(str, figures), *filter(None, [spent.answered_at])])


def note_name(unique: str, note: Spent) -> str:
    """The name of the note of a rest, or of one doubt."""
    if note.rests_until:
        return f"note-{unique}_rest_{note.rests_until}_{Rest(note.why).name}"
    ((kind, at),) = note.doubts
    return f"note-{unique}_doubt_{at}_{plain_kind(kind)}"


def content_of(entry: Spent) -> bytes:
    """What an entry says, for people."""
    return orjson.dumps({**asdict(entry), "doubts": sorted(entry.doubts)})


def plain_kind(kind: str) -> str:
    """A kind of refusal as it stands in names: letters, digits, `-`, and the `@` before the request."""
    return re.sub(r"[^A-Za-z0-9@]+", "-", kind.replace(" @", "@"))


def add_up(paths: Iterable[str], task: str = "") -> Spent:
    """What these entries say together, without those of `task`."""
    counts: dict[str, tuple[int, Spent]] = {}
    notes: list[Spent] = []
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        if found := COUNT.fullmatch(name):
            number, before = int(found["number"]), counts.get(found["task"], (-1, Spent()))
            counts[found["task"]] = max(before, (number, _count(found)), key=lambda each: each[0])
        elif found := REST.fullmatch(name):
            notes.append(Spent(rests_until=found["until"], why=Rest[found["why"]]))
        elif found := DOUBT.fullmatch(name):
            notes.append(Spent(doubts=frozenset({(found["kind"], found["at"])})))
    counts.pop(task, None)
    return sum((spent for _, spent in counts.values()), sum(notes, Spent()))


def _count(found: re.Match[str]) -> Spent:
    requests, records, answered = (int(found[name]) for name in ("requests", "records", "answered"))
    return Spent(requests, records, answered, found["at"] or "")
