"""A paper's statements about an ablation, its variants or its factors, tested on the results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from reports.analysis.trends import rank_trend, series_along
from reports.claims.published import Published, Statement
from reports.claims.table import Tested, tested_table
from reports.claims.verdict import ALPHA, Against, sign_of
from reports.layout.constraints import Checked
from reports.layout.design import Design
from reports.layout.outcome import plain
from reports.layout.scores import Scores
from reports.page.tables import Table
from reports.page.text import count, interval, name_of, number, p_value, words
from reports.stats.estimates import Difference, holm, paired_difference


@dataclass(frozen=True)
class Comparison:
    """One thing that a statement says, as a number that is positive where it is true.

    Attributes:
        said: what it says, in words.
        difference: that number's mean over seeds, or over series of trials.
        numbers: what decides, in words, without the p-value.
    """

    said: str
    difference: Difference
    numbers: str


def variants_tested(
    known: Published, design: Design, scores: Sequence[Scores], checked: Checked
) -> Table:
    """Return one row a statement: the words, whether they hold here, and what decides."""
    tested = [
        Tested(
            statement.quote,
            statement.where,
            _definition(statement, scores),
            _outcomes(statement, known, design, scores, checked),
        )
        for statement in known.statements
        if not statement.test
    ]
    caption = (
        f"Statements of {known.source}, and whether they hold in this run: shown where a "
        f"paired t-test over seeds has p < {ALPHA:.2f}, adjusted by Holm's method within the "
        "statement. Every part of a statement must be shown; if the opposite of one is, it does "
        "not hold."
    )
    if any(statement.rising or statement.falling for statement in known.statements):
        caption += (
            " Of a trend the test is a permutation test of ρ, Spearman's rank correlation of level "
            "and value within each seed and setting of all other factors, averaged over these "
            "series; its 95 % interval is a bootstrap's over them."
        )
    return tested_table(tested, caption)


def _outcomes(
    statement: Statement,
    known: Published,
    design: Design,
    scores: Sequence[Scores],
    checked: Checked,
) -> list[Against]:
    if statement.of_levels and design.grid.factors != (known.factor,):
        varied = ", ".join(design.grid.factors) or "nothing"
        return [
            Against(0, f"The statement is about {known.factor} alone; this run varies {varied}.")
        ]
    by_name = {score.outcome.name: score for score in scores}
    found = [
        *_constraints(statement.met, checked, 1),
        *_constraints(statement.broken, checked, -1),
        *_orders(statement.ascending, by_name),
        *_excesses(statement.exceeds, by_name),
        *_rankings(statement.ranked, known, by_name),
        *_trends(statement.rising, design, by_name, 1),
        *_trends(statement.falling, design, by_name, -1),
    ]
    made = [each for each in found if not isinstance(each, str)]
    adjusted = holm([each.difference.p for each in made])
    decided = [
        Against(
            sign_of(each.difference, float(p)),
            f"{each.said}: {each.numbers}, n = {each.difference.n}, Holm {p_value(float(p))}",
        )
        for each, p in zip(made, adjusted, strict=True)
    ]
    return [*decided, *(Against(0, each) for each in found if isinstance(each, str))]


def _constraints(
    stated: Mapping[str, Sequence[str]], checked: Checked, sign: int
) -> list[Comparison | str]:
    """Compare with what is tolerated: ``sign`` is 1 for variants that keep it, else -1."""
    by_metric = {constraint.metric.name: (constraint, kept) for constraint, kept in checked}
    found: list[Comparison | str] = []
    for metric, variants in stated.items():
        if metric not in by_metric:
            found.append(f"this sweep declares no constraint on {metric}")
            continue
        constraint, kept = by_metric[metric]
        for variant in variants:
            if variant not in kept or not kept[variant].mean.n:
                found.append(f"{variant} has no value of {constraint.metric.label}")
                continue
            each = kept[variant]
            numbers = (
                f"{constraint.metric.label} = {interval(each.mean)}, kept by {each.kept} of "
                f"{each.mean.n} seeds"
            )
            said = f"{variant} {'meets' if sign > 0 else 'breaks'} {constraint.in_words}"
            found.append(Comparison(said, _turned(each.slack, sign), numbers))
    return found


def _orders(
    stated: Mapping[str, Sequence[Sequence[str]]], scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare every variant of a lower group with every one of a higher group."""
    found: list[Comparison | str] = []
    for metric, tiers in stated.items():
        if metric not in scores:
            found.append(f"no trial has {metric}")
            continue
        score = scores[metric]
        pairs = [(a, b) for low, high in combinations(tiers, 2) for a in low for b in high]
        for low, high in pairs:
            lacking = [v for v in (low, high) if not len(score.values.get(v, ()))]
            if lacking:
                found.append(f"{words(lacking)} has no value of {score.outcome.label}")
                continue
            gap = score.difference(high, low)
            numbers = f"{high} − {low} = {interval(gap, signed=True)}"
            found.append(Comparison(f"{score.outcome.label} of {low} < {high}", gap, numbers))
    return found


