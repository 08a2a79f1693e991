"""Work done ahead by a thread, in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

AHEAD = 2
"""Results made ahead of the one in use: one is ready while the next is being made."""


def made_ahead(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """Yield ``make(item)`` of every item in order, ``AHEAD`` of them made in advance by a thread.

    What ``make`` raises is raised here in its turn. The thread has ended when this iterator is
    exhausted, closed or dropped.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="unbraid-prefetch") as thread:
        waiting: deque[Future[Made]] = deque()
        for item in items:
            waiting.append(thread.submit(make, item))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
