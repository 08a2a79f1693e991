"""The forms of a published statement, each turned into comparisons that can be tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from reports.analysis.families import Family, Pair
from reports.analysis.trends import rank_correlation, rank_trend, series_along
from reports.claims.comparison import Comparison
from reports.claims.published import Published, Statement
from reports.claims.settings import beyond, contrasts, dwindling
from reports.layout.constraints import Checked
from reports.layout.design import Design
from reports.layout.scores import Scores
from reports.page.text import count, interval, number, words
from reports.stats.estimates import Difference, paired_difference


@dataclass(frozen=True)
class Findings:
    """What statements are tested on.

    Attributes:
        design: the variants.
        scores: the metrics that any trial has, by name.
        families: the page's comparisons, by metric.
        checked: the sweep's constraints.
        smoke: the run only shows that everything runs.
    """

    design: Design
    scores: Mapping[str, Scores]
    families: Mapping[str, Family]
    checked: Checked = ()
    smoke: bool = False


def comparisons(
    statement: Statement, publication: Published, findings: Findings
) -> list[Comparison | str]:
    """Return everything that a statement says, as comparisons; or why one cannot be made."""
    design, checked = findings.design, findings.checked
    scores, families = findings.scores, findings.families
    return [
        *_constraints(statement.met, checked, 1),
        *_constraints(statement.broken, checked, -1),
        *_orders(statement.ascending, scores, families),
        *_excesses(statement.exceeds, scores),
        *_rankings(statement.ranked, publication, scores, families),
        *_trends(statement.rising, design, scores, 1),
        *_trends(statement.falling, design, scores, -1),
        *contrasts(statement.above, design, scores),
        *dwindling(statement.dwindling, design, scores),
        *beyond(statement.beyond, design, scores),
    ]


def _constraints(
    stated: Mapping[str, Sequence[str]], checked: Checked, sign: int
) -> list[Comparison | str]:
    """Compare variants with a bound: ``sign`` is 1 if they are said to meet it, -1 to break it."""
    by_metric = {
        constraint.metric.name: (constraint, compliance) for constraint, compliance in checked
    }
    parts: list[Comparison | str] = []
    for metric, variants in stated.items():
        if metric not in by_metric:
            parts.append(f"this sweep declares no constraint on {metric}")
            continue
        constraint, compliance = by_metric[metric]
        for variant in variants:
            if variant not in compliance or not compliance[variant].mean.n:
                parts.append(f"{variant} has no value of {constraint.metric.label}")
                continue
            each = compliance[variant]
            numbers = (
                f"{constraint.metric.label} = {interval(each.mean)}, kept by {each.n_met} of "
                f"{each.mean.n} seeds"
            )
            in_words = f"{variant} {'meets' if sign > 0 else 'breaks'} {constraint.in_words}"
            slack = _with_sign(each.slack, sign)
            # Not adjusted, so that it is decided as in the constraint's own column.
            parts.append(Comparison(in_words, slack, numbers, each.slack.p, adjustment=""))
    return parts


def _orders(
    stated: Mapping[str, Sequence[Sequence[str]]],
    scores: Mapping[str, Scores],
    families: Mapping[str, Family],
) -> list[Comparison | str]:
    """Compare every variant of a lower group with every one of a higher group."""
    parts: list[Comparison | str] = []
    for metric, tiers in stated.items():
        if metric not in scores:
            parts.append(f"no trial has {metric}")
            continue
        score = scores[metric]
        for low, high in _tier_pairs(tiers):
            lacking = [v for v in (low, high) if not len(score.values.get(v, ()))]
            if lacking:
                parts.append(f"{words(lacking)} has no value of {score.outcome.label}")
                continue
            in_words = f"{score.outcome.label} of {low} < {high}"
            parts.append(_of_family(families[metric], high, low, in_words))
    return parts


def _tier_pairs(tiers: Sequence[Sequence[str]]) -> list[Pair]:
    return [(a, b) for low, high in combinations(tiers, 2) for a in low for b in high]


def _of_family(family: Family, a: str, b: str, in_words: str, before: str = "") -> Comparison:
    """Return the page's comparison of two groups as a part of a statement."""
    compared = family.of(a, b)
    numbers = f"{before}{a} − {b} = {interval(compared.difference, signed=True)}"
    return Comparison(in_words, compared.difference, numbers, compared.adjusted)


