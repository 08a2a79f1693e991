"""How trials and configurations ended, as a search sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import pandas as pd

from harness.config.searched.goal import Goal
from harness.errors import UserError
from harness.results import SCORED_SPLITS, Curves, Results, Status
from harness.spaces.choice import mean_scores


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
    return Outcome(status, mean_scores([seed.metrics for seed in seeds]), along)


def usable(goal: Goal, outcome: Outcome) -> Outcome:
    """Return an outcome as a search counts it: without a value of its goal it is no good.

    Codes may be such that a metric has no number, as where none varies.
    """
    if outcome.status == "ok" and any(name not in outcome.metrics for name in goal.names):
        return Outcome("diverged", {}, outcome.along)
    return outcome


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


def outcomes_of(results: Results, objective: str) -> dict[str, Outcome]:
    """Return how the trials of a run directory ended, by id.

    Args:
        results: what it holds.
        objective: the metric whose scores along training are kept of pruned trials.
    """
    frame = results.trials
    metrics = frame.filter(regex=r"^metric\.").rename(columns=lambda c: c.removeprefix("metric."))
    pruned = set(frame.loc[frame["status"] == "pruned", "trial_id"])
    along = along_training(results.curves, objective) if pruned else {}
    return {
        str(trial_id): Outcome(
            status,
            {str(name): float(value) for name, value in scores.dropna().items()},
            along.get(str(trial_id), {}) if trial_id in pruned else {},
        )
        for trial_id, status, (_, scores) in zip(
            frame["trial_id"], frame["status"], metrics.iterrows(), strict=True
        )
    }


def scores_of(curves: Curves | None, objective: str) -> dict[int, float]:
    """Return one trial's scores along training by epoch; none without curves."""
    if curves is None:
        return {}
    return along_training(pd.DataFrame({"trial_id": "", **vars(curves)}), objective).get("", {})


def along_training(curves: pd.DataFrame, metric: str) -> dict[str, dict[int, float]]:
    """Return what trials scored along training: ``{trial: {epoch: score}}``."""
    points = curves[curves["split"].isin(SCORED_SPLITS) & (curves["metric"] == metric)]
    return {
        str(trial_id): dict(zip(of["epoch"].tolist(), of["value"].tolist(), strict=True))
        for trial_id, of in points.groupby("trial_id", observed=True)
    }
