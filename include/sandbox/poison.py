"""How the bytes of a good answer become unreadable."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_CAPTION = re.compile(rb'"video_description":"')
_TEXT = re.compile(rb'":"')
_COUNT = re.compile(rb'("(?:view|like|share|comment|favorites)_count":)\d+')
_NUMBER = re.compile(rb'("[a-z_]+":)-?\d+')

HUGE_NUMBER = b"9" * 5000
DEEP_NESTING = b"[" * 5000 + b"]" * 5000


def _bad_byte(content: bytes) -> bytes:
    found = _CAPTION.search(content) or _TEXT.search(content)
    place = found.end() if found else len(content) // 2
    return content[:place] + b"\xff" + content[place:]


def _with_value(value: bytes) -> Callable[[bytes], bytes]:
    """The same JSON with `value` in the first field that holds a count, or any number, or in a field of its own."""

    def spoil(content: bytes) -> bytes:
        for pattern in (_COUNT, _NUMBER):
            if found := pattern.search(content):
                return content[: found.end(1)] + value + content[found.end() :]
        return content.replace(b"{", b'{"extra":' + value + b",", 1)

    return spoil


POISONS: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {
        "bad_byte": _bad_byte,
        "huge_number": _with_value(HUGE_NUMBER),
        "deep_nesting": _with_value(DEEP_NESTING),
        "not_json": lambda content: content[: len(content) // 2],
        "truncated": lambda content: content[: max(len(content) * 2 // 5, 1)],
    }
)
