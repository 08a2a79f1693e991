"""Which model is the best: by hand, and against looking at all of them."""

import math
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from harness.config.searched.goal import make_goal
from harness.kept.ranking import best_of_each, kept_model, kept_models, ranking_of
from harness.metrics.registry import describe_keys
from harness.results import load
from tests.harness.kept.helpers import runs

CONFIG = {"method": {"name": "vae", "beta": 2.0}, "dataset": {"name": "digits", "warp": "none"}}


def sweep(*metrics: str, **search: Any) -> dict[str, Any]:
    return {"metrics": describe_keys(metrics), "settings": {"search": {"name": "grid", **search}}}


def best(described: dict[str, Any], scores: dict[str, dict[str, float]]) -> str:
    """Return the id of the best of some models, in whatever order they come."""
    ranking = ranking_of(described)
    models = [kept_model(trial_id, of, CONFIG, ranking) for trial_id, of in scores.items()]
    (found,) = {
        model.trial_id for order in permutations(models) for model in best_of_each(order).values()
    }
    return found


def test_the_first_metric_with_a_direction_decides_by_it() -> None:
    scores = {
        "a": {"kl": 9.0, "elbo": -5.0, "mse": 0.3},
        "b": {"kl": 1.0, "elbo": -4.0, "mse": 0.9},
        "c": {"kl": 5.0, "elbo": -6.0, "mse": 0.1},
    }
    assert best(sweep("elbo", "mse"), scores) == "b"
    assert best(sweep("mse", "elbo"), scores) == "c"


def test_the_rule_is_that_of_a_search_without_objectives() -> None:
    for metrics in (("elbo", "mse"), ("mse",), ("latents", "mse"), ("factor_scores", "elbo")):
        (objective,) = make_goal(None, (), metrics).objectives
        first, sign = next(iter(ranking_of(sweep(*metrics)).objectives.items()))
        assert (first, sign) == (objective.name, 1 if objective.direction == "higher" else -1)


def test_the_first_objective_of_a_search_comes_before_the_metrics() -> None:
    scores = {"a": {"elbo": -5.0, "mse": 0.3}, "b": {"elbo": -4.0, "mse": 0.9}}
    assert best(sweep("elbo", "mse", objectives=["mse", "elbo"]), scores) == "a"
    assert best(sweep("elbo", "mse", objectives=None), scores) == "b"


def test_what_meets_the_constraints_is_better_than_what_breaks_one() -> None:
    scores = {
        "a": {"elbo": -5.0, "kl": 3.0},
        "b": {"elbo": -4.0, "kl": 3.5},
        "c": {"elbo": -9.0, "kl": 1.0},
        "d": {"elbo": -1.0, "kl": math.nan},
    }
    assert best(sweep("elbo", constraints=["kl <= method.beta + 1"]), scores) == "a"
    assert best(sweep("elbo", constraints=["kl <= 0.5"]), scores) == "d", "none meets it"


def test_a_method_is_judged_by_what_it_is_scored_on() -> None:
    scores = {"a": {"elbo": math.nan, "mse": 0.3}, "b": {"mse": 0.2}}
    assert best(sweep("elbo", "mse"), scores) == "b"
    assert best(sweep("elbo", "mse"), {**scores, "c": {"elbo": -9.0, "mse": 0.9}}) == "c"


def test_of_equals_the_smaller_id_counts_and_without_a_score_too() -> None:
    assert best(sweep("elbo"), {"b": {"elbo": 1.0}, "a": {"elbo": 1.0}}) == "a"
    assert best(sweep("elbo"), {"b": {}, "a": {}, "c": {}}) == "a"


def test_options_of_a_dataset_make_it_another(tmp_path: Path) -> None:
    planned = [
        *runs.trials(2, warp="none"),
        *runs.trials(2, warp="fixed"),
        *runs.trials(2, method="beta_vae", warp="none"),
    ]
    run = runs.create(tmp_path / "run", planned, keep="all")
    for place, trial in enumerate(planned):
        run.write(runs.record(trial, elbo=float(place)))
    results = load(run.location)
    models = kept_models(results)
    assert [model.trial_id for model in models] == [trial.trial_id for trial in planned]
    assert [model.score for model in models] == [f"elbo {place}" for place in range(6)]
    chosen = [model.trial_id for model in best_of_each(models).values()]
    assert chosen == [planned[place].trial_id for place in (1, 3, 5)]


@pytest.mark.parametrize("described", [{}, {"metrics": None, "settings": None}])
def test_a_sweep_that_says_nothing_ranks_by_id(described: dict[str, Any]) -> None:
    assert best(described, {"b": {"elbo": 1.0}, "a": {"elbo": 0.0}}) == "a"
