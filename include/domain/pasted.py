"""What people paste into a form, made into what a research project holds; what cannot be read is refused with a reason.

Every function takes a text, a list of texts or nothing, and gives back the same when it is given its own result.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from urllib.parse import unquote

INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BETWEEN = re.compile(r"[,;\n\r\t，；、]")
LINK = re.compile(r"(?:https?://)?(?:[a-z]+\.)?tiktok\.com/([^?#]*).*", re.IGNORECASE)
ACCOUNT = re.compile(r"[\w.]+")
QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("„", "”"), ("‘", "’"), ("«", "»"))
DAY = re.compile(r"(?<!\d)(\d{4})([-/.]?)(\d{2})\2(\d{2})(?!\d)", re.ASCII)
TO = re.compile(r"[\s\-–—−/]+|\s*(?:to|until|tot|t/m|au)\s*", re.IGNORECASE)

Given = str | Sequence[str] | None


class Unclear(ValueError):
    """Something pasted that can be read in two ways, or in none."""


def accounts(given: Given) -> tuple[str, ...]:
    """Usernames, from `name`, `@name` or the address of a profile."""
    return _distinct(_account(word) for item in _items(given) for word in _words(item, "@＠"))


def hashtags(given: Given) -> tuple[str, ...]:
    """Hashtags, from `tag`, `#tag`, `#one#two` or the address of a hashtag's page."""
    return _distinct(_hashtag(tag) for item in _items(given) for word in _words(item, "#＃") for tag in _glued(word))


def keywords(given: Given) -> tuple[str, ...]:
    """Words or phrases of a caption, without the quotation marks around them."""
    return _distinct(filter(None, map(_unquoted, _items(given))))


def names(given: Given) -> tuple[str, ...]:
    """Any other list."""
    return _distinct(_items(given))


def codes(given: Given) -> tuple[str, ...]:
    """Codes of countries, in capitals."""
    return _distinct(word.upper() for item in _items(given) for word in item.split())


def languages(given: Given) -> tuple[str, ...]:
    """Codes of languages, in small letters."""
    return _distinct(word.lower() for item in _items(given) for word in item.split())


def line(given: str | None) -> str:
    """One line of text, without invisible characters and with single spaces."""
    return " ".join(_clean(given or "").split())


def period(given: str | None) -> tuple[date, date | None] | None:
    """The first and the last day of `20260101 – 20260331`; the last is None in `20260101 –`, which stays open.

    Raises:
        Unclear: it is neither of the two.
    """
    text = line(given)
    if not text:
        return None
    found, rest = [*DAY.finditer(text)], DAY.sub("\0", text)
    between = rest.strip().split("\0")
    if len(found) in (1, 2) and between[0] == "" and TO.fullmatch(between[1] or "-"):
        days = [_day(match) for match in found]
        if len(days) == 2 and between[1] and not between[2]:
            return days[0], days[1]
        if len(days) == 1 and between[1]:
            return days[0], None
    raise Unclear("write both days, 20260101 – 20260331, or '20260101 –' for a period that stays open")


def _day(match: re.Match[str]) -> date:
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        raise Unclear(f"there is no day {match[0]}") from None


def _account(word: str) -> str:
    name = _linked(word, "@", "a profile, https://www.tiktok.com/@name").lstrip("@＠")
    if not ACCOUNT.fullmatch(name):
        raise Unclear(f"{word!r} is no username: letters, digits, points and underscores only, one per line or comma")
    return name


def _hashtag(word: str) -> str:
    tag = _linked(word, "tag/", "a hashtag, https://www.tiktok.com/tag/name").lstrip("#＃")
    if not tag or re.search(r"[\s/#＃@＠,;]", tag):
        raise Unclear(f"{word!r} is no hashtag: no spaces, '/' or '@' in it, one per line or comma")
    return tag


def _linked(word: str, start: str, wanted: str) -> str:
    """The name that an address on tiktok.com leads to; anything else as it is."""
    link = LINK.fullmatch(word)
    if link is None:
        return word
    path = _clean(unquote(link[1])).strip("/")
    if not path.lower().startswith(start) or "/" in path[len(start) :]:
        raise Unclear(f"{word!r} is not the address of {wanted}")
    return path[len(start) :]


def _glued(word: str) -> Iterator[str]:
    """`#one#two`, as captions have it."""
    return filter(None, re.split("[#＃]", word)) if word[0] in "#＃" else iter((word,))


def _words(item: str, mark: str) -> list[str]:
    """The words of an item when each carries the mark or is a link; else the item, whose spaces are a mistake."""
    words = item.split()
    return words if all(word[0] in mark or LINK.fullmatch(word) for word in words) else [item]


def _unquoted(item: str) -> str:
    for opening, closing in QUOTES:
        inner = item[1:-1]
        if len(item) > 1 and item[0] == opening and item[-1] == closing and not {opening, closing} & set(inner):
            return _unquoted(inner.strip())
    return item


def _items(given: Given) -> list[str]:
    texts: Iterable[str] = [given] if isinstance(given, str) else given or ()
    pieces = (piece for text in texts for piece in BETWEEN.split(_clean(text)))
    return [item for piece in pieces if (item := " ".join(piece.split()))]


def _clean(text: str) -> str:
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def _distinct(values: Iterable[str], key: Callable[[str], str] = str.casefold) -> tuple[str, ...]:
    """Each value once, as it was first written; capitals do not tell two apart."""
    once: dict[str, str] = {}
    for value in values:
        once.setdefault(key(value), value)
    return tuple(once.values())
