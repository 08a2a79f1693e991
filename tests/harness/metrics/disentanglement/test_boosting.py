"""Boosting that sorts codes once grows the trees of scikit-learn's."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.tree import DecisionTreeRegressor

from harness.metrics.disentanglement.boosting import boost
from harness.metrics.disentanglement.trees import Grower, Sorted


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def codes_of(n: int, d: int, kind: str) -> np.ndarray:
    drawn = np.random.default_rng(1).uniform(-1, 1, size=(n, d))
    return {"continuous": drawn, "steps": drawn.round(1), "tiny": 1e-4 * drawn}[kind]


@pytest.mark.parametrize("kind", ["continuous", "steps", "tiny"])
def test_a_tree_is_that_of_scikit_learn(kind: str) -> None:
    """Smooth residuals of evenly spread codes leave no node so small that two splits are equal."""
    codes, other = codes_of(300, 4, kind), codes_of(100, 4, kind)
    scale = 1e4 if kind == "tiny" else 1
    residual = np.sin(3 * scale * codes[:, 0]) + (scale * codes[:, 1] - 0.2) ** 2
    residual += 0.1 * np.random.default_rng(2).normal(size=300)
    tree, leaves = Grower(Sorted.of(codes), rng()).grow(residual)
    theirs = DecisionTreeRegressor(max_depth=3, random_state=0).fit(codes, residual)
    counts = np.maximum(np.bincount(leaves, minlength=8), 1)
    tree.values = np.bincount(leaves, residual, 8) / counts
    assert tree.values[leaves] == pytest.approx(theirs.predict(codes), abs=1e-12)
    columns = np.ascontiguousarray(other.T, dtype=np.float32)
    assert tree.values[tree.leaves(columns)] == pytest.approx(theirs.predict(other), abs=1e-12)
    gains = np.bincount(tree.codes[tree.codes >= 0], tree.gains[tree.codes >= 0], 4)
    assert gains / gains.sum() == pytest.approx(theirs.feature_importances_, abs=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_a_classifier_of_one_code_is_that_of_scikit_learn(n_classes: int) -> None:
    """With one code no two codes can split equally well, so nothing is drawn."""
    codes, other = codes_of(200, 1, "continuous"), codes_of(90, 1, "continuous")
    noisy = codes[:, 0] + 0.3 * np.random.default_rng(3).normal(size=200)
    labels = 10 * np.searchsorted(np.quantile(noisy, np.arange(1, n_classes) / n_classes), noisy)
    mine, theirs = boost(codes, labels, rng=rng()), GradientBoostingClassifier(random_state=0)
    theirs.fit(codes, labels)
    assert mine.predict(codes).tolist() == theirs.predict(codes).tolist()
    assert mine.predict(other).tolist() == theirs.predict(other).tolist()


def test_importances_are_within_the_spread_of_scikit_learns_seeds() -> None:
    codes = codes_of(300, 4, "continuous")
    labels = np.digitize(codes[:, 0] + 0.5 * codes[:, 1], [-0.4, 0.4])
    theirs = np.array(
        [
            GradientBoostingClassifier(random_state=seed).fit(codes, labels).feature_importances_
            for seed in range(3)
        ]
    )
    mine = boost(codes, labels, rng=rng()).importances
    assert mine.sum() == pytest.approx(1)
    assert mine == pytest.approx(theirs.mean(0), abs=0.01)
    assert theirs.std(0).max() < 0.01, "what the tolerance is for"


def test_equal_codes_share_their_importance_and_a_seed_decides_how() -> None:
    one = codes_of(200, 1, "continuous")
    labels = np.digitize(one[:, 0] + 0.3 * codes_of(200, 2, "continuous")[:, 1], [-0.5, 0.5])
    twice = np.concatenate([one, one], 1)
    first, again = (boost(twice, labels, rng=rng()).importances for _ in range(2))
    assert first.tolist() == again.tolist()
    assert 0.3 < first[0] < 0.7
    other = boost(twice, labels, rng=np.random.default_rng(1)).importances
    assert other.tolist() != first.tolist()


def test_codes_that_cannot_be_split_leave_the_most_frequent_label() -> None:
    dead, labels = np.zeros((20, 2)), np.repeat([3, 5], [8, 12])
    mine = boost(dead, labels, rng=rng())
    assert mine.importances.tolist() == [0, 0]
    assert set(mine.predict(dead).tolist()) == {5}
