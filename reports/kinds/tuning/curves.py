"""Learning curves of all configurations of a search, the best and the default emphasised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.figures.bundles import Bundle
from reports.figures.curves import curve_limits, dot_of, whole_numbers
from reports.kinds.tuning.optuna_style import LOST, STATUS_MARKS, legend_above, points
from reports.kinds.tuning.search import Configuration, Search
from reports.layout.curves import Curves
from reports.page.figure import COLOURS, WIDTH, Figure, evenly, style
from reports.page.intervals import CURVES_CUT, mark_curves
from reports.page.svg import INK, tell, to_svg
from reports.page.text import count, of_trial
from reports.stats.estimates import Floats

MOST_LINES = 400
"""Most curves drawn beside those that are emphasised."""


@dataclass(frozen=True)
class Line:
    """One trial's curve.

    Attributes:
        configuration: whose it is.
        seed: its seed.
        status: how the trial ended.
        values: ``[E]``; NaN where it has no point.
    """

    configuration: Configuration
    seed: int
    status: str
    values: Floats

    @property
    def tooltip(self) -> str:
        """What the line says."""
        configuration = self.configuration
        trial = configuration.trial_ids[configuration.seeds.index(self.seed)]
        return f"number {configuration.number}: {of_trial(trial, self.seed)}"


def draw_curves(
    search: Search, curves: Curves, emphasised: Sequence[Configuration], label: str
) -> Figure:
    """Draw one thin line a trial, marked where it was stopped, and thick ones for a few.

    Args:
        search: the search.
        curves: an objective, or what stands for it, along training.
        emphasised: configurations drawn in colour: the best, or the Pareto front.
        label: what they are called.
    """
    lines = _lines(search, curves)
    default = [] if search.default in [None, *emphasised] else [search.default]
    groups = [(label, COLOURS[0], emphasised), ("default", INK, default)]
    emphasised_numbers = {c.number for _, _, members in groups for c in members if c}
    thin = [line for line in lines if line.configuration.number not in emphasised_numbers]
    sampled_lines = [thin[place] for place in evenly(len(thin), MOST_LINES)]
    with style():
        canvas = Canvas(figsize=(WIDTH, 3.6), layout="constrained")
        axes = canvas.subplots()
        axes.set_ylim(*_limits(lines, curves))
        for line in sampled_lines:
            dot = dot_of(line.values)
            (drawn,) = axes.plot(
                curves.epochs, line.values, dot, color=LOST, linewidth=0.5, alpha=0.6
            )
            tell(drawn, [line.tooltip])
        handles = (
            [Line2D([], [], color=LOST, linewidth=0.8, label="one seed")] if sampled_lines else []
        )
        for name, colour, members in groups:
            numbers = {c.number for c in members if c}
            group_lines = [line for line in lines if line.configuration.number in numbers]
            handles += _thick(axes, curves, group_lines, name, colour)
        handles += _ends(axes, curves, lines)
        ended_well = [line.values for line in lines if line.status == "ok"]
        cut = mark_curves(axes, curves.epochs, ended_well, LOST)
        axes.set(xlabel="epoch", ylabel=curves.titled)
        axes.xaxis.set_major_locator(whole_numbers())
        axes.grid(axis="y")
        legend_above(canvas, handles)
        svg = to_svg(canvas, "curves")
    caption = (
        f"Learning curves ({curves.label}) of {count(len(lines), 'trial')}: thin lines are single "
        "seeds, thick ones means over the seeds of a configuration. A mark ends the curve of a "
        "trial that did not finish, at the frame's edge if beyond it. The frame is set by the "
        "second half of training."
    )
    if cut:
        caption += f" {CURVES_CUT}"
    if len(sampled_lines) < len(thin):
        caption += f" {len(sampled_lines)} of {len(thin):,} other curves are drawn."
    alt = f"{curves.label} per epoch of {count(len(lines), 'trial')}."
    return Figure("curves", svg, alt, caption, _data(lines, curves))


def _lines(search: Search, curves: Curves) -> list[Line]:
    lines = []
    for c in search.configurations:
        values = curves.of(c.trial_ids)
        for seed, status, curve in zip(c.seeds, c.endings, values, strict=True):
            if np.isfinite(curve).any():
                lines.append(Line(c, seed, status, curve))
    return lines


def _limits(lines: Sequence[Line], curves: Curves) -> tuple[float, float]:
    """Frame the curves that ran to their end; all of them, if none did."""
    framed_lines = [line for line in lines if line.status == "ok"] or lines
    values = np.stack([line.values for line in framed_lines])
    none = np.zeros(len(framed_lines), dtype=bool)
    framed = Bundle("", 0.0, curves.epochs, values, none, np.zeros(len(framed_lines)))
    return curve_limits([framed], curves.outcome.sign)


def _thick(
    axes: Axes, curves: Curves, lines: Sequence[Line], label: str, colour: str
) -> list[Line2D]:
    """Draw the mean of each configuration, and its seeds; return the legend's entry."""
    by_number: dict[int, list[Floats]] = {}
    for line in lines:
        dot = dot_of(line.values)
        (drawn,) = axes.plot(
            curves.epochs, line.values, dot, color=colour, linewidth=0.7, alpha=0.5
        )
        tell(drawn, [line.tooltip])
        by_number.setdefault(line.configuration.number, []).append(line.values)
    for values in by_number.values():
        mean = np.mean(values, axis=0)  # no mean where a seed has ended
        axes.plot(curves.epochs, mean, dot_of(mean), color=colour, linewidth=1.8)
    return [Line2D([], [], color=colour, linewidth=1.8, label=label)] if lines else []


def _ends(axes: Axes, curves: Curves, lines: Sequence[Line]) -> list[Line2D]:
    """Mark where trials were stopped or diverged; return the legend's entries."""
    handles = []
    for status, (marker, colour) in STATUS_MARKS.items():
        ended = [line.values for line in lines if line.status == status]
        last = [np.flatnonzero(np.isfinite(values))[-1] for values in ended]
        heights = [values[end] for values, end in zip(ended, last, strict=True)]
        heights = np.clip(heights, *axes.get_ylim())
        x = curves.epochs[np.array(last, dtype=int)]
        axes.plot(x, heights, marker, color=colour, clip_on=False, markersize=6)
        handles += [points(status, marker, colour, 6)] if ended else []
    return handles


def _data(lines: Sequence[Line], curves: Curves) -> pd.DataFrame:
    """One row a point of a curve."""
    frames = []
    for line in lines:
        finite = np.isfinite(line.values)
        rows = {
            "configuration": line.configuration.number,
            "seed": line.seed,
            "status": line.status,
            "epoch": curves.epochs[finite],
        }
        frames.append(pd.DataFrame(rows | {"value": line.values[finite]}))
    return pd.concat(frames, ignore_index=True)
