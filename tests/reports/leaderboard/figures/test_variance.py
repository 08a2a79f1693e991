"""Shares of variance against designs whose components are known."""

import dataclasses

import numpy as np
import pytest

from reports.layout.board import make_board
from reports.leaderboard.figures.variance import between, mean_shares, shares
from tests.reports.helpers.leaderboards import leaderboard, supervision

METHODS = ("vae", "beta_vae", "c_vitae", "rodi")


def board(methods=0.0, rates=0.0, seeds=0.0, n_seeds=5):
    """A tuned run whose MIG varies by method, by learning rate and by seed as asked."""
    made = leaderboard(METHODS, ("mannequin",), seeds=n_seeds, n_metrics=4, lost=False)
    rng = np.random.default_rng(0)
    trials = made.trials
    by_method = dict(zip(METHODS, (-1.0, 1.0, -1.0, 1.0), strict=True))
    by_rate = {1e-3: 0.0, 1e-4: -1.0, 1e-2: 1.0}
    value = (
        methods * trials["method"].map(by_method)
        + rates * trials["param.method.lr"].map(by_rate).fillna(0.0)
        + seeds * rng.choice([-1.0, 1.0], len(trials))
    )
    trials = trials.assign(**{"metric.mig": value})
    return make_board([dataclasses.replace(made, trials=trials)], supervision)


@pytest.mark.parametrize("source", ["methods", "rates", "seeds"])
def test_all_of_the_variance_comes_from_what_varies(source):
    made = board(**{source: 1.0}, n_seeds=40)
    found = shares(made, "mannequin", made.metric("mig"))
    name = {"methods": "method", "rates": "hyperparameters", "seeds": "seed"}[source]
    assert found[name] == pytest.approx(1.0, abs=0.1 if source == "seeds" else 1e-9)
    assert sum(found.values()) == pytest.approx(1.0)


def test_components_are_those_of_the_design():
    made = board(methods=1.0, rates=0.5)
    found = shares(made, "mannequin", made.metric("mig"))
    # Means of methods are -1, 1, -1, 1: variance 4/3; of rates 0, 0, 0.5: variance 1/12.
    assert found["method"] / found["hyperparameters"] == pytest.approx((4 / 3) / (1 / 12))


def test_what_seeds_add_to_means_is_taken_away():
    rng = np.random.default_rng(1)
    draws = [
        between([[rng.normal(mean, 1, 4) for mean in (0.0, 2.0, 4.0)]], 1.0) for _ in range(2000)
    ]
    assert np.mean(draws) == pytest.approx(4.0, abs=0.15)
    assert between([[np.zeros(3)]], 1.0) == 0.0


def test_one_method_or_one_seed_tells_nothing():
    made = board(n_seeds=1)
    alone = leaderboard(("vae",), ("mannequin",), n_metrics=4, tuned=False)
    assert mean_shares(make_board([alone], supervision), made.metric("mig")) == {}
    single = leaderboard(METHODS, ("mannequin",), n_metrics=4, tuned=False, seeds=1)
    assert mean_shares(make_board([single], supervision), made.metric("mig")) == {}
