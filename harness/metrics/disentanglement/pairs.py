"""The scores of beta-VAE and FactorVAE, of batches of images that share one factor."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np

from harness.metrics.disentanglement.arrays import trouble_of_codes
from harness.metrics.disentanglement.classifiers import logistic
from harness.metrics.disentanglement.scores import Rng, Scores, unscored

BETA_KEYS = ("beta_vae_train", "beta_vae_eval")
FACTOR_KEYS = ("factor_vae_train", "factor_vae_eval", "factor_vae_active_codes")
LEAST_DEVIATION = 0.05
"""Codes that deviate less are pruned before FactorVAE's votes, as in the large study."""

Encode = Callable[[np.ndarray], np.ndarray]
"""Returns the codes ``[n, D]`` of images."""
SampleFactors = Callable[[int, Rng], np.ndarray]
"""Returns so many random factors ``[n, F]``, each independent of the others."""
Render = Callable[[np.ndarray], np.ndarray]
"""Returns the images of factors ``[n, F]``."""
DrawSharing = Callable[[int, Rng], tuple[np.ndarray, ...]]
"""Returns codes ``[batch, D]`` of images that share a factor, which is given by its number."""


def beta_vae_score(
    encode: Encode,
    sample_factors: SampleFactors,
    render: Render,
    *,
    rng: Rng,
    batch: int = 64,
    num_train: int = 10_000,
    num_eval: int = 5_000,
) -> Scores:
    """Return ``beta_vae_train`` and ``beta_vae_eval`` (Higgins et al., 2017), in [0, 1].

    The accuracy of a linear classifier of the factor that pairs of images share, from the mean
    distance of their codes over a batch of pairs; ``_eval`` is of fresh batches. Chance is one over
    the number of factors.

    Args:
        encode: see :data:`Encode`, and likewise the next two.
        sample_factors: draws factors.
        render: draws images of factors.
        rng: of everything random.
        batch: pairs a point.
        num_train: points that the classifier is trained on.
        num_eval: points that ``_eval`` is the accuracy of.
    """

    def draw(factor: int, rng: Rng) -> tuple[np.ndarray, ...]:
        first, second = sample_factors(batch, rng), sample_factors(batch, rng)
        second[:, factor] = first[:, factor]
        return encode(render(first)), encode(render(second))

    n_factors = sample_factors(1, copy.deepcopy(rng)).shape[1]
    return beta_vae_of(draw, n_factors, rng=rng, num_train=num_train, num_eval=num_eval)


def beta_vae_of(
    draw: DrawSharing, n_factors: int, *, rng: Rng, num_train: int, num_eval: int
) -> Scores:
    """Return what :func:`beta_vae_score` does, of codes from any source of pairs.

    Args:
        draw: returns the codes of the first and of the second images of a batch of pairs.
        n_factors: how many factors there are.
        rng: of everything random.
        num_train: see :func:`beta_vae_score`.
        num_eval: likewise.
    """

    def points(n: int) -> tuple[np.ndarray, np.ndarray]:
        factors, distances = [], []
        for _ in range(n):
            factors.append(_integer(rng, n_factors))
            first, second = draw(factors[-1], rng)
            distances.append(np.abs(first - second).mean(0))
        return np.array(distances), np.array(factors)

    (x, y), (x_eval, y_eval) = points(num_train), points(num_eval)
    if reason := trouble_of_codes(x, x_eval):
        return unscored(BETA_KEYS, reason)
    if len(np.unique(y)) == 1:
        return Scores(dict(zip(BETA_KEYS, (1.0, (y_eval == y[0]).mean()), strict=True)))
    model = logistic(x, y)
    accuracies = (model.predict(x) == y).mean(), (model.predict(x_eval) == y_eval).mean()
    return Scores(dict(zip(BETA_KEYS, accuracies, strict=True)))


def factor_vae_score(
    encode: Encode,
    sample_factors: SampleFactors,
    render: Render,
    *,
    rng: Rng,
    batch: int = 64,
    num_train: int = 10_000,
    num_eval: int = 5_000,
    num_variance: int = 10_000,
) -> Scores:
    """Return ``factor_vae_train``, ``factor_vae_eval`` and ``factor_vae_active_codes``.

    In a batch of images that share a factor, the code that varies least, measured by its variance
    over all images, votes for that factor (Kim and Mnih, 2018). The first two, in [0, 1], are how
    often it votes for the factor that it voted for most; ``_eval`` is of fresh batches. Codes that
    deviate by less than 0.05 have no vote; where none has, the accuracies are 0.

    Args:
        encode: as for :func:`beta_vae_score`, and likewise the others.
        sample_factors: draws factors.
        render: draws images of factors.
        rng: of everything random.
        batch: images a vote.
        num_train: votes that decide what each code stands for.
        num_eval: votes that ``_eval`` is the accuracy of.
        num_variance: images that the variances are estimated from.
    """
    overall = encode(render(sample_factors(num_variance, rng)))

    def draw(factor: int, rng: Rng) -> tuple[np.ndarray, ...]:
        drawn = sample_factors(batch, rng)
        drawn[:, factor] = drawn[0, factor]
        return (encode(render(drawn)),)

    n_factors = sample_factors(1, copy.deepcopy(rng)).shape[1]
    return factor_vae_of(draw, n_factors, overall, rng=rng, num_train=num_train, num_eval=num_eval)


def factor_vae_of(
    draw: DrawSharing,
    n_factors: int,
    overall: np.ndarray,
    *,
    rng: Rng,
    num_train: int,
    num_eval: int,
) -> Scores:
    """Return what :func:`factor_vae_score` does, of codes from any source of batches.

    Args:
        draw: returns the codes of a batch.
        n_factors: how many factors there are.
        overall: codes ``[N, D]`` of any images, for their variances.
        rng: of everything random.
        num_train: see :func:`factor_vae_score`.
        num_eval: likewise.
    """
    if reason := trouble_of_codes(overall):
        return unscored(FACTOR_KEYS, reason)
    variances = (
        overall.var(0, ddof=1, dtype=np.float64) if len(overall) > 1 else np.zeros(overall.shape[1])
    )
    active = np.sqrt(variances) >= LEAST_DEVIATION
    n_active = int(active.sum())
    if not n_active:
        return Scores(dict.fromkeys(FACTOR_KEYS, 0.0))

    def votes(n: int) -> np.ndarray:
        counted = np.zeros((n_factors, n_active), np.int64)
        for _ in range(n):
            factor = _integer(rng, n_factors)
            (codes,) = draw(factor, rng)
            spread = codes[:, active].var(0, ddof=1, dtype=np.float64) / variances[active]
            counted[factor, spread.argmin()] += 1
        return counted

    train, fresh = votes(num_train), votes(num_eval)
    chosen = train.argmax(0), np.arange(n_active)
    accuracies = train[chosen].sum() / train.sum(), fresh[chosen].sum() / fresh.sum()
    return Scores(dict(zip(FACTOR_KEYS, (*accuracies, n_active), strict=True)))


def _integer(rng: Rng, below: int) -> int:
    return int(rng.integers(below) if isinstance(rng, np.random.Generator) else rng.randint(below))
