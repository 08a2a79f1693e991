"""Rank correlations along a factor: against enumeration, and what must not count."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import spearmanr

from harness.metrics.registry import with_labels
from reports.analysis.trends import PERMUTATIONS, rank_trend, series_along
from reports.claims.published import published
from reports.claims.variants import variants_tested
from reports.kinds.ablation.report import page
from reports.layout.design import design_of
from reports.layout.scores import all_scores
from tests.reports.helpers.ablations import factorial
from tests.reports.helpers.findings import findings_of
from tests.reports.helpers.reading_html import undrawn

CHANCE = 4 * 0.5 / PERMUTATIONS**0.5
"""Four standard errors, at most, of a p-value estimated from that many permutations."""


def rising(n, k):
    return [(np.arange(k, dtype=float), 10.0 ** np.arange(k))] * n


@pytest.mark.parametrize(("n", "k", "p"), [(1, 3, 2 / 6), (2, 3, 2 / 36), (3, 2, 2 / 8)])
def test_agreement_is_as_likely_as_it_is(n, k, p):
    """Three series of two levels agree by chance in a quarter of cases, however clear they look."""
    found = rank_trend(rising(n, k))
    assert found.value == pytest.approx(1)
    assert found.n == n
    assert found.p == pytest.approx(p, abs=CHANCE)


def test_correlation_and_p_against_enumeration():
    """Two series of three and four values, with ties."""
    series = [
        (np.array([0.0, 1.0, 2.0]), np.array([0.3, 0.1, 0.7])),
        (np.array([0.0, 1.0, 2.0, 3.0]), np.array([5.0, 5.0, 9.0, 7.0])),
    ]

    def mean(orders):
        told = [spearmanr(x, y).statistic for (x, _), y in zip(series, orders, strict=True)]
        return np.mean(told)

    observed = mean([y for _, y in series])
    everything = [mean(orders) for orders in product(*(permutations(y) for _, y in series))]
    expected = np.mean(np.abs(everything) > abs(observed) - 1e-9)
    found = rank_trend(series)
    assert found.value == pytest.approx(observed)
    assert found.p == pytest.approx(expected, abs=CHANCE)
    assert found.low <= found.value <= found.high
    assert rank_trend(series) == found, "the same numbers give the same report"


def test_opposite_series_and_constant_ones_are_no_trend():
    up, down = rising(1, 4)[0], (np.arange(4.0), -np.arange(4.0))
    found = rank_trend([up, down] * 4)
    assert found.value == pytest.approx(0)
    assert found.p == 1
    assert found.low < 0 < found.high
    flat = rank_trend([(np.arange(4.0), np.ones(4))] * 3)
    assert (flat.value, flat.p) == (0, 1)


def test_nothing_is_no_trend():
    found = rank_trend([])
    assert found.n == 0
    assert np.isnan(found.value)


BETA_D = {"method.beta": [1, 10, 100, 1000], "method.d": [16, 32, 64, 128]}


def test_series_are_of_one_seed_with_all_else_equal():
    """What rises with beta at each d, and falls with d so steeply that it falls overall."""
    made = factorial(BETA_D, lambda beta, d, seed: np.log(beta) - 100 * d + seed, seeds=2)
    made.trials.loc[0, ["status", "metric.elbo"]] = "diverged", np.nan
    design, (score,) = design_of(made), all_scores(made, axis=False)
    beta = next(f for f in design.factors if f.key == "method.beta")
    series = series_along(design, beta, score.values)
    assert sorted(len(levels) for levels, _ in series) == [3, *[4] * 7]
    for levels, values in series:
        assert (np.diff(levels) == 1).all()
        assert np.diff(values) == pytest.approx(np.log(10))
    assert rank_trend(series).value == pytest.approx(1)


KNOWN = published("dvae_beta_d")
METRICS = [
    {"name": "mse", "direction": "lower", "unit": ""},
    {"name": "kl_total", "direction": "none", "unit": "nats"},
]


def as_published(beta, d, seed):
    noise = np.random.default_rng([beta, d, seed]).normal(size=2)
    mse = 0.01 * np.log(10 * beta) + 0.0002 * d + 0.001 * noise[0]
    return {"mse": mse, "kl_total": 200 + d - 20 * np.log(beta) + noise[1]}


def results(value=as_published, factors=BETA_D, seeds=2):
    return factorial(factors, value, seeds=seeds, space="dvae_beta_d", metrics=with_labels(METRICS))


def verdicts(made):
    table = variants_tested(KNOWN, findings_of(made, KNOWN))
    return table.data["verdict"].tolist(), table.data["numbers"].tolist()


def test_the_trends_of_figure_1():
    found, numbers = verdicts(results())
    assert found == ["holds", "holds"]
    assert "MSE rises with β: ρ = +1.00 in every series, n = 8, Holm p < 0.001" in numbers[0]
    assert "total KL falls with β" in numbers[0]
    assert "total KL rises with d" in numbers[1]


def test_a_divergence_that_falls_with_d_does_not_hold():
    def other(beta, d, seed):
        found = as_published(beta, d, seed)
        return {**found, "kl_total": 500 - found["kl_total"]}

    found, numbers = verdicts(results(other))
    assert found == ["does not hold", "does not hold"]
    assert "total KL rises with d: ρ = −1.00" in numbers[1]


def test_noise_is_undecided():
    def noise(beta, d, seed):
        mse, kl = np.random.default_rng([beta, d, seed]).normal(size=2)
        return {"mse": mse, "kl_total": kl}

    assert verdicts(results(noise))[0] == ["undecided", "undecided"]


def test_one_series_or_two_show_nothing():
    """Whatever the p-value of six levels says: each series is of one training a level."""
    alone = {"method.beta": [1, 10, 100, 1000, 10000, 100000]}
    for seeds, expected in ((1, "undecided"), (2, "undecided"), (3, "holds")):

        def value(beta, seed):
            return as_published(beta, 16, seed)

        found, numbers = verdicts(results(value, alone, seeds))
        assert found == [expected, "undecided"]
        assert "this run does not vary method.d" in numbers[1]


def test_a_metric_that_was_not_computed_is_said():
    def bare(beta, d, seed):
        return {"mse": as_published(beta, d, seed)["mse"]}

    found, numbers = verdicts(results(bare))
    assert found == ["undecided", "undecided"]
    assert "no trial has kl_total" in numbers[0]


@pytest.fixture(scope="module")
def sections():
    with undrawn():
        return {section.title: section for section in page(results()).sections}


def test_the_report_has_the_statements_and_no_empty_table(sections):
    names = [getattr(part, "name", "") for part in sections["What was published"].parts]
    assert "statements" in names
    assert "published" not in names


def test_the_second_panel_has_its_own_maps_and_lines(sections):
    panel = sections["The same for total KL"]
    assert [part.name for part in panel.parts] == [
        "effects-kl_total",
        "heat-kl_total",
        "interactions-kl_total",
    ]
    effects = panel.parts[0].data
    assert set(effects["factor"]) == {"method.beta", "method.d"}
    of_beta = effects[effects["factor"] == "method.beta"].groupby("level")["value"].mean()
    assert of_beta.is_monotonic_decreasing
    assert "The same for MSE" not in sections, "the sweep's own outcome comes first"
