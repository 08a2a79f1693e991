"""Learning curves as one array, and what is measured on them: speed and roughness."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.layout.outcome import ELBO, Outcome
from reports.stats.estimates import Floats

SPLITS = {"test": "test", "validation": "validation", "train": "training"}
"""What a split is called before the name of a metric."""


@dataclass(frozen=True)
class Curves:
    """One metric of one split along training.

    Attributes:
        outcome: what the values are.
        split: ``test``, ``validation`` or ``train``.
        epochs: ``[E]``, ascending.
        values: ``[T + 1, E]``; NaN where a trial has no finite value, and in the last row, which
            stands for trials without a curve.
        places: row of each trial id.
    """

    outcome: Outcome
    split: str
    epochs: Floats
    values: Floats
    places: dict[str, int]

    @property
    def label(self) -> str:
        """What they are called in a sentence: ``test ELBO``, ``training loss``."""
        return f"{SPLITS[self.split]} {self.outcome.label}"

    @property
    def titled(self) -> str:
        """The same with the unit, as an axis has it: ``test ELBO (nats)``."""
        return f"{SPLITS[self.split]} {self.outcome.titled}"

    @property
    def recorded(self) -> bool:
        """Whether any trial has any value."""
        return bool(np.isfinite(self.values).any())

    def of(self, trial_ids: Iterable[str]) -> Floats:
        """Return the curves of these trials ``[n, E]``; all NaN for a trial without a curve."""
        return self.values[[self.places.get(trial, -1) for trial in trial_ids]]


def read_curves(frame: pd.DataFrame, outcome: Outcome = ELBO, split: str | None = None) -> Curves:
    """Arrange a long frame of curves into an array; of several values at an epoch the last counts.

    Args:
        frame: ``trial_id, epoch, step, split, metric, value``.
        outcome: the metric to keep.
        split: the split to keep; None for the one that trials are scored on.
    """
    if split is None:
        split = "validation" if not (frame["split"] == "test").any() and len(frame) else "test"
    rows = frame[(frame["metric"] == outcome.name) & (frame["split"] == split)]
    trials, ids = pd.factorize(rows["trial_id"])
    epochs, columns = np.unique(rows["epoch"].to_numpy(dtype=float), return_inverse=True)
    values = np.full((len(ids) + 1, len(epochs)), np.nan)
    values[trials, columns] = rows["value"].to_numpy(dtype=float, na_value=np.nan)
    values[~np.isfinite(values)] = np.nan
    places = {str(trial): place for place, trial in enumerate(ids)}
    return Curves(outcome, split, epochs, values, places)


def epochs_to_climb(
    epochs: Floats, a: Floats, b: Floats, part: float, least: int = 10
) -> tuple[float, float]:
    """Return the epochs after which two curves have made ``part`` of the climb they share.

    The climb leads from the lower of their first values to the lower of their last ones, so that
    both curves complete it. NaN if a curve has fewer than ``least`` points.

    Args:
        epochs: ``[E]``.
        a: a curve ``[E]``; NaN where it has no point.
        b: another.
        part: between 0 and 1.
        least: the fewest points that suffice.
    """
    if min(np.isfinite(a).sum(), np.isfinite(b).sum()) < least:
        return float("nan"), float("nan")
    ends = [(curve[np.isfinite(curve)][0], curve[np.isfinite(curve)][-1]) for curve in (a, b)]
    bottom, top = (min(values) for values in zip(*ends, strict=True))
    level = bottom + part * (top - bottom)
    first_a, first_b = (float(epochs[np.argmax(curve >= level)]) for curve in (a, b))
    return first_a, first_b


def roughness(epochs: Floats, curve: Floats, least: int = 5) -> float:
    """Return how much a curve jumps between evaluations in the second half of training.

    It is the root mean square of the curve's second differences over sqrt(6): the standard
    deviation of the noise if the curve is a straight line with independent noise, whatever the
    line's slope. NaN if the second half has fewer than ``least`` points.

    Args:
        epochs: ``[E]``.
        curve: ``[E]``; NaN where it has no point.
        least: the fewest points that suffice.
    """
    late = curve[(epochs > epochs[-1] / 2) & np.isfinite(curve)]
    if len(late) < least:
        return float("nan")
    return float(np.sqrt(np.mean(np.diff(late, 2) ** 2) / 6))
