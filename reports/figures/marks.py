"""Lines of means over levels of a factor, with every seed and every divergence visible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from reports.layout.design import Marginal
from reports.layout.factors import Factor
from reports.layout.outcome import Outcome
from reports.page.figure import COLOURS, MARKERS, broken, evenly, wide_limits
from reports.page.intervals import draw_intervals, holding
from reports.page.svg import tell
from reports.page.text import number, of_trial
from reports.stats.estimates import Floats

MOST_TICKS = 10
"""Most levels with a tick of their own."""
MOST_SEEDS = 20
"""Most seeds drawn of one line."""
WRITTEN = 0.065
"""Height of a line of counts, in heights of the panel."""


@dataclass(frozen=True)
class Line:
    """One line of a panel.

    Attributes:
        label: what it is called; empty for the only one.
        marginals: one a level of the factor along the panel.
    """

    label: str
    marginals: Sequence[Marginal]

    @property
    def seeds(self) -> pd.DataFrame:
        """The values, a row a seed and a column a level."""
        return pd.DataFrame({place: m.values for place, m in enumerate(self.marginals)})

    def tooltip(self, seed: float, level: int) -> str:
        """Return what the mark of a seed at a level says: its trial, or that it is a mean."""
        marginal = self.marginals[level]
        trials, value = marginal.trials.get(seed, ()), float(marginal.values[seed])
        if len(trials) == 1:
            return of_trial(trials[0], seed, value)
        return f"seed {seed:g}, mean of {len(trials)} trials: {number(value)}"

    @property
    def planned(self) -> np.ndarray:
        """Which levels were planned ``[L]``: only a lost level interrupts the line."""
        return np.array([marginal.planned > 0 for marginal in self.marginals])

    @property
    def diverged(self) -> bool:
        """Whether any trial behind it diverged."""
        return any(marginal.diverged for marginal in self.marginals)


def limits_of(lines: Iterable[Line]) -> tuple[float, float]:
    """Return limits that hold the seeds, the means and their intervals of all lines."""
    lines = list(lines)
    values = [line.seeds.to_numpy(dtype=float).ravel() for line in lines]
    limits = wide_limits(np.concatenate([*values, np.empty(0)]))
    means = [marginal.mean for line in lines for marginal in line.marginals]
    inside = [mean for mean in means if limits[0] <= mean.value <= limits[1]]
    return holding(limits, [mean.low for mean in inside], [mean.high for mean in inside])


def draw_lines(
    axes: Axes, factor: Factor, lines: Sequence[Line], limits: tuple[float, float]
) -> tuple[int, int]:
    """Draw a panel; return how many seeds' values lie outside the limits, and intervals are cut."""
    low, high = limits
    diverged_lines = [line for line in lines if line.diverged]
    bottom = low - (high - low) * WRITTEN * (len(diverged_lines) + 0.5) if diverged_lines else low
    places = factor.places
    gap = float(np.diff(places).min()) if len(places) > 1 else 1.0
    step = min(0.12, 0.6 / max(len(lines), 1)) * gap
    outside, cut = 0, 0
    for place, line in enumerate(lines):
        x = places + (place - (len(lines) - 1) / 2) * step
        outside += _draw_seeds(axes, x - 0.35 * step, line, place, limits)
        cut += _draw_means(axes, x, line, place, limits, joined=factor.numeric or len(lines) > 1)
    for row, line in enumerate(diverged_lines):
        height = bottom + (high - low) * WRITTEN * (len(diverged_lines) - row - 0.4)
        for x, marginal in zip(places, line.marginals, strict=True):
            if marginal.diverged:
                text = f"× {marginal.diverged}/{marginal.planned}"
                look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7}
                axes.text(x, height, text, color=COLOURS[lines.index(line) % 8], **look)
    axes.set_ylim(bottom, high)
    axes.set_xlim(places.min() - 0.5 * gap, places.max() + 0.5 * gap)
    name_levels(axes, factor)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    return outside, cut


def name_levels(axes: Axes, factor: Factor) -> None:
    """Put a tick at the levels, and the factor's name below."""
    ticks = evenly(len(factor.levels), MOST_TICKS)
    labels = [factor.labels[i] for i in ticks]
    axes.set_xticks(factor.places[ticks], labels)
    if not factor.numeric and sum(map(len, labels)) > 24:
        axes.tick_params(axis="x", rotation=25)
        for tick in axes.get_xticklabels():
            tick.set(ha="right", rotation_mode="anchor")
    axes.set_xlabel(factor.name)


def titled(outcome: Outcome) -> str:
    """Return what a value's axis is called: ``test ELBO (nats) ↑``."""
    return broken(f"test {outcome.titled} {outcome.arrow}".strip())


def _draw_seeds(axes: Axes, x: Floats, line: Line, place: int, limits: tuple[float, float]) -> int:
    """Draw one thin line a seed; triangles at the edge stand for values beyond it."""
    colour, outside = COLOURS[place % len(COLOURS)], 0
    planned = line.planned
    table = line.seeds.to_numpy(dtype=float)
    for row in evenly(len(table), MOST_SEEDS):
        seed, values = float(line.seeds.index[row]), table[row]
        inside = (values >= limits[0]) & (values <= limits[1])
        inside_values = np.where(inside, values, np.nan)
        axes.plot(x[planned], inside_values[planned], "-", color=colour, linewidth=0.6, alpha=0.35)
        look: dict[str, Any] = {"markersize": 4.5, "alpha": 0.55, "markeredgewidth": 0}
        (marks,) = axes.plot(x[inside], values[inside], ".", color=colour, **look)
        tell(marks, [line.tooltip(seed, level) for level in np.flatnonzero(inside).tolist()])
        beyond = np.isfinite(values) & ~inside
        outside += int(beyond.sum())
        for at, value in zip(x[beyond], values[beyond], strict=True):
            edge, marker = (limits[0], "v") if value < limits[0] else (limits[1], "^")
            axes.plot(at, edge, marker, color=colour, markersize=5, clip_on=False, zorder=5)
    return outside


def _draw_means(
    axes: Axes,
    x: Floats,
    line: Line,
    place: int,
    limits: tuple[float, float],
    *,
    joined: bool,
) -> int:
    """Draw the means with their intervals; return the number of intervals that are cut."""
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    means = [marginal.mean for marginal in line.marginals]
    mean, low, high = np.array([(m.value, m.low, m.high) for m in means], dtype=float).T
    mean = np.where((mean >= limits[0]) & (mean <= limits[1]), mean, np.nan)
    if joined:
        axes.plot(x[line.planned], mean[line.planned], color=colour, linewidth=1.3)
    low, high = (np.where(np.isfinite(mean), end, np.nan) for end in (low, high))
    cut = draw_intervals(axes, x, low, high, limits, colour=colour, width=1.0)
    complete = np.array([marginal.complete for marginal in line.marginals])
    for mask, fill in ((complete, colour), (~complete, "white")):
        look: dict[str, Any] = {"markersize": 5.5, "markerfacecolor": fill, "zorder": 4}
        axes.plot(x[mask], mean[mask], marker, color=colour, **look)
    return cut
