"""Work on several items at once and take the results in the order of the items."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    started: Iterable[Item],
    done: Callable[[Item], bool],
    most: int,
    *,
    size: Callable[[Item], int] = lambda _: 0,
    most_bytes: float = math.inf,
) -> Iterator[Item]:
    """Yield items whose work was started in their order, each when it is done.

    While few enough items wait, the next one is taken. Else the first is yielded although its work
    is still under way.

    Args:
        started: Starts the work on an item when the item is taken.
        done: Returns whether the work on an item has ended.
        most: Items that may wait.
        size: Returns the bytes that an item occupies.
        most_bytes: Bytes that may wait.
    """
    waiting: deque[Item] = deque()
    total = 0
    for item in started:
        waiting.append(item)
        total += size(item)
        while waiting and (done(waiting[0]) or len(waiting) > most or total > most_bytes):
            total -= size(waiting[0])
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def ordered_map(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """Yield the result of a function for each item, in the order of the items.

    Items are taken in this thread and worked on in others, so compiled code runs while the next
    item is read. One item more than there are threads may wait.

    Args:
        work: The function; its result depends on the item only.
        items: What to work on.
        threads: Number of threads.
    """
    with ThreadPoolExecutor(threads) as pool:
        futures = (pool.submit(work, item) for item in items)
        for future in in_order(futures, Future.done, threads):
            yield future.result()
