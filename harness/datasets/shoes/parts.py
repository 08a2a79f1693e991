"""The parts that the upper of a shoe is sewn of, and the seams between them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.datasets.shoes.form import BOOT, HIGH_TOP, LOAFER, PUMP, SNEAKER, Shoe

BODY, ACCENT, LACE = range(3)

_STEPS = np.linspace(0, 1, 60)
_EYESTAY = 0.75  # half of the way around, radians
_LACED = (0.42, 0.97)  # share of the height

Edge = Callable[[np.ndarray], np.ndarray]
"""x of a seam by the height as a share of the opening's."""


@dataclass(frozen=True)
class Part:
    """A piece of the upper between two seams, from the toes backwards.

    Attributes:
        first: its seam towards the toes; None where it goes on to the tip.
        last: its seam towards the heel; None where it goes on to the back.
        heights: from where to where it is, as shares of the opening's height.
    """

    first: Edge | None
    last: Edge | None
    heights: tuple[float, float] = (0.0, 1.0)

    def covers(self, h: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return whether it covers points of the upper."""
        low, high = self.heights
        inside = (h >= low) & (h <= high)
        if self.first is not None:
            inside &= x <= self.first(h)
        if self.last is not None:
            inside &= x >= self.last(h)
        return np.asarray(inside)


def parts_of(shoe: Shoe, pattern: int) -> list[Part]:
    """Return the pieces that are sewn onto a shoe in one of the patterns of seams."""
    cap = Part(None, lambda h: 0.83 + 0.03 * h)
    counter = Part(lambda h: 0.25 - 0.12 * h, None, (0.0, 0.8))
    stripes = [_stripe(at) for at in (0.66, 0.57, 0.48)]
    saddle = Part(lambda h: 0.62 - 0.1 * h, lambda h: 0.34 + 0.05 * h)
    strap = Part(None, None, (0.62, 0.8))
    return {
        SNEAKER: [[cap, counter], [counter, *stripes], [cap, saddle], [cap, counter, *stripes[:2]]],
        HIGH_TOP: [[cap], [cap, counter], [counter, *stripes[:2]], [saddle]],
        LOAFER: [[saddle], [cap, counter], [saddle, counter], [counter]],
        PUMP: [[], [cap], [counter], [cap, counter]],
        BOOT: [[counter], [cap, strap], [strap, counter], [cap]],
    }[shoe.kind][pattern]


def _stripe(at: float) -> Part:
    return Part(lambda h: at - 0.2 * h, lambda h: at - 0.045 - 0.2 * h, (0.1, 0.75))


def material_at(
    shoe: Shoe, pattern: int, h: np.ndarray, a: np.ndarray, x: np.ndarray
) -> np.ndarray:
    """Return which of ``BODY``, ``ACCENT`` and ``LACE`` points of the upper are made of."""
    kind = np.full(h.shape, BODY)
    for part in parts_of(shoe, pattern):
        kind[part.covers(h, x)] = ACCENT
    if shoe.laced:
        low, high = _LACED
        front = (np.abs(np.angle(np.exp(1j * a))) < _EYESTAY) & (h > low) & (h < high)
        kind[front] = ACCENT
        bars = np.mod((h - low) / (high - low) * n_bars(shoe), 1) < 0.45
        kind[front & bars & (np.abs(np.angle(np.exp(1j * a))) < 0.8 * _EYESTAY)] = LACE
    kind[h > 0.965] = ACCENT
    return kind


def n_bars(shoe: Shoe) -> int:
    """Return the number of laces."""
    return 5 if shoe.kind == SNEAKER else 7


def seams(shoe: Shoe, pattern: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the seams of the upper as lines ``(h, a)``, those of its pieces and its laces."""
    lines = []
    for part in parts_of(shoe, pattern):
        low, high = part.heights
        h = low + (min(high, 0.985) - low) * _STEPS
        for edge in (part.first, part.last):
            if edge is not None:
                a = shoe.around(h, edge(h))
                lines += [(h, a), (h, -a)]
        for height in part.heights:
            if 0 < height < 1:
                x_first = part.first(np.array(height)) if part.first else np.inf
                x_last = part.last(np.array(height)) if part.last else -np.inf
                a = 2 * np.pi * _STEPS
                h = np.full_like(a, height)
                x = shoe.upper(h, a)[..., 0]
                a = np.where((x <= x_first) & (x >= x_last), a, np.nan)
                lines.append((h, a))
    if shoe.laced:
        low, high = _LACED
        h = low + (high - low) * _STEPS
        lines += [(h, np.full_like(h, side * _EYESTAY)) for side in (1, -1)]
        lines.append((np.full_like(h, low), _EYESTAY * (2 * _STEPS - 1)))
        for bar in range(n_bars(shoe)):
            at = low + (high - low) * (bar + 0.22) / n_bars(shoe)
            lines.append((np.full_like(h, at), 0.8 * _EYESTAY * (2 * _STEPS - 1)))
    return lines
