"""Many calls of a store at once: one that is 20 ms away takes 32 objects in the time of one."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

#: Calls at a time.
AT_ONCE = 32

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_many(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results of `work` in the order of `items`, AT_ONCE of them at a time in threads.

    At most twice as many items are taken before their results are asked for. What one of them raises is raised in its
    place, once those that had begun have ended.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:
        begun: deque[Future[Result]] = deque()
        for item in items:
            begun.append(threads.submit(work, item))
            if len(begun) == 2 * AT_ONCE:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
