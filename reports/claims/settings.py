"""Statements about settings: one against another, along a factor, or against a number."""

from collections.abc import Mapping

from reports.analysis.contrasts import excess, excess_along, lacking, over
from reports.claims.comparison import Comparison
from reports.claims.published import Bound, Contrast, Setting
from reports.layout.design import Design
from reports.layout.scores import Scores
from reports.page.text import interval, name_of, number
from reports.stats.estimates import paired_difference


def contrasts(
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


def dwindling(
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


def beyond(
    stated: Mapping[str, Bound], design: Design, scores: Mapping[str, Scores]
) -> list[Comparison | str]:
    """Compare a metric with a number, seed by seed."""
    parts: list[Comparison | str] = []
    for metric, bound in stated.items():
        if metric not in scores:
            parts.append(f"no trial has {metric}")
            continue
        if why := lacking(design, bound.of):
            parts.append(why)
            continue
        score, setting = scores[metric], _setting_in_words(bound.of)
        found = over(design, score.values, bound.of)
        if not len(found):
            parts.append(f"no seed has {score.outcome.label} with {setting}")
            continue
        above = paired_difference(found - bound.than)
        here = number(float(found.mean()))
        numbers = f"it is {here}, which differs by {interval(above, signed=True)}"
        parts.append(Comparison(bound_in_words(score.outcome.label, bound), above, numbers))
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
    return f"{label} of {more} is higher than that of {less}"


def bound_in_words(label: str, bound: Bound) -> str:
    """Say that a metric is above a number with a setting."""
    return f"{label} of {_setting_in_words(bound.of)} is above {number(bound.than)}"


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
