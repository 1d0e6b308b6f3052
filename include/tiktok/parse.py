"""Reading JSON as leniently as is honest: nothing is added, and what had to be changed is named."""

import json
import math
import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

#: Levels of nesting that are read; a page has five. Whoever writes a record as JSON again meets limits from 250 on.
DEEPEST = 100

#: Characters of the longest number of 64 bits.
LONGEST_NUMBER = 20

BAD_BYTES = "bytes that are no UTF-8"
CONTROLS = "control characters in texts"
TOO_DEEP = f"values nested deeper than {DEEPEST} levels"
TOO_LARGE = "numbers beyond 64 bits"
NO_NUMBER = "NaN or Infinity"

#: What nests, as orjson makes it: of no other type.
NESTS = (dict, list)

#: A text, ended or not, or a bracket. Possessive: it never goes back over what it has read.
TOKEN = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True)
class Parsed:
    """A JSON value and what was changed so that it could be read; or the `problem` for which it could not."""

    value: Any
    leniency: tuple[str, ...] = ()
    problem: str = ""


def parse(body: bytes) -> Parsed:
    """The JSON value in `body`. What orjson reads, DEEPEST levels at most, is what orjson makes of it.

    Else half an emoji (a lone surrogate) and control characters stay as they are, bytes that are no UTF-8 become
    replacement characters, and numbers beyond 64 bits and values that are nested too deep become their own text.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_leniently(body)
    return Parsed(value) if _is_shallow(value) else _parse_leniently(body)


def _is_shallow(value: Any) -> bool:
    level = [value] if type(value) in NESTS else []
    for _ in range(DEEPEST + 1):
        if not level:
            return True
        members = chain.from_iterable(each.values() if type(each) is dict else each for each in level)
        level = [each for each in members if type(each) in NESTS]
    return False


def _parse_leniently(body: bytes) -> Parsed:
    reader = _Reader()
    try:
        return Parsed(reader.read(body), tuple(reader.leniency))
    except json.JSONDecodeError as error:
        return Parsed(None, problem=f"{error.msg} (character {error.pos:,})")
    except RecursionError:
        return Parsed(None, problem="brackets that do not close")


@dataclass
class _Reader:
    """Reads one body, and notes each thing that it had to change."""

    leniency: dict[str, None] = field(default_factory=dict)

    def read(self, body: bytes) -> Any:
        text = self._flatten(self._decode(body).removeprefix("\ufeff"))
        try:
            return self._load(text, strict=True)
        except json.JSONDecodeError:
            value = self._load(text, strict=False)
            self._note(CONTROLS)
            return value

    def _note(self, what: str) -> None:
        self.leniency[what] = None

    def _decode(self, body: bytes) -> str:
        encoding = json.detect_encoding(body)
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            self._note(BAD_BYTES)
            return body.decode(encoding, "replace")

    def _flatten(self, text: str) -> str:
        """The same JSON with values that lie too deep as texts; no recursion, as that would meet its own limit."""
        depth, begin, end, parts = 0, 0, 0, list[str]()
        for token in TOKEN.finditer(text):
            if token[0] in "[{":
                depth += 1
                begin = token.start() if depth == DEEPEST + 1 else begin
            elif token[0] in "]}":
                if depth == DEEPEST + 1:
                    parts += (text[end:begin], json.dumps(text[begin : token.end()]))
                    end = token.end()
                depth -= 1
        if parts:
            self._note(TOO_DEEP)
        return "".join([*parts, text[end:]])

    def _load(self, text: str, *, strict: bool) -> Any:
        decoder = json.JSONDecoder(
            strict=strict, parse_int=self._whole, parse_float=self._real, parse_constant=self._constant
        )
        return decoder.decode(text)

    def _whole(self, digits: str) -> int | str:
        if len(digits) <= LONGEST_NUMBER and -(2**63) <= (number := int(digits)) < 2**64:
            return number
        self._note(TOO_LARGE)
        return digits

    def _real(self, digits: str) -> float | str:
        if math.isfinite(number := float(digits)):
            return number
        self._note(TOO_LARGE)
        return digits

    def _constant(self, name: str) -> str:
        self._note(NO_NUMBER)
        return name
