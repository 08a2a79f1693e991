"""Differences of two settings, all else being equal, and how they change along a factor."""

from collections.abc import Mapping

import pandas as pd

from reports.layout.design import Design
from reports.layout.factors import Factor

Setting = Mapping[str, bool | int | float | str]
"""Levels of factors by key, such as ``{method.w_cross: 0}``."""

Values = Mapping[str, "pd.Series[float]"]
"""A metric's values by seed, of each variant."""


def lacking(design: Design, *settings: Setting) -> str:
    """Return why a sweep cannot compare settings, in words; "" if it can."""
    factors = {factor.key: factor for factor in design.factors}
    for setting in settings:
        for key, value in setting.items():
            if key not in factors:
                return f"this run does not vary {key}"
            if not len(_at(factors[key], design, value)):
                return f"this run has no trial with {key} {value}"
    return ""


def excess(design: Design, values: Values, more: Setting, less: Setting) -> "pd.Series[float]":
    """Return by how much a metric is higher with one setting than with another, by seed.

    The mean over the settings of all other factors that both were run in, seed by seed.

    Args:
        design: the variants.
        values: of the metric.
        more: levels of the one.
        less: levels of the other.
    """
    table = _differences(design, values, more, less)
    return table.mean(axis=1).dropna()


def over(design: Design, values: Values, setting: Setting) -> "pd.Series[float]":
    """Return a metric with a setting by seed, the mean over the levels of all other factors."""
    others = [f.key for f in design.factors if f.key not in setting]
    return pd.DataFrame(_by_others(design, values, setting, others)).mean(axis=1).dropna()


def excess_along(
    design: Design, values: Values, more: Setting, less: Setting, along: Factor
) -> pd.DataFrame:
    """Return the same at each level of a further factor: a row a seed, a column a level."""
    columns = {}
    for place, level in enumerate(along.levels):
        here = {along.key: level}
        found = excess(design, values, {**more, **here}, {**less, **here})
        if len(found):
            columns[place] = found
    return pd.DataFrame(columns)


def _differences(design: Design, values: Values, more: Setting, less: Setting) -> pd.DataFrame:
    """Return the differences, a row a seed and a column a setting of the other factors."""
    others = [f.key for f in design.factors if f.key not in {*more, *less}]
    one, other = (_by_others(design, values, setting, others) for setting in (more, less))
    return pd.DataFrame({name: one[name] - other[name] for name in one if name in other})


def _by_others(
    design: Design, values: Values, setting: Setting, others: list[str]
) -> dict[tuple[int, ...], "pd.Series[float]"]:
    """Return a metric's values with a setting, by the levels of the other factors."""
    factors = {factor.key: factor for factor in design.factors}
    index = design.codes.index
    for key, value in setting.items():
        index = index.intersection(_at(factors[key], design, value))
    found = {}
    for row in index:
        group = str(design.grid.rows.at[row, "group"])
        found[tuple(design.codes.loc[row, others])] = values.get(group, pd.Series(dtype=float))
    return found


def _at(factor: Factor, design: Design, value: bool | float | str) -> pd.Index:
    """Return the rows of the trials at a level of a factor."""
    if value not in factor.levels:
        return design.codes.index[:0]
    return design.codes.index[design.codes[factor.key] == factor.levels.index(value)]
