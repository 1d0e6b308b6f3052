"""A set of ids that takes eight bytes for each: a window may hold a million."""

from collections.abc import Iterable

import numpy as np

#: Ids kept in a plain set before they join the sorted array.
RECENT = 8_192


class Ids:
    """64-bit ids, each once."""

    def __init__(self) -> None:
        self._sorted = np.empty(0, np.int64)
        self._recent: set[int] = set()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def __contains__(self, key: int) -> bool:
        if key in self._recent:
            return True
        place = int(np.searchsorted(self._sorted, key))
        return place < len(self._sorted) and int(self._sorted[place]) == key

    def add(self, keys: Iterable[int]) -> list[int]:
        """Add ids; returns those that were not there."""
        fresh = [key for key in dict.fromkeys(keys) if key not in self]
        self._recent.update(fresh)
        if len(self._recent) > RECENT:
            recent = np.fromiter(self._recent, np.int64, len(self._recent))
            self._sorted = np.sort(np.concatenate([self._sorted, recent]))
            self._recent.clear()
        return fresh
