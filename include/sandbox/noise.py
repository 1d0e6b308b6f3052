"""Numbers that look random and follow from a key alone: the same key, the same number, on every machine.

SplitMix64 (Steele, Lea, Flood 2014). It needs no state, so any fact of any video can be computed without the others.
"""

from collections.abc import Sequence
from typing import TypeVar

MASK = (1 << 64) - 1
Item = TypeVar("Item")


def noise(key: int, lane: int) -> int:
    """A 64-bit number for `key`; each `lane` gives another, independent one."""
    x = (key + lane * 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def share(key: int, lane: int) -> float:
    """A number from 0 up to, not including, 1."""
    return (noise(key, lane) >> 11) / (1 << 53)


def pick(key: int, lane: int, items: Sequence[Item]) -> Item:
    """One of `items`, each as likely as the others."""
    return items[noise(key, lane) % len(items)]
