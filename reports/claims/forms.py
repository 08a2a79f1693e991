"""The forms of a published statement, each turned into comparisons that can be tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from reports.analysis.contrasts import excess, excess_along, lacking
from reports.analysis.families import Family, Pair
from reports.analysis.trends import rank_correlation, rank_trend, series_along
from reports.claims.published import Contrast, Published, Setting, Statement
from reports.layout.constraints import Checked
from reports.layout.design import Design
from reports.layout.scores import Scores
from reports.page.text import count, interval, name_of, number, words
from reports.stats.estimates import Difference, paired_difference


@dataclass(frozen=True)
class Comparison:
    """One testable part of a statement: a difference that is positive where the part is true.

    Attributes:
        in_words: what it says, in words.
        difference: that number's mean over seeds, or over series of trials.
        numbers: what decides, in words, without the p-value.
        adjusted: its p-value as the page has it elsewhere; None where it is adjusted within the
            statement.
        adjustment: how the p-value is adjusted, as it stands before it.
    """

    in_words: str
    difference: Difference
    numbers: str
    adjusted: float | None = None
    adjustment: str = "Holm "


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
        *_contrasts(statement.above, design, scores),
        *_dwindling(statement.dwindling, design, scores),
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


def _contrasts(
    stated: Mapping[str, Contrast], design: Design, scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare two settings of a run in a metric, all else being equal."""
    parts: list[Comparison | str] = []
    for metric, contrast in stated.items():
        if why := _untestable(metric, contrast, design, scores):
            parts.append(why)
            continue
        score = scores[metric]
        gap = paired_difference(excess(design, score.values, contrast.more, contrast.less))
        numbers = f"the difference is {interval(gap, score.outcome.unit, signed=True)}"
        parts.append(Comparison(contrast_in_words(score.outcome.label, contrast), gap, numbers))
    return parts


def _dwindling(
    stated: Mapping[str, Contrast], design: Design, scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare two settings at the least level of a factor, and their difference with the last's."""
    parts: list[Comparison | str] = []
    for metric, contrast in stated.items():
        along = next((f for f in design.factors if f.key == contrast.along and f.numeric), None)
        why = _untestable(metric, contrast, design, scores)
        if along is None or why:
            parts.append(why or f"this run does not vary {contrast.along}")
            continue
        score = scores[metric]
        table = excess_along(design, score.values, contrast.more, contrast.less, along)
        if len(table.columns) < 2:
            parts.append(f"{score.outcome.label} is known at fewer than two levels of {along.name}")
            continue
        least, most = table.columns[0], table.columns[-1]
        ends = [f"{along.name} {along.labels[int(place)]}" for place in (least, most)]
        at_least = paired_difference(table[least].dropna())
        lost = paired_difference((table[least] - table[most]).dropna())
        unit, in_words = score.outcome.unit, contrast_in_words(score.outcome.label, contrast)
        parts += [
            Comparison(
                f"{in_words}, at {ends[0]}",
                at_least,
                f"the difference is {interval(at_least, unit, signed=True)}",
            ),
            Comparison(
                f"and this difference is larger at {ends[0]} than at {ends[1]}",
                lost,
                f"by {interval(lost, unit, signed=True)}",
            ),
        ]
    return parts


def _untestable(
    metric: str, contrast: Contrast, design: Design, scores: Mapping[str, Scores]
) -> str:
    """Return why two settings cannot be compared in a metric; "" if they can."""
    if metric not in scores:
        return f"no trial has {metric}"
    if why := lacking(design, contrast.more, contrast.less):
        return why
    if not len(excess(design, scores[metric].values, contrast.more, contrast.less)):
        return f"no seed has {scores[metric].outcome.label} in both settings, all else being equal"
    return ""


def contrast_in_words(label: str, contrast: Contrast) -> str:
    """Say that a metric is higher with one setting than with another."""
    more, less = (_setting_in_words(setting) for setting in (contrast.more, contrast.less))
    if more.startswith("with") and less.startswith("with"):
        return f"{label}{',' if ',' in label else ''} is higher {more} than {less}"
    return f"{label} of {more} is higher than that of {less}"


def _setting_in_words(setting: Setting) -> str:
    parts = [
        str(value)
        if isinstance(value, str)
        else f"{'with' if value else 'without'} {name_of(key)}"
        if isinstance(value, bool)
        else f"{name_of(key)} {value:g}"
        for key, value in setting.items()
    ]
    return ", ".join(parts)


_VERBS = {1: "rises", -1: "falls"}


def _with_sign(difference: Difference, sign: int) -> Difference:
    if sign > 0:
        return difference
    return replace(difference, value=-difference.value, low=-difference.high, high=-difference.low)
