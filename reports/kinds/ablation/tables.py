"""The table of an ablation: every variant with its outcome, its difference, its constraints."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from reports.analysis.families import Family
from reports.analysis.group_comparisons import NOT_COMPARED
from reports.layout.constraints import Bound, Checked, Compliance
from reports.layout.design import Design
from reports.layout.profiles import Cell, Profile
from reports.page.tables import Column, Table
from reports.page.text import bare_p, interval, share, words
from reports.page.verdicts import mark
from reports.stats.estimates import Estimate


def variants_table(
    design: Design,
    group_profiles: Mapping[str, Profile],
    family: Family | None,
    checked: Checked,
    names: Mapping[str, str],
) -> Table:
    """Return one row a variant.

    Args:
        design: the variants and the baseline.
        group_profiles: the variants' profiles.
        family: the page's comparisons in the outcome; None if no trial has a value of it.
        checked: the constraints.
        names: what a paper calls the levels of a factor, by their labels.
    """
    groups = design.grid.groups
    columns = []
    data: dict[str, Sequence[object]] = {"variant": groups}
    first = design.grid.rows.drop_duplicates("group").set_index("group").loc[list(groups)]
    bold = [group == design.baseline for group in groups]
    for factor in design.factors:
        levels = first[factor.key].tolist()
        said = [_named(factor.label(level), names) for level in levels]
        labels = [_bold(text, b) for text, b in zip(said, bold, strict=True)]
        keys = [_number(level) for level in levels] if factor.numeric else None
        columns.append(Column(factor.name, labels, keys))
        data[factor.key] = levels
    cells = [group_profiles[group].cells[0] for group in groups]
    diverged = [group_profiles[group].diverged for group in groups]
    columns.append(Column("diverged / ended", [*map(share, diverged)], [d.value for d in diverged]))
    data |= {status: [cell.counts[status] for cell in cells] for status in cells[0].counts}
    if family:
        columns += _outcome(design, family, cells, data)
    for constraint, compliance in checked:
        columns.append(_constraint(constraint, [compliance[group] for group in groups], data))
    return Table("variants", _caption(design, family, checked), columns, pd.DataFrame(data))


def _outcome(
    design: Design, family: Family, cells: list[Cell], data: dict[str, Sequence[object]]
) -> list[Column]:
    """Return the columns of the outcome, and put its numbers among the data."""
    groups, baseline = design.grid.groups, design.baseline
    assert baseline is not None  # there are variants
    outcome, means = family.outcome, [cell.mean for cell in cells]
    compared = [NOT_COMPARED if g == baseline else family.of(g, baseline) for g in groups]
    gaps = [each.difference for each in compared]
    differences = [
        Markup("<i>baseline</i>") if group == baseline else interval(gap, signed=True)
        for group, gap in zip(groups, gaps, strict=True)
    ]
    data |= {
        "mean": [m.value for m in means],
        "mean_low": [m.low for m in means],
        "mean_high": [m.high for m in means],
        "sd": [cell.spread for cell in cells],
        "n": [m.n for m in means],
        "difference": [gap.value for gap in gaps],
        "difference_low": [gap.low for gap in gaps],
        "difference_high": [gap.high for gap in gaps],
        "pairs": [gap.n for gap in gaps],
        "p_holm": [each.adjusted for each in compared],
    }
    title = f"{outcome.titled} {outcome.arrow}".strip()
    return [
        Column(title, [*map(_mean, means)], [m.value for m in means]),
        Column("n", [str(m.n) for m in means], [m.n for m in means]),
        Column("difference", differences, [gap.value for gap in gaps]),
        Column(
            "Holm p",
            [bare_p(each.adjusted) for each in compared],
            [each.adjusted for each in compared],
        ),
    ]


def _constraint(
    constraint: Bound, compliance: Sequence[Compliance], data: dict[str, Sequence[object]]
) -> Column:
    name = constraint.metric.name
    data |= {
        f"{name}_mean": [k.mean.value for k in compliance],
        f"{name}_low": [k.mean.low for k in compliance],
        f"{name}_high": [k.mean.high for k in compliance],
        f"{name}_bound": [k.bound for k in compliance],
        f"{name}_seeds_keeping_it": [k.n_met for k in compliance],
        f"{name}_verdict": [k.verdict if k.mean.n else "" for k in compliance],
    }
    shares = Markup("{} <small>{}/{}</small>")
    cells = [
        shares.format(mark(k.verdict), k.n_met, k.mean.n) if k.mean.n else "–" for k in compliance
    ]
    return Column(constraint.in_words, cells, [k.slack.value for k in compliance])


def _caption(design: Design, family: Family | None, checked: Checked) -> str:
    names = words([factor.name for factor in design.factors])
    several = "combinations" if len(design.factors) > 1 else "levels"
    sentences = [f"Every variant: {len(design.grid.groups)} {several} of {names}."]
    if not design.factors:
        sentences = ["Nothing is varied but the seed."]
    if family:
        sentences.append(
            f"Final test {family.outcome.label}: mean over the n seeds with a value, with "
            f"Student's 95 % interval. Difference to the baseline (bold, {design.baseline}) over "
            "the seeds that both have; the interval is of each difference alone, the p-value of "
            f"the paired t-test is adjusted by Holm's method for the {family.size} comparisons of "
            "this metric on this page."
        )
    if checked:
        sentences.append(
            "Constraints: a verdict where the 95 % interval of the mean lies on one side of what "
            "is tolerated, else undecided; beside it the seeds that keep it."
        )
    return " ".join(sentences)


def _named(label: str, names: Mapping[str, str]) -> str:
    return f"{label}, {names[label]}" if label in names else label


def _bold(text: str, bold: bool) -> str:
    return Markup("<b>{}</b>").format(text) if bold else text


def _mean(estimate: Estimate) -> str:
    return interval(estimate) if estimate.n else "–"


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