def stated_pairs(publication: Published | None) -> dict[str, list[Pair]]:
    """Return the pairs of groups that a publication's statements compare, by metric."""
    pairs: dict[str, list[Pair]] = {}
    for statement in publication.statements if publication else ():
        for metric, tiers in statement.ascending.items():
            pairs.setdefault(metric, []).extend(_tier_pairs(tiers))
        for metric in statement.ranked:
            pairs.setdefault(metric, []).extend(
                combinations(publication.printed if publication else (), 2)
            )
    return pairs


def _excesses(
    stated: Mapping[str, Sequence[str]], scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare two metrics of the same variant, seed by seed."""
    parts: list[Comparison | str] = []
    for variant, (higher, lower) in stated.items():
        both = [scores[name] for name in (higher, lower) if name in scores]
        if len(both) < 2 or not all(len(score.values.get(variant, ())) for score in both):
            parts.append(f"{variant} has no values of {higher} and {lower}")
            continue
        one, other = both
        gap = paired_difference((one.values[variant] - other.values[variant]).dropna())
        numbers = f"{one.outcome.label} − {other.outcome.label} = {interval(gap, signed=True)}"
        in_words = f"{one.outcome.label} of {variant} exceeds {other.outcome.label}"
        parts.append(Comparison(in_words, gap, numbers))
    return parts


def _rankings(
    metrics: Sequence[str],
    publication: Published,
    scores: Mapping[str, Scores],
    families: Mapping[str, Family],
) -> list[Comparison | str]:
    """Compare every two levels whose printed numbers differ, and correlate the orders."""
    parts: list[Comparison | str] = []
    for metric in metrics:
        if metric not in scores:
            parts.append(f"no trial has {metric}")
            continue
        score, place = scores[metric], publication.metrics.index(metric)
        printed = {level: row[place] for level, row in publication.printed.items()}
        levels = sorted((v for v in printed if v in score.values), key=lambda v: -printed[v])
        if len(levels) < 3:
            parts.append("fewer than three of its levels were run")
            continue
        pairs = list(combinations(levels, 2))
        for high, low in pairs:
            before = ""
            if (high, low) == pairs[-1]:
                before = f"{_rank_correlation(score, printed, levels)}; "
            in_words = f"{score.outcome.label} of {high} > {low}"
            parts.append(_of_family(families[metric], high, low, in_words, before))
    return parts


def _rank_correlation(score: Scores, printed: Mapping[str, float], levels: Sequence[str]) -> str:
    """Return the mean of Spearman's rank correlation with the printed order over seeds."""
    per_seed = pd.DataFrame({level: score.values[level] for level in levels}).dropna()
    order = [printed[level] for level in levels]
    rhos = [rank_correlation(row, order) for row in per_seed.to_numpy()]
    mean = number(float(np.mean(rhos)), 2) if rhos else "–"
    return f"mean rank correlation over {count(len(rhos), 'seed')} {mean}"


def _trends(
    stated: Mapping[str, Sequence[str]], design: Design, scores: Mapping[str, Scores], sign: int
) -> list[Comparison | str]:
    """Correlate a metric with the levels of factors: ``sign`` is 1 where it rises, else -1."""
    numeric = {factor.key: factor for factor in design.factors if factor.numeric}
    parts: list[Comparison | str] = []
    for metric, key in ((metric, key) for metric, keys in stated.items() for key in keys):
        if metric not in scores:
            parts.append(f"no trial has {metric}")
        elif key not in numeric:
            parts.append(f"this run does not vary {key}")
        else:
            score, factor = scores[metric], numeric[key]
            trend = rank_trend(series_along(design, factor, score.values))
            in_words = f"{score.outcome.label} {_VERBS[sign]} with {factor.name}"
            numbers = f"ρ = {interval(trend, signed=True)}"
            numbers += " in every series" if trend.low == trend.high else ""
            parts.append(Comparison(in_words, _with_sign(trend, sign), numbers))
    return parts


_VERBS = {1: "rises", -1: "falls"}


def _with_sign(difference: Difference, sign: int) -> Difference:
    if sign > 0:
        return difference
    return replace(difference, value=-difference.value, low=-difference.high, high=-difference.low)
