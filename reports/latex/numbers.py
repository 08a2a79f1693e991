"""How numbers stand in a LaTeX table: one precision a column, with a spread, or as a dash."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reports.layout.scores import Scores

Spread = Literal["sd", "interval"]
SPREADS: Mapping[str, Spread] = {"sd": "sd", "interval": "interval"}
"""``sd``: the standard deviation over seeds; ``interval``: Student's 95 % interval of the mean."""

DASH = "--"
MOST_DECIMALS = 6
SMALL, LARGE = 1e-3, 1e6
"""A column whose largest mean is smaller or larger is written in a power of ten."""


@dataclass(frozen=True)
class Number:
    """A mean over seeds.

    Attributes:
        mean: NaN where there is none.
        low: lower end of what is written beside it; the mean less the standard deviation.
        high: upper end likewise.
        n: number of seeds.
    """

    mean: float
    low: float
    high: float
    n: int

    @property
    def half(self) -> float:
        """Half the width of what is written beside the mean; NaN for a single seed."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Precision:
    """How all numbers of a column are written: in units of ``10^exponent``, to ``decimals``."""

    exponent: int
    decimals: int

    def write(self, value: float) -> str:
        """Return a number for LaTeX's mathematics; a rounded 0 has no sign."""
        text = f"{value / 10.0**self.exponent:.{self.decimals}f}"
        return text if text.strip("-0.") else text.lstrip("-")


def number_of(score: Scores, group: str, spread: Spread) -> Number:
    """Return the mean of a group with its spread, as the reports have both."""
    mean = score.mean(group)
    if spread == "interval":
        return Number(mean.value, mean.low, mean.high, mean.n)
    sd = float(score.values[group].std(ddof=1)) if mean.n > 1 else math.nan
    return Number(mean.value, mean.value - sd, mean.value + sd, mean.n)


def precision_of(numbers: Sequence[Number], decimals: int | None) -> Precision:
    """Return a column's precision.

    Args:
        numbers: of the column.
        decimals: what the user asks for; None for two digits of the median spread, or three of
            the largest mean where nothing spreads.
    """
    means = [abs(number.mean) for number in numbers if math.isfinite(number.mean)]
    largest = max(means, default=0.0)
    far = largest and not SMALL <= largest < LARGE
    exponent = math.floor(math.log10(largest)) if far else 0
    if decimals is not None:
        return Precision(exponent, decimals)
    halves = [number.half for number in numbers if number.half > 0]
    size, digits = (float(np.median(halves)), 2) if halves else (largest, 3)
    needed = digits - 1 - math.floor(math.log10(size)) + exponent if size else 0
    return Precision(exponent, min(max(0, needed), MOST_DECIMALS))


def cell(number: Number, precision: Precision, spread: Spread, *, usual_n: int, bold: bool) -> str:
    r"""Return a table's cell: ``$-152.3 \pm 0.4$``, or a dash where nothing was measured.

    Args:
        number: what was measured.
        precision: the column's.
        spread: what is written beside the mean.
        usual_n: the number of seeds that the caption names; another one is written into the cell.
        bold: whether it is shown to be the best.
    """
    if not number.n:
        return DASH
    text = precision.write(number.mean)
    text = rf"\mathbf{{{text}}}" if bold else text
    if number.n > 1 and spread == "sd":
        text += rf" \pm {precision.write(number.half)}"
    elif number.n > 1:
        text += rf"\;[{precision.write(number.low)},\,{precision.write(number.high)}]"
    few = rf"^{{n={number.n}}}" if number.n != usual_n else ""
    return f"${text}{few}$"
