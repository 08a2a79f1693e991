"""Curves of a method's own statistics along training: weights, multipliers, estimates."""

import re
from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from harness.results import SCORED_SPLITS
from reports.figures.bundles import FEWEST, bundle, curve_rows
from reports.figures.curves import draw_bundle, whole_numbers
from reports.layout.constraints import Checked
from reports.layout.curves import SPLITS, Curves, read_curves
from reports.layout.grid import Grid
from reports.layout.outcome import Outcome
from reports.page.figure import (
    COLOURS,
    NARROWEST,
    WIDTH,
    Figure,
    legend,
    remove_unused,
    style,
    wide_limits,
)
from reports.page.intervals import CURVES_CUT, holding
from reports.page.svg import to_svg
from reports.page.text import words

SYMBOLS = {
    "elbo": "ELBO",
    "mse": "MSE",
    "kl": "KL",
    "kl_total": "total KL",
    "i_t": "I_T",
    "i_t_prime": "I_T′",
    "i_eval": "I_eval",
    "pair_mse": "pair MSE",
    "gamma": "γ",
    "lambda": "λ",
    "kl_weight": "KL weight",
    "tc": "total correlation, as estimated",
    "rec": "reconstruction",
    "rec_x": "error of x",
    "rec_y1": "error of y1",
    "rec_y2": "error of y2",
    "rec_pose": "error of the whole pose",
    "mpjpe": "MPJPE",
    "pa_mpjpe": "PA-MPJPE",
    "kl_t": "KL of z_t",
    "kl_s": "KL of z_s",
    "kl_w": "KL of w_t",
    "rec_y": "error of y",
    "rec_cross": "error of x in L_cross",
    "rec_sup": "error of y in L_sup",
    "rec_2d": "error of joints in the image",
    "l_d": "L_D",
    "adv": "adversarial loss of G",
    "fooled": "adversarial loss of G, to D's step",
    "correct": "share of D's answers that are right",
    "d_skipped": "share of D's updates skipped",
    "g_skipped": "share of G's updates skipped",
    "sup": "error of joints in space",
    "rigid": "error of colours by the rigid flow",
    "flow": "error of colours by the flow",
    "same": "distance of both flows",
    "loss_vae_x": "L_VAEx",
    "loss_vae_y": "L_VAEy",
    "loss_cross": "L_cross",
    "loss_sup": "L_sup",
}
"""What a statistic of training is called, where its name is not a word."""
FIRST = ("gamma", "lambda", "i_t", "i_t_prime", "i_eval")
"""What is shown first: the state of a method that adapts, and what it adapts to."""
OF_A_BATCH = (
    "The total correlation is an estimate from single batches, by method.tc_estimator: its "
    "default, mss, is too low (of one posterior 0.87 of 1.17 nats, batches of 64, N = 2,000, d = 4)"
    ", and values of different estimators cannot be compared."
)
"""What has to be known of that statistic where it is shown."""
COLUMNS = 3
"""Panels in a row."""
MOST_PANELS = 12
"""Most quantities drawn."""


def trajectories(grid: Grid, frame: pd.DataFrame, checked: Checked) -> Figure | None:
    """Draw every statistic but losses along training; None if none was recorded or changed.

    Args:
        grid: the groups to draw, without an axis.
        frame: the learning curves, in long form.
        checked: constraints, whose bounds are drawn where a panel shows what they bound.
    """
    statistics = _recorded_statistics(grid, frame)
    drawn_statistics = statistics[:MOST_PANELS]
    if not drawn_statistics:
        return None
    n_rows = -(-len(drawn_statistics) // COLUMNS)
    rows, cut = [], []
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.45 + 1.75 * n_rows), layout="constrained")
        panels = canvas.subplots(n_rows, COLUMNS, squeeze=False)
        for axes, (base, curves) in zip(panels.flat, drawn_statistics, strict=False):
            bundles = [bundle(grid, curves, group, 0.0) for group in grid.groups]
            values = np.concatenate([each.values[~each.diverged].ravel() for each in bundles])
            bounds = _bounds(base, checked)
            limits = wide_limits(np.concatenate([values, bounds]))
            axes.set_ylim(*holding(limits, *(end for each in bundles for end in each.band())))
            cut += [
                draw_bundle(axes, each, colour, curves.outcome)
                for colour, each in zip(COLOURS, bundles, strict=False)
            ]
            for bound in bounds:
                axes.axhline(bound, color="#444444", linestyle="--", linewidth=0.9)
            axes.set_title(fill(curves.titled, NARROWEST))
            axes.xaxis.set_major_locator(whole_numbers())
            axes.grid(axis="y")
            rows.append(curve_rows(bundles).assign(split=curves.split, metric=curves.outcome.name))
        remove_unused(panels, len(drawn_statistics))
        canvas.supxlabel("epoch", fontsize=9.5)
        legend(canvas, grid.groups, markers=False)
        svg = to_svg(canvas, "trajectories")
    labels = [curves.label for _, curves in drawn_statistics]
    caption = (
        "What was recorded along training. Thick lines are means over seeds with a 95 % band "
        f"(Student's t; from {FEWEST} seeds on), thin lines single seeds."
    )
    if any(cut):
        caption += f" {CURVES_CUT}"
    if any(len(_bounds(base, checked)) for base, _ in drawn_statistics):
        caption += " Dashed: the bound of a constraint."
    if len(drawn_statistics) < len(statistics):
        undrawn = words([curves.label for _, curves in statistics[MOST_PANELS:]])
        caption += f" Not drawn: {undrawn}."
    if any(base == "tc" for base, _ in drawn_statistics):
        caption += f" {OF_A_BATCH}"
    data = pd.concat(rows, ignore_index=True)
    return Figure("trajectories", svg, f"Trajectories of {words(labels)}.", caption, data)


def _recorded_statistics(grid: Grid, frame: pd.DataFrame) -> list[tuple[str, Curves]]:
    """Return name and curves of each recorded statistic, those named in ``FIRST`` first."""
    frame = frame[frame["trial_id"].astype(str).isin(grid.rows["trial_id"])]
    pairs = frame[["split", "metric"]].astype(str).drop_duplicates()
    bases = [(split, metric.rpartition("/")[2]) for split, metric in pairs.itertuples(index=False)]
    statistics = []
    for split, metric in pairs.itertuples(index=False):
        phase, _, base = metric.rpartition("/")
        scored = split in SCORED_SPLITS and metric == grid.outcome.name
        if base == "loss" or scored or split not in SPLITS:
            continue
        plain = re.sub(r"^kl_", "KL of ", base).replace("_", " ")
        label = SYMBOLS.get(base, plain)
        if bases.count((split, base)) > 1:  # of several phases
            label = f"{label}, {phase or 'only phase'}"
        outcome = Outcome(metric, label, "", higher_is_better=True, directed=False)
        curves = read_curves(frame, outcome, split)
        finite = curves.values[np.isfinite(curves.values)]
        if len(finite) and np.ptp(finite) > 0:
            statistics.append((base, curves))
    order = {name: place for place, name in enumerate(FIRST)}
    return sorted(statistics, key=lambda each: (order.get(each[0], len(order)), each[1].label))


def _bounds(base: str, checked: Checked) -> Sequence[float]:
    """Return the bounds of the constraints on a quantity; each group may have its own."""
    return sorted(
        {
            compliance.bound
            for constraint, by_group in checked
            for compliance in by_group.values()
            if constraint.metric.name == base and np.isfinite(compliance.bound)
        }
    )
