"""How many trials are stacked: a number that was asked for, or the one that is measured to pay.

Each choice trains for a few steps, which count, and the fastest goes on. Whatever is chosen, a
trial's results are the same but for roundings.
"""

import statistics
import time
from dataclasses import dataclass, field

import torch

from harness.training.loop import Wanted

GROWTH = 4
"""Sizes that are tried are 1, 4, 16, ... and that of the whole group."""

TIMED = 3
"""Steps that are timed of each; one more before them warms up."""

WORTH = 1.05
"""Times as fast as one by one, at least, that a stack has to be."""

HOPELESS = 1.5
"""Times as slow as the fastest so far, at which no larger stack is tried."""

FEWEST_STEPS = 400
"""Steps that must be left for measuring: of fewer, even a few slow ones would be a large part."""


@dataclass
class Known:
    """What has been measured, which later trials of the same kind go by.

    Attributes:
        seconds: of a step of one trial, by the size of the stack.
        best: the size that was chosen; None while it is being measured.
    """

    seconds: dict[int, float] = field(default_factory=dict)
    best: int | None = None

    @property
    def told(self) -> str:
        """What was measured, in words."""
        sizes = ", ".join(f"{size}: {1e3 * s:.3g} ms" for size, s in sorted(self.seconds.items()))
        return f"measured, a step of a trial in stacks of {sizes}"


class Pace:
    """Says of each step how many trials are stacked.

    Args:
        size: how many; None to measure it.
        known: what is known of trials of this kind; it is added to.

    Attributes:
        reason: why so many, in words.
    """

    def __init__(self, size: int | None, known: Known) -> None:
        self._fixed, self._known = size, known
        self._n, self._size, self._times = 0, 0, list[float]()
        self._began: float | None = None
        self._short = False

    @property
    def reason(self) -> str:
        """Why so many are stacked, in words."""
        if self._fixed is not None:
            return "as asked for"
        return self._known.told if self._known.seconds else f"of fewer than {FEWEST_STEPS} steps"

    @property
    def one_by_one(self) -> bool:
        """Whether it is settled that none are stacked."""
        return self._fixed == 1 or self._known.best == 1 or self._short

    @property
    def settled(self) -> bool:
        """Whether nothing is left to measure."""
        return self._fixed is not None or self._known.best is not None

    def disturb(self) -> None:
        """Leave the step out that is being timed: something else came between."""
        self._began = None

    def size(self, n: int, wanted: Wanted) -> int:
        """Return how many of ``n`` trials are stacked in the step that now begins.

        Args:
            n: how many are to take it.
            wanted: the step, of one of them.
        """
        if self._fixed is not None:
            return self._fixed
        if self._known.best is not None or n == 1:
            return self._known.best or 1
        if n != self._n:  # begin, also when one has left in the middle of it
            self._short = wanted.left < FEWEST_STEPS
            if self._short:
                return 1
            self._n, self._size, self._times, self._began = n, 1, [], None
            self._known.seconds.clear()
        self._note(wanted)
        if len(self._times) > TIMED:
            self._known.seconds[self._size] = statistics.median(self._times[1:]) / n
            self._times = []
            self._size = self._next()
        return self._known.best or self._size

    def _note(self, wanted: Wanted) -> None:
        """Note how long the step took that began last."""
        device = next(iter(wanted.batch.values())).device
        if device.type == "cuda":
            torch.cuda.synchronize(device)
            now = time.perf_counter()
        else:
            now = time.process_time()  # on a busy machine, without the time of others
        if self._began is not None:
            self._times.append(now - self._began)
        self._began = now

    def _next(self) -> int:
        """Return the size to try next; choose one if there is none."""
        seconds = self._known.seconds
        slow = seconds[self._size] > HOPELESS * min(seconds.values())
        if self._size < self._n and not slow:
            return min(self._size * GROWTH, self._n)
        best = min(seconds, key=seconds.__getitem__)
        pays = seconds[best] * WORTH < seconds[1]
        self._known.best = best if pays else 1
        return self._known.best
