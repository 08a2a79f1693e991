"""Disentanglement metrics of 10 codes and dSprites' 5 factors, beside scikit-learn's boosting."""

import time
from collections.abc import Callable

import numpy as np

from benchmarks.tables import Measured, print_table
from harness.metrics.disentanglement.dci import Fit, Fitted, boosted, dci, dci_linear
from harness.metrics.disentanglement.downstream import downstream
from harness.metrics.disentanglement.infomec import infomec
from harness.metrics.disentanglement.irs import irs
from harness.metrics.disentanglement.mig import mig
from harness.metrics.disentanglement.modularity import modularity_explicitness
from harness.metrics.disentanglement.pairs import beta_vae_of, factor_vae_of
from harness.metrics.disentanglement.sap import sap
from harness.metrics.disentanglement.scores import Scores
from harness.metrics.disentanglement.unsupervised import unsupervised_scores
from harness.metrics.factors.known import IMAGES, POINTS, Sharing
from harness.trial.process import prepare_process

SIZES = (3, 6, 40, 32, 32)
TARGET = 0.25
"""Of the processor time of the reference, whose DCI is scikit-learn's boosting."""

OURS, THEIRS = "dci", "dci, scikit-learn"


def measure(quick: bool) -> list[Measured]:
    """Print the processor time of each metric, on one thread, and DCI's scores by both."""
    prepare_process(threads=1)
    budget = "fast" if quick else "study"
    seconds: dict[str, float] = {}
    found: dict[str, Scores] = {}
    for name, score in _metrics(budget).items():
        start = time.process_time()
        found[name] = score()
        seconds[name] = time.process_time() - start
    rows = [(name, f"{taken:.2f}") for name, taken in seconds.items()]
    n_train, n_test = IMAGES[budget]
    title = f"k. Processor seconds of metrics, {n_train:,} and {n_test:,} images, one thread"
    print_table(title, ("", "seconds"), rows)
    both = [(key, f"{found[OURS][key]:.4f}", f"{found[THEIRS][key]:.4f}") for key in found[OURS]]
    print_table("k. DCI by both", ("", "ours", "scikit-learn"), both)
    reference = sum(seconds.values()) - seconds[OURS]
    suite = sum(seconds.values()) - seconds[THEIRS]
    return [
        Measured(
            f"k. all metrics, {budget} / with scikit-learn's DCI", suite / reference, "x", TARGET
        ),
        Measured(f"k. dci, {budget} / scikit-learn's", seconds[OURS] / seconds[THEIRS], "x"),
        Measured(f"k. all metrics, {budget}", suite, "s"),
    ]


def _metrics(budget: str) -> dict[str, Callable[[], Scores]]:
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    n_train, n_test = IMAGES[budget]
    factors = np.stack([rng.integers(0, size, n_train + n_test) for size in SIZES], 1)
    turned = (factors / (np.array(SIZES) - 1) - 0.5) @ axes
    codes = np.concatenate([turned, rng.normal(size=turned.shape)], 1)
    train, test = slice(n_train), slice(n_train, None)
    given = codes[train], factors[train], codes[test], factors[test]
    fit, sharing = _once(boosted(rng)), Sharing(codes, factors)
    points = dict(zip(("num_train", "num_eval"), POINTS[budget], strict=True))
    return {
        "beta_vae_score": lambda: beta_vae_of(sharing.pairs, 5, rng=rng, **points),
        "factor_vae_score": lambda: factor_vae_of(sharing.batch, 5, codes, rng=rng, **points),
        "mig": lambda: mig(*given[:2]),
        OURS: lambda: dci(*given, rng=rng, fit=fit),
        THEIRS: lambda: dci(*given, rng=rng, fit=_scikit_learn),
        "dci_linear": lambda: dci_linear(*given),
        "sap": lambda: sap(*given),
        "sap_continuous": lambda: sap(*given, continuous=True),
        "modularity_explicitness": lambda: modularity_explicitness(*given),
        "irs": lambda: irs(*given[:2]),
        "unsupervised": lambda: unsupervised_scores(given[0]),
        "infomec": lambda: infomec(*given[:2], rng=rng),
        "downstream, beyond dci": lambda: downstream(*given, rng=rng, fit=fit),
    }


def _once(fit: Fit) -> Fit:
    """Return what trains on the same labels once, as the metrics of an evaluation do."""
    known: dict[bytes, Fitted] = {}

    def train(codes: np.ndarray, labels: np.ndarray) -> Fitted:
        key = labels.tobytes()
        if key not in known:
            known[key] = fit(codes, labels)
        return known[key]

    return train


def _scikit_learn(codes: np.ndarray, labels: np.ndarray) -> Fitted:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(random_state=0).fit(codes, labels)
    return Fitted(model.feature_importances_, model.predict)
