"""The share of an outcome's variance that each factor, each pair of them and the seed explain.

Type II sums of squares: each main effect beyond all other main effects, each interaction of two
beyond all main effects and other interactions of two. Where cells are equal these are the ordinary
analysis of variance and add up to the whole; where cells are missing they do not, and what cannot
be attributed to one term alone is told as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from reports.statistics import Floats

SEED = "seed"
RESIDUAL = "residual"
SHARED = "not attributable"


@dataclass(frozen=True)
class Term:
    """One source of variance.

    Attributes:
        name: the factor, two factors joined by `` × ``, or one of the constants above.
        factors: the factors it is about; none for the seed, the residual and what is shared.
        share: its part of the total sum of squares; the shares of all terms add up to 1.
        freedom: its degrees of freedom.
        p: p-value of the F-test against the residual; NaN where there is none.
    """

    name: str
    factors: tuple[str, ...]
    share: float
    freedom: int
    p: float


def decompose(
    values: Floats, factors: Mapping[str, np.ndarray], seeds: np.ndarray
) -> list[Term]:
    """Split the variance of ``values`` among factors, their interactions, seeds and a residual.

    Args:
        values: finite values ``[n]``.
        factors: each one's level of every value ``[n]``, integers, by name.
        seeds: the seed of every value ``[n]``; a block: trials with one seed share their data.

    Returns:
        The terms; none if all values are the same.
    """
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    if total <= 1e-20 * float((values**2).sum()):
        return []
    coded = {name: _indicators(codes) for name, codes in factors.items()}
    blocks: dict[tuple[str, ...], Floats] = {(name,): block for name, block in coded.items()}
    for one, other in combinations(coded, 2):
        blocks[one, other] = _products(coded[one], coded[other])
    block_of_seeds = _indicators(seeds)
    mains = [key for key in blocks if len(key) == 1]
    everything = _fit(values, [block_of_seeds, *blocks.values()])
    freedom_left = len(values) - everything.rank
    # A fit that leaves no freedom leaves nothing but rounding either.
    residual = everything.rest if freedom_left else 0.0
    terms = []
    for key in blocks:
        beside = [other for other in (mains if len(key) == 1 else blocks) if other != key]
        without = _fit(values, [block_of_seeds, *(blocks[other] for other in beside)])
        with_it = _fit(values, [block_of_seeds, *(blocks[other] for other in beside), blocks[key]])
        explained, freedom = without.rest - with_it.rest, with_it.rank - without.rank
        p = _p_value(explained, freedom, residual, freedom_left)
        if freedom:
            terms.append(Term(" × ".join(key), key, explained / total, freedom, p))
    of_factors = _fit(values, list(blocks.values()))
    explained, freedom = of_factors.rest - everything.rest, everything.rank - of_factors.rank
    p = _p_value(explained, freedom, residual, freedom_left)
    terms.append(Term(SEED, (), explained / total, freedom, p))
    terms.append(Term(RESIDUAL, (), residual / total, freedom_left, np.nan))
    lacking = 1 - sum(term.share for term in terms)
    if abs(lacking) > 1e-6:
        terms.append(Term(SHARED, (), lacking, 0, np.nan))
    return terms


@dataclass(frozen=True)
class _Fit:
    rest: float
    rank: int


def _fit(values: Floats, blocks: Sequence[Floats]) -> _Fit:
    """Fit a constant and the columns of all blocks by least squares."""
    matrix = np.column_stack([np.ones(len(values)), *blocks])
    centred = values - values.mean()  # the constant is in the model: nothing but digits changes
    left, strengths, _ = np.linalg.svd(matrix, full_matrices=False)
    rank = int((strengths > strengths[0] * max(matrix.shape) * np.finfo(float).eps).sum())
    fitted = left[:, :rank] @ (left[:, :rank].T @ centred)
    return _Fit(float(((centred - fitted) ** 2).sum()), rank)


def _indicators(codes: np.ndarray) -> Floats:
    """Return one column of zeros and ones a level."""
    levels = np.unique(codes)
    return (codes[:, None] == levels).astype(float)


def _products(one: Floats, other: Floats) -> Floats:
    return (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)


def _p_value(explained: float, freedom: int, residual: float, freedom_left: int) -> float:
    if not freedom or not freedom_left or residual <= 0:
        return np.nan
    ratio = max(explained, 0.0) / freedom / (residual / freedom_left)
    return float(stats.f.sf(ratio, freedom, freedom_left))