def _excesses(
    stated: Mapping[str, Sequence[str]], scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare two metrics of the same variant, seed by seed."""
    found: list[Comparison | str] = []
    for variant, (higher, lower) in stated.items():
        both = [scores[name] for name in (higher, lower) if name in scores]
        if len(both) < 2 or not all(len(score.values.get(variant, ())) for score in both):
            found.append(f"{variant} has no values of {higher} and {lower}")
            continue
        one, other = both
        gap = paired_difference((one.values[variant] - other.values[variant]).dropna())
        numbers = f"{one.outcome.label} − {other.outcome.label} = {interval(gap, signed=True)}"
        said = f"{one.outcome.label} of {variant} exceeds {other.outcome.label}"
        found.append(Comparison(said, gap, numbers))
    return found


def _rankings(
    metrics: Sequence[str], known: Published, scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare every two levels whose printed numbers differ, and correlate the orders."""
    found: list[Comparison | str] = []
    for metric in metrics:
        if metric not in scores:
            found.append(f"no trial has {metric}")
            continue
        score, place = scores[metric], known.metrics.index(metric)
        printed = {level: row[place] for level, row in known.printed.items()}
        levels = sorted((v for v in printed if v in score.values), key=lambda v: -printed[v])
        if len(levels) < 3:
            found.append("fewer than three of its levels were run")
            continue
        pairs = list(combinations(levels, 2))
        for high, low in pairs:
            gap = score.difference(high, low)
            numbers = f"{high} − {low} = {interval(gap, signed=True)}"
            if (high, low) == pairs[-1]:
                numbers = f"{_rank_correlation(score, printed, levels)}; {numbers}"
            found.append(Comparison(f"{score.outcome.label} of {high} > {low}", gap, numbers))
    return found


def _rank_correlation(score: Scores, printed: Mapping[str, float], levels: Sequence[str]) -> str:
    """Return the mean of Spearman's rank correlation with the printed order over seeds."""
    per_seed = pd.DataFrame({level: score.values[level] for level in levels}).dropna()
    order = [printed[level] for level in levels]
    rhos = [float(stats.spearmanr(row, order).statistic) for row in per_seed.to_numpy()]
    mean = number(float(np.mean(rhos)), 2) if rhos else "–"
    return f"mean rank correlation over {count(len(rhos), 'seed')} {mean}"


def _trends(
    stated: Mapping[str, Sequence[str]], design: Design, scores: Mapping[str, Scores], sign: int
) -> list[Comparison | str]:
    """Correlate a metric with the levels of factors: ``sign`` is 1 where it rises, else -1."""
    numeric = {factor.key: factor for factor in design.factors if factor.numeric}
    found: list[Comparison | str] = []
    for metric, key in ((metric, key) for metric, keys in stated.items() for key in keys):
        if metric not in scores:
            found.append(f"no trial has {metric}")
        elif key not in numeric:
            found.append(f"this run does not vary {key}")
        else:
            score, factor = scores[metric], numeric[key]
            trend = rank_trend(series_along(design, factor, score.values))
            said = f"{score.outcome.label} {_VERBS[sign]} with {factor.name}"
            numbers = f"ρ = {interval(trend, signed=True)}"
            numbers += " in every series" if trend.low == trend.high else ""
            found.append(Comparison(said, _turned(trend, sign), numbers))
    return found


_VERBS = {1: "rises", -1: "falls"}


def _turned(difference: Difference, sign: int) -> Difference:
    if sign > 0:
        return difference
    return replace(difference, value=-difference.value, low=-difference.high, high=-difference.low)


def _definition(statement: Statement, scores: Sequence[Scores]) -> str:
    """Say in words what is tested, metrics by their labels."""
    labels = {score.outcome.name: score.outcome.label for score in scores}

    def label(metric: str) -> str:
        return labels.get(metric, plain(metric))

    parts = [
        f"{words(variants)} {verb}{'s' if len(variants) == 1 else ''} the constraint on {label(m)}"
        for verb, stated in (("keep", statement.met), ("break", statement.broken))
        for m, variants in stated.items()
    ]
    parts += [
        f"{label(m)} rises: {' < '.join(', '.join(tier) for tier in tiers)}"
        for m, tiers in statement.ascending.items()
    ]
    parts += [
        f"{label(one)} of {variant} exceeds its {label(other)}"
        for variant, (one, other) in statement.exceeds.items()
    ]
    parts += [
        f"{label(m)} {verb} with {words([name_of(key) for key in keys])}, all else being equal"
        for verb, stated in (("rises", statement.rising), ("falls", statement.falling))
        for m, keys in stated.items()
    ]
    parts += [f"{label(m)} orders the levels as printed" for m in statement.ranked]
    return f"{'; '.join(parts)}."
