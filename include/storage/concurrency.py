"""Many calls of a store at once: one that is 20 ms away takes 32 objects in the time of one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice, repeat
from typing import TypeVar

#: Calls at a time.
AT_ONCE = 32

#: Items that a thread takes at a time, once each has had one: waking it up costs as much as a put on a disk.
IN_A_ROW = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_many(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results of `work` in the order of `items`, AT_ONCE of them at a time in threads.

    At most twice as many tasks of IN_A_ROW items are taken before their results are asked for. What one item raises is
    raised in the place of its task, once those that had begun have ended.
    """

    def run_some(some: list[Item]) -> list[Result]:
        return [work(item) for item in some]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        begun: deque[Future[list[Result]]] = deque()
        for some in _pieces(items):
            begun.append(threads.submit(run_some, some))
            if len(begun) == 2 * AT_ONCE:
                yield from begun.popleft().result()
        while begun:
            yield from begun.popleft().result()


def _pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    """All items: the first ones each by itself, so that a few are not kept waiting for one another."""
    rest = iter(items)
    for size in chain(repeat(1, AT_ONCE), repeat(IN_A_ROW)):
        if not (piece := list(islice(rest, size))):
            return
        yield piece
