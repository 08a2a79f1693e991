"""Constraints: read from the sweep, kept or broken by each variant."""

import dataclasses

import numpy as np
import pytest

from harness.errors import UserError
from harness.metrics.registry import with_labels
from reports.layout.constraints import check, constraints_of, read_constraint
from tests.reports.helpers.ablations import PUBLISHED, factorial, rodi

METRICS = [{"name": name} for name in ("mse", "elbo", "i_t_prime")]


def only(made, text):
    made.sweep["constraints"] = [text]
    (constraint,) = constraints_of(made)
    return constraint, check(constraint, made)


@pytest.mark.parametrize(
    ("text", "words", "bound", "key", "tolerance"),
    [
        ("mse <= 0.05", "MSE ≤ 0.05", 0.05, "", 0),
        ("elbo>=-150.5 - 1", "ELBO ≥ -150.5 − 1", -150.5, "", 1),
        ("i_t_prime <= method.epsilon + 0.02", "I_T′ ≤ ε + 0.02", np.nan, "method.epsilon", 0.02),
        ("mse <= 5e-2 + 1e-3", "MSE ≤ 0.05 + 0.001", 0.05, "", 1e-3),
    ],
)
def test_constraints_are_read(text, words, bound, key, tolerance):
    found = read_constraint({"metrics": with_labels(METRICS)}, text)
    rule = found.constraint
    assert (found.in_words, rule.path, found.tolerance) == (words, key, tolerance)
    assert rule.bound == pytest.approx(bound, nan_ok=True)


@pytest.mark.parametrize("text", ["mse < 1", "mse", "<= 3", "mse <= ", "mse <= much"])
def test_what_is_no_constraint_is_refused(text):
    with pytest.raises(UserError, match="cannot read"):
        read_constraint({}, text)


def test_rodis_variants_meet_and_break_theirs():
    _, kept = only(rodi(), "i_t_prime <= method.epsilon + 0.02")
    states = {variant: each.verdict for variant, each in kept.items()}
    assert states == {
        "a": "holds",
        "b": "does not hold",
        "c": "holds",
        "d": "does not hold",
        "e": "holds",
    }
    assert [each.n_met for each in kept.values()] == [5, 0, 5, 0, 5]
    assert all(each.bound == 0.125 for each in kept.values())
    assert kept["b"].slack.value == pytest.approx(0.125 + 0.02 - 0.8727, abs=0.01)


def test_the_tolerance_decides_at_the_edge():
    means = {**PUBLISHED, "a": (0.12, 0.14, 0.04)}
    made = rodi(means, sd=0.001)
    assert only(made, "i_t_prime <= method.epsilon")[1]["a"].verdict == "does not hold"
    assert only(made, "i_t_prime <= method.epsilon + 0.015")[1]["a"].verdict == "undecided"
    assert only(made, "i_t_prime <= method.epsilon + 0.03")[1]["a"].verdict == "holds"


def test_at_least_is_the_mirror_of_at_most():
    made = rodi()
    _, least = only(made, "i_t_prime >= method.epsilon - 0.02")
    assert {v: each.verdict for v, each in least.items()} == dict.fromkeys("abcde", "holds")
    _, least = only(made, "i_t_prime >= 0.5")
    assert [v for v, each in least.items() if each.verdict == "holds"] == ["b"]


def test_each_trial_has_its_own_bound():
    made = factorial(
        {"method.epsilon": [0.1, 0.5]}, lambda epsilon, seed: 0.3 + 0.001 * seed, seeds=3
    )
    _, kept = only(made, "elbo <= method.epsilon")
    assert {group: (k.bound, k.verdict) for group, k in kept.items()} == {
        "epsilon=0.1": (0.1, "does not hold"),
        "epsilon=0.5": (0.5, "holds"),
    }


def test_one_seed_shows_nothing_and_no_value_counts_not():
    _, kept = only(rodi(seeds=1), "i_t_prime <= method.epsilon")
    assert {each.verdict for each in kept.values()} == {"undecided"}
    made = rodi()
    gone = made.trials["param.method.variant"].eq("b")
    made = dataclasses.replace(made, trials=made.trials[~gone].reset_index(drop=True))
    _, kept = only(made, "i_t_prime <= method.epsilon + 0.02")
    assert (kept["b"].mean.n, kept["b"].verdict) == (0, "undecided")
    _, kept = only(made, "i_t_prime <= method.unheard")
    assert all(each.mean.n == 0 for each in kept.values()), "no method has such a bound"
