"""How trials and configurations ended, as a search sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from harness.config.searched.goal import Goal
from harness.config.searched.halving import Halving
from harness.errors import UserError
from harness.results import Results, Status


@dataclass(frozen=True)
class Outcome:
    """How a trial, or all the seeds of a configuration, ended.

    Attributes:
        status: the worst of the seeds'.
        metrics: final metrics, means over the seeds; only where all of them are ``ok``.
        along: the first objective by epoch, as far as it was scored along training.
    """

    status: Status
    metrics: dict[str, float] = field(default_factory=dict)
    along: dict[int, float] = field(default_factory=dict)


_WORST_FIRST: tuple[Status, ...] = ("failed", "diverged", "pruned", "ok")


def together(seeds: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a configuration from those of its seeds."""
    status = min((seed.status for seed in seeds), key=_WORST_FIRST.index)
    epochs = set.intersection(*(set(seed.along) for seed in seeds))
    along = {epoch: fmean(seed.along[epoch] for seed in seeds) for epoch in sorted(epochs)}
    if status != "ok":
        return Outcome(status, {}, along)
    names = set.intersection(*(set(seed.metrics) for seed in seeds))
    metrics = {name: fmean(seed.metrics[name] for seed in seeds) for name in sorted(names)}
    return Outcome(status, metrics, along)


def require_scores(goal: Goal, outcome: Outcome, method: Any) -> None:
    """Refuse a goal that this method, or this dataset, cannot be scored on.

    Raises:
        UserError: a trial that ended well lacks a metric of the goal.
    """
    missing = [name for name in goal.names if name not in outcome.metrics]
    if outcome.status == "ok" and missing:
        raise UserError(
            f"The search cannot judge {method}: it is not scored on {', '.join(missing)} with this "
            "dataset. Choose other search.objectives and search.constraints, in a new run_dir."
        )


def scores_along(results: Results, halving: Halving) -> dict[str, dict[int, float]]:
    """Return what finished trials scored along training: ``{trial: {epoch: score}}``."""
    curves = results.curves
    points = curves[(curves["split"] == "test") & (curves["metric"] == halving.metric)]
    return {
        str(trial_id): dict(zip(of["epoch"].tolist(), of["value"].tolist(), strict=True))
        for trial_id, of in points.groupby("trial_id", observed=True)
    }
