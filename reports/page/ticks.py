"""Ticks of logarithmic axes: few, at round numbers, written as the tables write levels."""

import math

from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter, NullLocator

from reports.page.text import level_label

MOST = 5
"""Most ticks of an axis."""
STEPS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))
"""Multiples of powers of ten, from few to many."""


def log_ticks(low: float, high: float, most: int = MOST) -> list[float]:
    """Return round numbers between two positive ones, at most so many, at least two if possible."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for steps in STEPS:
        ticks = [step * 10.0**power for power in powers for step in steps]
        inside = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if len(inside) > most and len(found) >= 2:
            break
        found = inside if len(inside) <= most else inside[:: -(-len(inside) // most)]
        if len(found) >= min(3, most - 1):
            break
    return found


def tick_log(side: XAxis | YAxis, most: int = MOST) -> None:
    """Put round ticks along a logarithmic axis, and none between them."""
    low, high = sorted(side.get_view_interval())
    ticks = log_ticks(low, high, most)
    side.set_major_locator(FixedLocator(ticks))
    side.set_major_formatter(FixedFormatter([level_label(tick) for tick in ticks]))
    side.set_minor_locator(NullLocator())
    side.set_minor_formatter(NullFormatter())
