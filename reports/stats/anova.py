"""The share of an outcome's variance that each factor, each pair of them and the seed explain.

Type II sums of squares: each main effect beyond all other main effects, each interaction of two
beyond all main effects and other interactions of two. Where cells are equal these are the ordinary
analysis of variance and add up to the whole; where cells are missing they do not, and what cannot
be attributed to one term alone is said to be such. (statsmodels' ``anova_lm`` gives the same sums
where cells are equal; where some are missing its design is rank-deficient, and it takes degrees of
freedom for columns that are not there.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from reports.stats.estimates import Floats

SEED = "seed"
RESIDUAL = "residual"
SHARED = "not attributable"

Key = tuple[str, ...]
"""A factor, or two of them."""


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


def decompose(values: Floats, factors: Mapping[str, np.ndarray], seeds: np.ndarray) -> list[Term]:
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
    blocks: dict[Key, Floats] = {(name,): block for name, block in coded.items()}
    for one, other in combinations(coded, 2):
        blocks[one, other] = _products(coded[one], coded[other])
    model = _Model(values - values.mean(), {(SEED, ""): _indicators(seeds), **blocks})
    everything = model.fit([(SEED, ""), *blocks])
    freedom_left = len(values) - everything.rank
    # A fit that leaves no freedom leaves nothing but rounding either.
    residual = total - everything.explained if freedom_left else 0.0
    tested: list[tuple[Key, list[Key]]] = [
        (key, _reduced_model(key, list(blocks))) for key in blocks
    ]
    terms = []
    tested.append(((SEED, ""), list(blocks)))
    for key, reduced in tested:
        without, with_it = model.fit(reduced), model.fit([*reduced, key])
        explained, freedom = with_it.explained - without.explained, with_it.rank - without.rank
        p = _p_value(explained, freedom, residual, freedom_left)
        if freedom:
            is_seed = key[0] == SEED
            name = SEED if is_seed else " × ".join(key)
            terms.append(Term(name, () if is_seed else key, explained / total, freedom, p))
    terms.append(Term(RESIDUAL, (), residual / total, freedom_left, np.nan))
    lacking = 1 - sum(term.share for term in terms)
    if abs(lacking) > 1e-6:
        terms.append(Term(SHARED, (), lacking, 0, np.nan))
    return terms


def _reduced_model(key: Key, keys: list[Key]) -> list[Key]:
    """Return the terms of the reduced model against which a term is tested, seeds among them."""
    mains = [other for other in keys if len(other) == 1]
    return [(SEED, ""), *(k for k in (mains if len(key) == 1 else keys) if k != key)]


@dataclass(frozen=True)
class _Fit:
    explained: float
    rank: int


class _Model:
    """Least squares with a constant and any of a few blocks of columns.

    All products of columns are made once: columns are few, values can be many.
    """

    def __init__(self, centred: Floats, blocks: Mapping[Key, Floats]) -> None:
        matrix = np.column_stack([np.ones(len(centred)), *blocks.values()])
        self.products, self.with_values = matrix.T @ matrix, matrix.T @ centred
        ends = np.cumsum([1, *(block.shape[1] for block in blocks.values())])
        self.places = {
            key: np.arange(start, end)
            for key, start, end in zip(blocks, ends[:-1], ends[1:], strict=True)
        }

    def fit(self, keys: Sequence[Key]) -> _Fit:
        """Return the sum of squares that these blocks explain, and their rank with a constant."""
        columns = np.concatenate([[0], *(self.places[key] for key in keys)])
        strengths, directions = np.linalg.eigh(self.products[np.ix_(columns, columns)])
        positive = strengths > strengths[-1] * len(columns) * 10 * np.finfo(float).eps
        along = directions[:, positive].T @ self.with_values[columns]
        return _Fit(float((along**2 / strengths[positive]).sum()), int(positive.sum()))


def _indicators(codes: np.ndarray) -> Floats:
    """Return one column of zeros and ones a level."""
    levels = np.unique(codes)
    columns: Floats = (codes[:, None] == levels).astype(float)
    return columns


def _products(one: Floats, other: Floats) -> Floats:
    products: Floats = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
    return products


def _p_value(explained: float, freedom: int, residual: float, freedom_left: int) -> float:
    if not freedom or not freedom_left or residual <= 0:
        return np.nan
    ratio = max(explained, 0.0) / freedom / (residual / freedom_left)
    return float(stats.f.sf(ratio, freedom, freedom_left))
