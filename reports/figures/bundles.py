"""The learning curves of one cell of a sweep: those that are drawn, their mean and its band."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from reports.layout.curves import Curves
from reports.layout.grid import Grid
from reports.page.figure import evenly
from reports.page.text import of_trial
from reports.stats.estimates import LEVEL, Floats

MOST_SEEDS = 10
"""Most seeds of a cell with a line of their own."""
FEWEST = 3
"""Fewest seeds with a band around their mean."""
MOST_POINTS = 120
"""Most points of one line."""


@dataclass(frozen=True)
class Bundle:
    """The learning curves of one cell; of its trials that ended ``ok`` or ``diverged``.

    Attributes:
        group: label of the group.
        level: level of the axis.
        epochs: ``[P]``, thinned.
        values: ``[n, P]``; NaN where a curve has no finite value.
        diverged: ``[n]``, whether the trial diverged.
        seeds: ``[n]``.
        trials: their ids, if known.
    """

    group: str
    level: float
    epochs: Floats
    values: Floats
    diverged: np.ndarray
    seeds: Floats
    trials: tuple[str, ...] = ()

    @property
    def drawn(self) -> np.ndarray:
        """The places of the seeds that have a line of their own."""
        return evenly(len(self.values), MOST_SEEDS)

    def tooltip(self, place: int) -> str:
        """Return what the line of a trial says."""
        trial = self.trials[place] if self.trials else "–"
        return f"{self.group}: {of_trial(trial, self.seeds[place])}"

    def band(self) -> tuple[Floats, Floats]:
        """Return the ends of the band that is drawn; NaN where seeds are too few for one."""
        _, low, high = self.mean()
        few = (~self.diverged).sum() < FEWEST  # that of two seeds would fill the frame
        return np.where(few, np.nan, low), np.where(few, np.nan, high)

    def mean(self) -> tuple[Floats, Floats, Floats]:
        """Return mean and 95 % t-band of the trials that did not diverge, each ``[P]``."""
        values = self.values[~self.diverged]
        n = np.isfinite(values).sum(axis=0)
        safe = np.maximum(n, 1)
        mean = np.where(n > 0, np.nansum(values, axis=0) / safe, np.nan)
        square = np.nansum((values - mean) ** 2, axis=0)
        error = np.sqrt(square / np.maximum(n - 1, 1) / safe)
        half = stats.t.ppf((1 + LEVEL) / 2, np.maximum(n - 1, 1)) * error
        half = np.where(n > 1, half, np.nan)
        return mean, mean - half, mean + half


def bundle(grid: Grid, curves: Curves, group: str, level: float) -> Bundle:
    """Collect the curves of one cell."""
    rows = grid.cell(group, level)
    rows = rows[rows["status"].isin(["ok", "diverged"])]
    values = curves.of(rows["trial_id"])
    used = np.flatnonzero(np.isfinite(values).any(axis=0))
    used = used[evenly(len(used), MOST_POINTS)]
    diverged = (rows["status"] == "diverged").to_numpy()
    seeds, trials = rows["seed"].to_numpy(), tuple(rows["trial_id"].astype(str))
    return Bundle(group, level, curves.epochs[used], values[:, used], diverged, seeds, trials)


def curve_rows(bundles: list[Bundle]) -> pd.DataFrame:
    """Return one row a drawn point; the mean and its band carry no seed."""
    frames = []
    for each in bundles:
        mean, low, high = each.mean()
        shared = {"group": each.group, "level": each.level, "epoch": each.epochs}
        frames.append(
            pd.DataFrame(shared | {"seed": np.nan, "value": mean, "low": low, "high": high})
        )
        for place in each.drawn:
            line = {"seed": each.seeds[place], "diverged": each.diverged[place]}
            frames.append(pd.DataFrame(shared | line | {"value": each.values[place]}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
