"""Variants, their baseline, and means over the other factors."""

import numpy as np
import pytest

from reports.figures.heat_map import heat_map
from reports.layout.design import design_of
from tests.reports.helpers.ablations import factorial, rodi

FACTORS = {"method.lr": [1e-4, 1e-3], "method.beta": [1, 4, 16], "method.kind": ["x", "y"]}


def value(lr, beta, kind, seed):
    return 10 * np.log10(lr) - beta + 5 * (kind == "y") + seed


def factor(design, key):
    return next(f for f in design.factors if f.key == key)


def test_every_combination_is_a_variant():
    design = design_of(factorial(FACTORS, value))
    assert len(design.grid.groups) == 12
    assert design.grid.levels == (0.0,)
    assert design.settings(design.grid.groups[0]) == {
        "method.lr": "10⁻⁴",
        "method.beta": "1",
        "method.kind": "x",
    }


@pytest.mark.parametrize(
    ("named", "baseline", "absent"),
    [
        ({}, "lr=0.0001 · beta=1 · x", ""),
        ({"method.kind": "y"}, "lr=0.0001 · beta=1 · y", ""),
        ({"method.kind": "y", "method.lr": 1e-3}, "lr=0.001 · beta=1 · y", ""),
        ({"method.beta": 16}, "lr=0.0001 · beta=16 · x", ""),
        ({"method.beta": 7, "method.kind": "y"}, "lr=0.0001 · beta=1 · y", "β 7"),
    ],
)
def test_the_baseline_is_named_or_has_the_first_values(named, baseline, absent):
    design = design_of(factorial(FACTORS, value, baseline=named))
    assert (design.baseline, design.unmatched) == (baseline, absent)


def test_rodis_baseline_is_the_full_model():
    assert design_of(rodi()).baseline == "e"


def test_marginal_means_agree_with_brute_force():
    """Each seed is averaged over the other factors; the interval is over seeds alone."""
    design = design_of(factorial(FACTORS, value, seeds=4))
    found = design.marginal([factor(design, "method.beta")], [1], None)
    expected = [
        np.mean([value(lr, 4, k, seed) for lr in FACTORS["method.lr"] for k in "xy"])
        for seed in range(4)
    ]
    assert found.values.tolist() == pytest.approx(expected)
    assert (found.mean.n, found.planned, found.complete) == (4, 16, True)
    # Seeds 0 to 3: standard error sqrt(5/3)/2, t(0.975, 3) = 3.1824.
    assert found.mean.high - found.mean.value == pytest.approx(3.1824 * np.sqrt(5 / 12), rel=1e-4)


def test_a_cell_that_a_seed_lacks_is_left_out_for_all_seeds():
    """Else a seed's mean would move because a cell is gone, not because of the factor."""

    def diverging(lr, beta, kind, seed):
        gone = lr == 1e-3 and kind == "y" and seed == 1
        return np.nan if gone else value(lr, beta, kind, seed)

    design = design_of(factorial(FACTORS, diverging))
    found = design.marginal([factor(design, "method.lr")], [1], None)
    expected = [np.mean([value(1e-3, b, "x", seed) for b in (1, 4, 16)]) for seed in range(3)]
    assert found.values.tolist() == pytest.approx(expected)
    assert (found.planned, found.valued, found.diverged, found.complete) == (18, 15, 3, False)


def test_without_a_whole_cell_each_seed_has_what_is_left():
    def diverging(lr, beta, kind, seed):
        return np.nan if (seed == 1) == (kind == "x") else value(lr, beta, kind, seed)

    design = design_of(factorial(FACTORS, diverging))
    found = design.marginal([factor(design, "method.lr")], [0], None)
    other = {0: "x", 1: "y", 2: "x"}
    expected = [np.mean([value(1e-4, b, other[s], s) for b in (1, 4, 16)]) for s in range(3)]
    assert found.values.tolist() == pytest.approx(expected)
    assert not found.complete


def test_nothing_planned_and_nothing_finished():
    design = design_of(factorial(FACTORS, value, planned=lambda lr, **_: lr < 1e-3))
    beta, kind = factor(design, "method.beta"), factor(design, "method.kind")
    assert [f.key for f in design.factors] == ["method.beta", "method.kind"]
    lost = design_of(factorial(FACTORS, lambda **_: np.nan))
    assert lost.marginal([beta, kind], [0, 0], None).diverged == 6
    assert np.isnan(lost.marginal([beta], [0], None).mean.value)


def test_what_is_crossed_and_what_is_nested():
    design = design_of(factorial(FACTORS, value))
    assert all(design.crossed([f]) for f in design.factors)
    assert len(design.pairs()) == 3
    nested = {"method": ["beta_vae", "dip"], "method.beta": [2, 4], "method.lam": [5, 10]}

    def own(method, beta, lam):
        return beta == 2 if method == "dip" else lam == 5

    design = design_of(factorial(nested, lambda **k: float(k["seed"]), planned=own))
    assert len(design.grid.groups) == 4
    assert not design.crossed([factor(design, "method.beta")])
    assert design.pairs() == [], "no two levels of two factors were combined"
    (context,) = [
        c
        for c in design.contexts([factor(design, "method.beta")])
        if design.codes.loc[c, "method.beta"].nunique() > 1
    ]
    assert set(design.grid.rows.loc[context, "method"]) == {"beta_vae"}


def test_a_heat_map_tells_means_seeds_and_divergences():
    def diverging(lr, beta, kind, seed):
        return np.nan if beta == 16 and (lr == 1e-3 or seed) else value(lr, beta, kind, seed)

    design = design_of(factorial(FACTORS, diverging))
    lr, beta = factor(design, "method.lr"), factor(design, "method.beta")
    figure = heat_map(design, (lr, beta), 0)
    cells = figure.data.set_index(["method.lr", "method.beta"])
    assert cells.loc[(1e-4, 4), "mean"] == pytest.approx(-40 - 4 + 2.5 + 1)
    assert cells.loc[(1e-3, 16), ["planned", "with_value", "diverged"]].tolist() == [6, 0, 6]
    assert cells.loc[(1e-4, 16), ["planned", "with_value", "diverged"]].tolist() == [6, 2, 4]
    assert np.isnan(cells.loc[(1e-3, 16), "mean"])
    assert "averaged over kind" in figure.caption
