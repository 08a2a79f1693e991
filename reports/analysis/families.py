"""Every comparison of two groups that a page states: each is made once, in one family a metric.

Text, tables and statements read the same difference, the same p-value and the same verdict here, so
that a page cannot contradict itself. A family is all comparisons that the page makes in one metric;
its p-values are adjusted together by Holm's method.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from reports.layout.outcome import Outcome
from reports.layout.scores import Scores
from reports.stats.estimates import Difference, holm, shown_sign

MOST_PAIRED = 4
"""With no more groups than this, all are compared with one another."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Compared:
    """A difference ``a - b`` of two groups, paired by seed.

    Attributes:
        difference: its mean, with an interval of its own, which is not adjusted.
        adjusted: its p-value, adjusted for the family; NaN where there is none.
    """

    difference: Difference
    adjusted: float

    @property
    def sign(self) -> int:
        """1 where ``a`` is shown to be higher, -1 where it is shown to be lower, else 0."""
        return shown_sign(self.difference, self.adjusted)

    @property
    def beyond_its_interval(self) -> bool:
        """Whether nothing is shown although the unadjusted interval leaves out 0."""
        return not self.sign and (self.difference.low > 0 or self.difference.high < 0)


@dataclass(frozen=True)
class Family:
    """All comparisons of groups that a page makes in one metric.

    Attributes:
        outcome: the metric.
        compared: the comparisons, by pair.
    """

    outcome: Outcome
    compared: Mapping[Pair, Compared]

    def of(self, a: str, b: str) -> Compared:
        """Return ``a - b``, whichever way round the two were compared.

        Raises:
            KeyError: the page does not compare them.
        """
        if (a, b) in self.compared:
            return self.compared[a, b]
        other = self.compared[b, a]
        gap = other.difference
        turned = replace(gap, value=-gap.value, low=-gap.high, high=-gap.low)
        return Compared(turned, other.adjusted)

    @property
    def size(self) -> int:
        """Number of comparisons that a p-value is adjusted for."""
        return sum(not np.isnan(each.difference.p) for each in self.compared.values())


def make_family(score: Scores, pairs: Iterable[Pair]) -> Family:
    """Compare pairs of groups in one metric; a pair counts once, whichever way round."""
    unordered = {frozenset(pair): pair for pair in pairs}.values()
    gaps = {pair: score.difference(*pair) for pair in unordered}
    adjusted = holm([gap.p for gap in gaps.values()])
    return Family(
        score.outcome,
        {p: Compared(gap, float(q)) for (p, gap), q in zip(gaps.items(), adjusted, strict=True)},
    )


def families(
    scores: Sequence[Scores], base: str | None, stated: Mapping[str, Iterable[Pair]] | None = None
) -> dict[str, Family]:
    """Return the family of every metric, by its name.

    Args:
        scores: the metrics.
        base: the group that the others are compared with; None for none.
        stated: further pairs by metric, of statements. Pairs of groups that were not run are left
            out.
    """
    return {
        score.outcome.name: make_family(
            score, _pairs(score, base, (stated or {}).get(score.outcome.name, ()))
        )
        for score in scores
    }


def _pairs(score: Scores, base: str | None, stated: Iterable[Pair]) -> list[Pair]:
    """Return what is compared: with the base, with the best, few groups all with one another."""
    groups = score.ranked
    pairs = list(combinations(groups, 2)) if len(groups) <= MOST_PAIRED else []
    for one in (base, score.best):
        pairs += [(group, one) for group in groups if one in groups and group != one]
    return pairs + [pair for pair in stated if set(pair) <= set(groups)]
