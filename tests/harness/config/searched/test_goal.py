"""Objectives, constraints, and the outcome of a configuration of several seeds."""

import pytest

from harness.config.searched.goal import make_goal
from harness.errors import UserError
from harness.search.outcome import Outcome, require_scores, together
from harness.spaces.axes import value_at
from harness.spaces.constraints import Constraint

CONFIG = {"method": {"name": "vae", "beta": 4.0}}


def test_the_default_is_the_first_key_with_a_direction() -> None:
    goal = make_goal(None, [], ["elbo", "mse"])
    assert [(o.name, o.direction) for o in goal.objectives] == [("elbo", "higher")]
    goal = make_goal(["mse", "elbo"], ["kl <= 20", "elbo>=-1e3"], ["elbo", "mse"])
    assert [(o.name, o.direction) for o in goal.objectives] == [
        ("mse", "lower"),
        ("elbo", "higher"),
    ]
    assert goal.constraints == (Constraint("kl", "<=", 20.0), Constraint("elbo", ">=", -1000.0))
    assert goal.names == ["mse", "elbo", "kl", "elbo"]


@pytest.mark.parametrize(
    ("objectives", "constraints", "message"),
    [
        (["mes"], [], "computes no 'mes'. Did you mean 'mse'"),
        (["log_px"], [], r"computes no 'log_px'. Add 'log_px' to metrics=\[...\]"),
        (["kl"], [], "'kl' is neither better higher nor lower"),
        ([], [], "search.objectives names no metric. Known here: elbo, log_likelihood, mse"),
        (None, ["mse < 1"], "cannot read 'mse < 1'. Write a metric, <= or >=, a finite number"),
        (None, ["mse <= nan"], "cannot read 'mse <= nan'. Write a metric, <= or >=, a finite"),
        (None, ["mse <= inf"], "cannot read"),
        (None, ["mse <= method.b"], "the trials have no 'method.b'. Did you mean 'method.beta'"),
        (None, ["mse <= method.name"], "method.name=vae is not a number"),
        (None, ["mse <= much"], "cannot read 'mse <= much'"),
        (None, ["active_units <= 3"], r"Add 'latents' to metrics"),
    ],
)
def test_mistakes(objectives: list[str] | None, constraints: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_goal(objectives, constraints, ["elbo", "mse"], CONFIG)


@pytest.mark.parametrize(
    ("text", "value", "excess"),
    [
        ("mse <= 0.5", 0.75, 0.25),
        ("mse <= 0.5", 0.5, 0),
        ("elbo >= -10", -12, 2),
        ("mse <= method.beta + 0.5", 5, 0.5),
    ],
)
def test_excess_is_positive_where_the_bound_is_broken(
    text: str, value: float, excess: float
) -> None:
    (constraint,) = make_goal(None, [text], ["elbo", "mse"], CONFIG).constraints
    assert constraint.excess(value, lambda path: value_at(CONFIG, path)) == excess
    assert str(constraint) == text


def test_a_configuration_scores_the_mean_of_its_seeds() -> None:
    seeds = [Outcome("ok", {"elbo": -1.0, "mse": 0.5}), Outcome("ok", {"elbo": -2.0, "mse": 0.25})]
    assert together(seeds) == Outcome("ok", {"elbo": -1.5, "mse": 0.375})


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (("ok", "pruned"), "pruned"),
        (("pruned", "diverged"), "diverged"),
        (("diverged", "failed", "ok"), "failed"),
    ],
)
def test_a_configuration_is_as_bad_as_its_worst_seed(statuses: tuple, worst: str) -> None:
    whole = together([Outcome(status, {"elbo": 1.0}) for status in statuses])
    assert (whole.status, whole.metrics) == (worst, {})


def test_scores_along_training_are_means_where_all_seeds_have_one() -> None:
    seeds = [Outcome("pruned", {}, {1: 2.0, 3: 4.0}), Outcome("pruned", {}, {1: 4.0})]
    assert together(seeds).along == {1: 3.0}


def test_a_goal_that_is_not_scored_is_refused() -> None:
    goal = make_goal(["mse"], [], ["mse"])
    require_scores(goal, Outcome("ok", {"mse": 1.0}), "vae")
    require_scores(goal, Outcome("diverged"), "vae")
    with pytest.raises(UserError, match="cannot judge vae: it is not scored on mse"):
        require_scores(goal, Outcome("ok", {"elbo": 1.0}), "vae")
