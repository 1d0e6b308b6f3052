"""A set of ids that takes eight bytes for each: a window may hold a million."""

from collections.abc import Collection

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
        return bool(self.known([key]))

    def are_multiples(self, of: int) -> bool:
        """Whether each of them can be divided by a number."""
        return all(key % of == 0 for key in self._recent) and not np.any(self._sorted % of)

    def known(self, keys: Collection[int]) -> set[int]:
        """Those of some ids that are there; a page's at once, because each search in the array costs the same."""
        found = self._recent.intersection(keys)
        if len(self._sorted) and keys:
            asked = np.fromiter(keys, np.int64, len(keys))
            places = np.searchsorted(self._sorted[:-1], asked)
            found.update(asked[self._sorted[places] == asked].tolist())
        return found

    def add(self, keys: Collection[int]) -> list[int]:
        """Add ids; returns those that were not there."""
        known = self.known(keys)
        fresh = [key for key in dict.fromkeys(keys) if key not in known]
        self._recent.update(fresh)
        if len(self._recent) > RECENT:
            recent = np.fromiter(self._recent, np.int64, len(self._recent))
            self._sorted = np.sort(np.concatenate([self._sorted, recent]))
            self._recent.clear()
        return fresh
