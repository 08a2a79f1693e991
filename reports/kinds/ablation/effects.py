"""Figures of the main effects of factors on the outcome, and of interactions of two of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.figures.marks import Line, draw_lines, limits_of, titled
from reports.layout.design import Design
from reports.layout.factors import Factor
from reports.page.figure import COLOURS, MARKERS, WIDTH, Figure, evenly, remove_unused, style
from reports.page.intervals import CUT
from reports.page.svg import to_svg
from reports.page.text import count, words

COLUMNS = 3
"""Panels in a row."""
MOST_PAIRS = 4
"""Most pairs of factors with a panel of their own."""

LOOK = (
    "Small marks are seeds, joined by thin lines; large ones their mean with Student's 95 % "
    "interval. A hollow mark is the mean of what is left where some trial has no value; "
    "× k/n: of n trials k diverged."
)


@dataclass(frozen=True)
class Panel:
    """One panel: a factor along its axis, one line for each setting of the others told apart.

    Attributes:
        factor: the factor along the panel.
        lines: the lines.
        note: what its means cannot be compared for, in words; empty if they can.
        legend: what the lines are levels of; empty for a single line.
    """

    factor: Factor
    lines: Sequence[Line]
    note: str = ""
    legend: str = ""


def main_effects(design: Design) -> Figure:
    """Draw a panel a factor: the outcome at each level, averaged over the other factors."""
    panels = [_main_effect_panel(design, factor) for factor in design.factors]
    outcome = design.grid.outcome
    notes = [panel.note for panel in panels if panel.note]
    caption = (
        f"Test {outcome.label} at each level of {words([f.name for f in design.factors])}"
        f"{', averaged over the other factors seed by seed' if len(panels) > 1 else ''}. {LOOK} "
        f"{' '.join(notes)}"
    )
    return _figure(f"effects{design.mark}", design, panels, caption)


def interactions(design: Design, ranked: Sequence[tuple[Factor, Factor]]) -> Figure:
    """Draw a panel a pair of factors: one along it, a line for each level of the other.

    Args:
        design: the variants.
        ranked: the pairs, the one that interacts most first.
    """
    panels = [_interaction_panel(design, *pair) for pair in ranked[:MOST_PAIRS]]
    pair_names = words([f"{one.name} with {other.name}" for one, other in ranked[:MOST_PAIRS]])
    caption = (
        f"Test {design.grid.outcome.label} by {pair_names}: where lines are parallel, the factors "
        f"act independently. {LOOK}"
    )
    if len(ranked) > MOST_PAIRS:
        caption += f" The {MOST_PAIRS} of {len(ranked)} pairs that interact most are drawn."
    return _figure(f"interactions{design.mark}", design, panels, caption)


def _main_effect_panel(design: Design, factor: Factor) -> Panel:
    """Return the panel of a main effect: means over the other factors, if these can be compared."""
    levels = range(len(factor.levels))
    if not design.crossed([factor]):
        contexts = [
            within
            for within in design.contexts([factor])
            if design.codes.loc[within, factor.key].nunique() > 1
        ]
        covered = {level for c in contexts for level in design.codes.loc[c, factor.key]}
        if covered == set(levels) and len(contexts) <= len(COLOURS):
            names = [_setting_label(design, within, factor) for within in contexts]
            lines = [_line(design, factor, *each) for each in zip(contexts, names, strict=True)]
            has_level = design.codes[np.logical_or.reduce(contexts)].max() >= 0
            legend = " · ".join(f.name for f in design.factors if f != factor and has_level[f.key])
            return Panel(factor, lines, legend=legend)
        note = (
            f"Levels of {factor.name} were not combined with the same levels of the other factors: "
            "their means are over different settings."
        )
        return Panel(factor, [_line(design, factor, None, "")], note)
    return Panel(factor, [_line(design, factor, None, "")])


def _interaction_panel(design: Design, one: Factor, other: Factor) -> Panel:
    """Return the panel of an interaction, a numeric factor or the one with more levels along it."""
    along, apart = sorted((one, other), key=lambda f: (not f.numeric, -len(f.levels)))
    lines = [
        _line(design, along, design.codes[apart.key] == level, apart.labels[level])
        for level in evenly(len(apart.levels), len(COLOURS))
    ]
    return Panel(along, lines, legend=apart.name)


def _line(design: Design, factor: Factor, within: "pd.Series[bool] | None", label: str) -> Line:
    levels = range(len(factor.levels))
    return Line(label, [design.marginal([factor], [level], within) for level in levels])


def _setting_label(design: Design, within: "pd.Series[bool]", factor: Factor) -> str:
    """Name a setting of all factors but one by its levels."""
    settings = design.settings(str(design.grid.rows.loc[within, "group"].iloc[0]))
    labels = [label for key, label in settings.items() if key != factor.key and label != "–"]
    return " · ".join(labels)


def _figure(name: str, design: Design, panels: Sequence[Panel], caption: str) -> Figure:
    columns = min(COLUMNS, len(panels))
    if any(panel.legend for panel in panels):
        columns = min(columns, 2)
    n_rows = -(-len(panels) // columns)
    limits = limits_of(line for panel in panels for line in panel.lines)
    outside, cut = 0, 0
    with style():
        canvas = Canvas(figsize=(WIDTH, 2.9 * n_rows), layout="constrained")
        grid = canvas.subplots(n_rows, columns, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            beyond, cut_here = draw_lines(axes, panel.factor, panel.lines, limits)
            outside, cut = outside + beyond, cut + cut_here
            _legend(axes, panel)
        remove_unused(grid, len(panels))
        for axes in grid[:, 0]:
            axes.set_ylabel(titled(design.grid.outcome))
        svg = to_svg(canvas, name)
    if outside:
        caption += (
            f" {count(outside, 'value')} outside the frame: triangles at its edge; a mean outside "
            "it is not drawn."
        )
    if cut:
        caption += f" {CUT}"
    alt = f"Test {design.grid.outcome.label} against {words([p.factor.name for p in panels])}."
    return Figure(name, svg, alt, caption.strip(), _data(panels))


def _legend(axes: Axes, panel: Panel) -> None:
    if not panel.legend:
        return
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1.2, label=line.label)
        for colour, marker, line in zip(COLOURS, MARKERS, panel.lines, strict=False)
    ]
    axes.legend(
        handles=handles,
        title=panel.legend,
        fontsize=7.5,
        title_fontsize=7.5,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=4 if sum(len(line.label) for line in panel.lines) < 40 else 2,
        borderaxespad=0.1,
        columnspacing=1.2,
        alignment="left",
    )


def _data(panels: Sequence[Panel]) -> pd.DataFrame:
    """One row a seed at a level of a line; means repeat."""
    rows: list[dict[str, Any]] = []
    for panel in panels:
        for line in panel.lines:
            for level, marginal in zip(panel.factor.levels, line.marginals, strict=True):
                mean = marginal.mean
                shared = {
                    "factor": panel.factor.key,
                    "level": str(level),
                    "held": panel.legend,
                    "line": line.label,
                    "mean": mean.value,
                    "low": mean.low,
                    "high": mean.high,
                    "n": mean.n,
                    "planned": marginal.planned,
                    "with_value": marginal.valued,
                    "diverged": marginal.diverged,
                }
                seeds = list(marginal.values.items()) or [(float("nan"), float("nan"))]
                rows += [shared | {"seed": seed, "value": value} for seed, value in seeds]
    return pd.DataFrame(rows)
