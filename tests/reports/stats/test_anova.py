"""The decomposition of the variance against closed forms and brute force."""

import itertools

import numpy as np
import pytest
from scipy import stats

from reports.stats.anova import RESIDUAL, SEED, SHARED, decompose


def crossed(*sizes):
    """Codes of a full factorial, one array a factor; the last are seeds."""
    return [np.array(codes) for codes in zip(*itertools.product(*map(range, sizes)), strict=True)]


def shares(terms):
    return {term.name: term.share for term in terms}


def test_equal_cells_give_the_textbooks_sums_of_squares():
    """Two factors and seeds as blocks, from the means of levels and cells."""
    a, b, seed = crossed(3, 4, 5)
    rng = np.random.default_rng(0)
    y = a + 2.0 * b + 0.7 * a * b + 0.4 * seed + rng.standard_normal(len(a))
    cube = y.reshape(3, 4, 5)
    mean = y.mean()
    of_a = 20 * ((cube.mean((1, 2)) - mean) ** 2).sum()
    of_b = 15 * ((cube.mean((0, 2)) - mean) ** 2).sum()
    of_seed = 12 * ((cube.mean((0, 1)) - mean) ** 2).sum()
    of_ab = 5 * ((cube.mean(2) - mean) ** 2).sum() - of_a - of_b
    total = ((y - mean) ** 2).sum()
    terms = decompose(y, {"a": a, "b": b}, seed)
    rest = total - of_a - of_b - of_ab - of_seed
    expected = {"a": of_a, "b": of_b, "a × b": of_ab, SEED: of_seed, RESIDUAL: rest}
    assert shares(terms) == pytest.approx({name: part / total for name, part in expected.items()})
    assert [term.freedom for term in terms] == [2, 3, 6, 4, 44]
    f = (of_ab / 6) / (rest / 44)
    assert terms[2].p == pytest.approx(stats.f.sf(f, 6, 44))


def test_unequal_cells_agree_with_brute_force():
    """Type II: what least squares lose without a term, from dummy variables and their residuals."""
    a, b, seed = crossed(3, 3, 4)
    rng = np.random.default_rng(1)
    kept = rng.permutation(len(a))[:26]
    a, b, seed = a[kept], b[kept], seed[kept]
    y = a + 2.0 * b + a * b + rng.standard_normal(len(a))

    def rest(*columns):
        x = np.column_stack([np.ones(len(y)), *(np.eye(12)[c] for c in columns)])
        return ((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum()

    total = ((y - y.mean()) ** 2).sum()
    cell = 3 * a + b
    found = decompose(y, {"a": a, "b": b}, seed)
    told = shares(found)
    assert told["a"] == pytest.approx((rest(seed, b) - rest(seed, a, b)) / total)
    assert told["b"] == pytest.approx((rest(seed, a) - rest(seed, a, b)) / total)
    assert told["a × b"] == pytest.approx((rest(seed, a, b) - rest(seed, cell)) / total)
    assert told[SEED] == pytest.approx((rest(cell) - rest(seed, cell)) / total)
    assert told[RESIDUAL] == pytest.approx(rest(seed, cell) / total)
    assert SHARED in told
    assert sum(told.values()) == pytest.approx(1)


def test_order_and_labels_of_levels_do_not_matter():
    a, b, seed = crossed(2, 3, 3)
    y = np.random.default_rng(2).standard_normal(len(a))
    turned = decompose(y[::-1], {"b": 7 - b[::-1], "a": -a[::-1]}, seed[::-1])
    plain = decompose(y, {"a": a, "b": b}, seed)
    renamed = {term.name: term.share for term in turned}
    renamed["a × b"] = renamed.pop("b × a")
    assert shares(plain) == pytest.approx(renamed)


def test_an_exclusive_or_is_interaction_alone():
    a, b, seed = crossed(2, 2, 3)
    told = shares(decompose((a ^ b).astype(float), {"a": a, "b": b}, seed))
    assert told == pytest.approx({"a": 0, "b": 0, "a × b": 1, SEED: 0, RESIDUAL: 0}, abs=1e-12)


def test_confounded_factors_share_what_neither_explains_alone():
    a, seed = crossed(3, 4)
    told = shares(decompose(a.astype(float), {"a": a, "twin": 2 - a}, seed))
    assert told.pop(SHARED) == pytest.approx(1)
    assert set(told) <= {SEED, RESIDUAL}, "no term has a degree of freedom of its own"


def test_one_seed_leaves_no_noise_to_test_against():
    a, b, seed = crossed(3, 3, 1)
    terms = decompose(np.arange(9.0) ** 2, {"a": a, "b": b}, seed)
    assert all(np.isnan(term.p) for term in terms)
    assert shares(terms)[RESIDUAL] == 0


def test_nothing_varies_nothing_is_explained():
    a, seed = crossed(3, 3)
    assert decompose(np.full(9, -150.1), {"a": a}, seed) == []
    assert decompose(np.empty(0), {"a": np.empty(0, int)}, np.empty(0)) == []


def test_noise_is_called_an_effect_no_more_often_than_allowed():
    a, b, seed = crossed(3, 3, 4)
    rng = np.random.default_rng(3)
    wrong = {"a": 0, "b": 0, "a × b": 0, SEED: 0}
    for _ in range(200):
        for term in decompose(rng.standard_normal(len(a)), {"a": a, "b": b}, seed):
            wrong[term.name] = wrong.get(term.name, 0) + (term.p < 0.05)
    # With a chance of 0.05, 22 or more of 200 happen once in 2,500 times; fewer than 2 likewise.
    assert all(1 < wrong[name] < 22 for name in ("a", "b", "a × b", SEED)), wrong
