"""Which of several trained models is the best: one rule, for what is kept and what is loaded.

The models of one method on one dataset, with one choice of its options, are compared with each
other. A trial is judged by the first objective of the sweep's search; where there is none, by the
first of the sweep's metrics that has a direction and that the method is scored on. A trial that
meets the constraints of the search is better than one that breaks any. Of equals the one with the
smaller id counts, so that the choice does not depend on which worker was first.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.results import Results
from harness.spaces.axes import value_at
from harness.spaces.constraints import Constraint, parse_constraint

Rank = tuple[int, int, float, str]
"""Whether constraints are broken, the place of the metric that it is judged by, its cost, its id:
the smallest is the best."""


@dataclass(frozen=True)
class Ranking:
    """How the models of a sweep are compared.

    Attributes:
        objectives: 1 where more is better, else -1, by metric, in the order in which they are
            looked for.
        constraints: those of the search.
    """

    objectives: Mapping[str, int]
    constraints: tuple[Constraint, ...]

    def judged_by(self, metrics: Mapping[str, float]) -> str:
        """Return the metric that a trial with these final metrics is judged by; "" for none."""
        return next((name for name in self.objectives if math.isfinite(of(metrics, name))), "")

    def rank(self, trial_id: str, metrics: Mapping[str, float], config: Mapping[str, Any]) -> Rank:
        """Return the rank of a trial that ended well; smaller is better.

        Args:
            trial_id: which.
            metrics: its final metrics; those that it lacks may be NaN.
            config: its configuration.
        """
        broken = not all(
            each.excess(of(metrics, each.metric), lambda path: value_at(config, path)) <= 0
            for each in self.constraints
        )
        name = self.judged_by(metrics)
        if not name:
            return broken, len(self.objectives), 0.0, trial_id
        cost = -self.objectives[name] * metrics[name]
        return broken, list(self.objectives).index(name), cost, trial_id


def ranking_of(sweep: Mapping[str, Any]) -> Ranking:
    """Return how the models of a sweep are compared.

    Args:
        sweep: what its ``sweep.yaml`` keeps.
    """
    directions = {
        entry["name"]: 1 if entry["direction"] == "higher" else -1
        for entry in sweep.get("metrics") or []
        if entry.get("direction") in ("higher", "lower")
    }
    search = (sweep.get("settings") or {}).get("search") or {}
    asked = [name for name in search.get("objectives") or [] if name in directions]
    bounds = tuple(parse_constraint(text, "search") for text in search.get("constraints") or [])
    return Ranking({name: directions[name] for name in [*asked, *directions]}, bounds)


def group_of(config: Mapping[str, Any]) -> str:
    """Return what the models that are compared with each other share: method and dataset."""
    return json.dumps([config["method"]["name"], config["dataset"]], sort_keys=True)


def of(metrics: Mapping[str, float], name: str) -> float:
    """Return a metric, NaN where it was not scored."""
    return metrics.get(name, math.nan)


@dataclass(frozen=True)
class Kept:
    """A trained model that a run directory holds.

    Attributes:
        trial_id: of the trial that trained it.
        config: its configuration.
        group: see :func:`group_of`.
        rank: among those of its group.
        score: the metric that it is judged by and its value, for messages.
    """

    trial_id: str
    config: dict[str, Any]
    group: str
    rank: Rank
    score: str


def kept_models(results: Results) -> list[Kept]:
    """Return the trained models of a run directory, in the order of the plan."""
    ids = results.kept()
    ranking = ranking_of(results.sweep)
    rows = results.trials.set_index("trial_id").filter(regex=r"^metric\.").astype(float)
    rows = rows.rename(columns=lambda column: column.removeprefix("metric."))
    metrics: dict[Any, dict[Any, float]] = rows.to_dict("index")
    configs = dict(zip(results.plan["trial_id"], results.plan["config"], strict=True))
    return [
        kept_model(
            trial_id,
            metrics[trial_id],
            json.loads(configs[trial_id]),
            ranking,
        )
        for trial_id in ids
    ]


def kept_model(
    trial_id: str, metrics: Mapping[str, float], config: dict[str, Any], ranking: Ranking
) -> Kept:
    """Return a trained model with its rank; see :meth:`Ranking.rank` for the arguments."""
    name = ranking.judged_by(metrics)
    score = f"{name} {metrics[name]:.5g}" if name else "no score"
    rank = ranking.rank(trial_id, metrics, config)
    return Kept(trial_id, config, group_of(config), rank, score)


def best_of_each(kept: Iterable[Kept]) -> dict[str, Kept]:
    """Return the best model of each group, by group, in the order of their first models."""
    best: dict[str, Kept] = {}
    for each in kept:
        before = best.setdefault(each.group, each)
        best[each.group] = min(before, each, key=lambda model: model.rank)
    return best
