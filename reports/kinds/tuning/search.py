"""A search read from its run directory: its objectives, constraints and configurations."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from harness.errors import UserError
from harness.results import Results
from reports.kinds.tuning.axes import Axis, axes_of, values_of
from reports.layout.constraints import Bound, read_constraint
from reports.layout.grid import lay_out
from reports.layout.outcome import Outcome, metric_of, outcome_of
from reports.page.text import of_trial
from reports.stats.estimates import Difference, Estimate, mean_interval, paired_difference

ENDINGS = ("failed", "diverged", "pruned", "missing")
"""How a seed can end without final metrics; the first that occurs is its configuration's status."""
UNSCORED = "no value"
"""Status of a configuration whose seeds are ok, but not all with a finite final metric."""


@dataclass(frozen=True)
class Configuration:
    """One configuration with all of its seeds.

    Attributes:
        number: its place in the order of suggestion, from 0.
        config: the first seed's whole configuration.
        values: value on each axis by key; without axes that the method lacks.
        trial_ids: the trials, one a seed.
        seeds: their seeds.
        endings: how each of them ended.
        status: ``ok`` if every seed has every final metric, else why not.
        scores: final values by seed, of each metric asked for.
        seconds: of all seeds together.
    """

    number: int
    config: dict[str, Any]
    values: dict[str, Any]
    trial_ids: tuple[str, ...]
    seeds: tuple[int, ...]
    endings: tuple[str, ...]
    status: str
    scores: dict[str, "pd.Series[float]"]
    seconds: float

    def mean(self, metric: Outcome) -> Estimate:
        """Return a metric's mean over seeds with Student's interval; NaN without a value."""
        return self._means[metric.name]

    @cached_property
    def _means(self) -> dict[str, Estimate]:
        """Kept, as every figure and table of a report asks for them."""
        lost = None if self.status == "ok" else [np.nan]
        return {name: mean_interval(lost or values) for name, values in self.scores.items()}

    def minus(self, other: "Configuration", metric: Outcome) -> Difference:
        """Return the difference to another configuration, paired by seed."""
        return paired_difference((self.scores[metric.name] - other.scores[metric.name]).dropna())

    def violation(self, constraint: Bound) -> float:
        """Return by how much it violates a constraint, at most 0 if it meets it; NaN: no value."""

        def value_at(path: str) -> Any:
            group, _, key = path.partition(".")
            return self.config.get(group, {}).get(key)

        return constraint.constraint.excess(self.mean(constraint.metric).value, value_at)


@dataclass(frozen=True)
class Search:
    """A search for good hyperparameters, or a grid read as one.

    Attributes:
        name: ``optuna``, ``random`` or ``grid``.
        sampler: Optuna's sampler; empty where there is none.
        scheduler: what stops trials early; ``none`` if nothing does.
        n_requested: number of configurations asked for; those of the plan, for a grid.
        objectives: what was optimized.
        constraints: what a configuration must meet.
        axes: what was searched.
        configurations: in the order of suggestion.
        begins: whether the first configuration is the methods' ``default`` or the ``nearest`` to
            it; empty for a grid.
    """

    name: str
    sampler: str
    scheduler: str
    n_requested: int
    objectives: tuple[Outcome, ...]
    constraints: tuple[Bound, ...]
    axes: tuple[Axis, ...]
    configurations: tuple[Configuration, ...]
    begins: str

    @property
    def metrics(self) -> list[Outcome]:
        """The objectives, and what else is constrained."""
        bounded = {c.metric.name: c.metric for c in self.constraints}
        return list(({o.name: o for o in self.objectives} | bounded).values())

    @property
    def valued(self) -> list[Configuration]:
        """The configurations with a value, feasible or not."""
        return [c for c in self.configurations if c.status == "ok"]

    @property
    def order(self) -> str:
        """In which order the configurations are numbered, for captions."""
        return "in the order of the plan" if self.name == "grid" else "in the order suggested"

    def tooltip(self, number: int) -> str:
        """Return what the mark of a configuration says."""
        c = self.configurations[number]
        seeds = zip(c.trial_ids, c.seeds, strict=True)
        return f"number {number}: {', '.join(of_trial(trial, seed) for trial, seed in seeds)}"

    def feasible(self, configuration: Configuration) -> bool:
        """Whether a configuration has a value and meets every constraint."""
        within_bounds = all(configuration.violation(bound) <= 0 for bound in self.constraints)
        return configuration.status == "ok" and within_bounds

    @property
    def default(self) -> Configuration | None:
        """The methods' default configuration, or the nearest to it, with which a search begins."""
        return self.configurations[0] if self.begins and self.configurations else None

    @property
    def start(self) -> str:
        """What the first configuration is called."""
        return "the default" if self.begins == "default" else "the nearest to the default"

    def best(self, objective: Outcome) -> Configuration | None:
        """Return the feasible configuration with the best mean; None if none is feasible."""
        return max(
            filter(self.feasible, self.configurations),
            key=lambda c: objective.sign * c.mean(objective).value,
            default=None,
        )


def read_search(results: Results) -> Search:
    """Read a search and its configurations from the results of a run directory.

    Raises:
        UserError: the sweep's ``search`` is not what a search writes.
    """
    sweep = results.sweep
    stored = sweep.get("search") or {}
    try:
        axes = axes_of(sweep)
        objectives = tuple(metric_of(sweep, o["name"], o) for o in stored.get("objectives") or [])
        constraints = tuple(
            read_constraint(sweep, text) for text in stored.get("constraints") or []
        )
    except (AttributeError, KeyError, TypeError, ValueError, UserError) as error:
        raise UserError(
            f"{results.location}: the search kept in sweep.yaml cannot be read ({error!r}). Run "
            "the sweep's command again: it is written anew and finished trials are kept."
        ) from error
    objectives = objectives or (outcome_of(results),)
    metrics = [*objectives, *(c.metric for c in constraints)]
    configurations = _configurations(results, axes, metrics)
    return Search(
        name=str(stored.get("name") or "grid"),
        sampler=str(stored.get("sampler") or ""),
        scheduler=str((sweep.get("scheduler") or {}).get("name") or "none"),
        n_requested=int(stored.get("trials") or len(configurations)),
        objectives=objectives,
        constraints=constraints,
        axes=axes,
        configurations=configurations,
        begins=str(stored.get("begins", "")),
    )


def _configurations(
    results: Results, axes: tuple[Axis, ...], metrics: list[Outcome]
) -> tuple[Configuration, ...]:
    """Gather the planned trials that differ only in their seed, in the order of the plan."""
    finals = {metric.name: lay_out(results, metric).rows for metric in metrics}
    rows = finals[metrics[0].name].set_index("trial_id")
    trials_by_config: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for trial_id, text in zip(results.plan["trial_id"], results.plan["config"], strict=True):
        config = json.loads(text)
        key = json.dumps({k: v for k, v in config.items() if k != "seed"}, sort_keys=True)
        trials_by_config.setdefault(key, []).append((str(trial_id), config))
    values = {name: frame.set_index("trial_id")["value"] for name, frame in finals.items()}
    configurations = []
    for number, trials in enumerate(trials_by_config.values()):
        ids = [trial_id for trial_id, _ in trials]
        seeds = rows.loc[ids, "seed"].astype(int).tolist()
        endings = tuple(rows.loc[ids, "status"])
        scores = {n: pd.Series(v.loc[ids].to_numpy(), index=seeds) for n, v in values.items()}
        complete = all(series.notna().all() for series in scores.values())
        status = next((s for s in ENDINGS if s in endings), "ok" if complete else UNSCORED)
        configurations.append(
            Configuration(
                number=number,
                config=trials[0][1],
                values=values_of(axes, trials[0][1]),
                trial_ids=tuple(ids),
                seeds=tuple(seeds),
                endings=endings,
                status=status,
                scores=scores,
                seconds=float(rows.loc[ids, "seconds"].sum()),
            )
        )
    return tuple(configurations)
