"""Tables of a comparison: all metrics of all groups, and their differences to one of them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from markupsafe import Markup

from reports.analysis.families import Compared, Family
from reports.layout.outcome import Outcome
from reports.layout.scores import Scores, is_reference
from reports.page.tables import Column, Table, stacked
from reports.page.text import bare_p, interval
from reports.stats.estimates import LEAST_SEEDS, Estimate

GROUPS = {"↑": "more is better ↑", "↓": "less is better ↓", "": "neither is better"}
"""What stands above the metrics of one direction, in the order of these groups."""


def metrics_table(
    scores: list[Scores], families: Mapping[str, Family], groups: tuple[str, ...], what: str
) -> Table:
    """Return every metric of every group: a row a group, a column a metric.

    Args:
        scores: the metrics.
        families: the page's comparisons by metric.
        groups: the groups.
        what: what a group is.
    """
    italic = Markup("<i>{}</i>")
    columns = [Column(what, [italic.format(g) if is_reference(g) else g for g in groups])]
    for score in _by_direction(scores):
        best = leader(score, families[score.outcome.name])
        means = {group: score.mean(group) for group in groups}
        cells = [
            Markup("<b>{}</b>").format(stacked(cell(mean)))
            if group == best
            else stacked(cell(mean))
            for group, mean in means.items()
        ]
        keys = [mean.value for mean in means.values()]
        columns.append(Column(score.outcome.titled, cells, keys, GROUPS[score.outcome.arrow]))
    rows = [(score.outcome.name, group, score.mean(group)) for score in scores for group in groups]
    data = pd.DataFrame(
        {
            "metric": [name for name, *_ in rows],
            "group": [group for _, group, _ in rows],
            "mean": [mean.value for *_, mean in rows],
            "low": [mean.low for *_, mean in rows],
            "high": [mean.high for *_, mean in rows],
            "n": [mean.n for *_, mean in rows],
        }
    )
    sizes = sorted({mean.n for *_, mean in rows} - {0})
    caption = (
        "Test scores: mean over seeds, below it Student's 95 % interval "
        f"(n = {' or '.join(map(str, sizes)) or 'none'}). Bold: the "
        "best, where its paired difference to every other is significant at 5 % by Holm's method. "
        "A dash: the method cannot be scored on it, or no trial ended with a finite value."
    )
    if any(map(is_reference, groups)):
        caption += " In italics: references, ceiling and chance, which are compared with nothing."
    return Table("metrics", caption, columns, data)


def _by_direction(scores: list[Scores]) -> list[Scores]:
    """Put metrics of one direction beside each other, that of the first metric first."""
    first = scores[0].outcome.arrow if scores else ""
    order = sorted(GROUPS, key=lambda arrow: arrow != first)
    return sorted(scores, key=lambda score: order.index(score.outcome.arrow))


def differences_table(
    scores: list[Scores], families: Mapping[str, Family], other: str, what: str = "method"
) -> Table:
    """Return one row a group and metric: its difference to one group, paired by seed.

    A row that repeats that of another metric, such as the total KL of a method with one latent
    group, is left out.

    Args:
        scores: the metrics.
        families: the page's comparisons by metric.
        other: the group that all others are compared with.
        what: what a group is.
    """
    rows = _differences(scores, families, other)
    gaps = [compared.difference for *_, compared in rows]
    columns = [
        Column("metric", [_label(outcome.titled, outcome.arrow) for outcome, *_ in rows]),
        Column(what, [group for _, group, _ in rows]),
        Column(
            f"difference to {other}",
            [interval(gap, signed=True) for gap in gaps],
            [gap.value for gap in gaps],
        ),
        Column("n", [str(gap.n) for gap in gaps], [gap.n for gap in gaps]),
        Column(
            "Holm p",
            [bare_p(compared.adjusted) for *_, compared in rows],
            [compared.adjusted for *_, compared in rows],
        ),
        Column("reading", [_reading(outcome, compared) for outcome, _, compared in rows]),
    ]
    data = pd.DataFrame(
        {
            "metric": [outcome.name for outcome, *_ in rows],
            "group": [group for _, group, _ in rows],
            "difference": [gap.value for gap in gaps],
            "low": [gap.low for gap in gaps],
            "high": [gap.high for gap in gaps],
            "n": [gap.n for gap in gaps],
            "p": [gap.p for gap in gaps],
            "p_holm": [compared.adjusted for *_, compared in rows],
        }
    )
    caption = (
        f"Differences to {other}, paired by seed, with Student's 95 % interval, which is not "
        "adjusted; p of the paired t-test, adjusted by Holm's method for all comparisons of the "
        "same metric on this page. A row that repeats another metric's is left out."
    )
    return Table("differences", caption, columns, data)


def _differences(
    scores: list[Scores], families: Mapping[str, Family], other: str
) -> list[tuple[Outcome, str, Compared]]:
    """Return the differences of each group to one of them, without those of equal numbers."""
    rows: list[tuple[Outcome, str, Compared]] = []
    for place, score in enumerate(scores):
        for group in score.ranked:
            if group == other:
                continue
            repeated = any(_same(score, before, (group, other)) for before in scores[:place])
            compared = families[score.outcome.name].of(group, other)
            if compared.difference.n and not repeated:
                rows.append((score.outcome, group, compared))
    return rows


def _same(one: Scores, two: Scores, groups: tuple[str, str]) -> bool:
    """Say whether two metrics are the same numbers of these groups, up to rounding."""
    pairs = [(one.values[group], two.values[group]) for group in groups]
    return all(len(a) == len(b) and np.allclose(a, b, rtol=1e-4, atol=0) for a, b in pairs)


def leader(score: Scores, family: Family) -> str | None:
    """Return the best group if it differs significantly from every other one."""
    best = score.best
    rivals = [group for group in score.ranked if group != best and len(score.values[group])]
    if best is None or not rivals:
        return None
    return best if all(family.of(best, rival).sign for rival in rivals) else None


def _reading(outcome: Outcome, compared: Compared) -> str:
    if compared.difference.n < LEAST_SEEDS:
        return "too few seeds"
    if not compared.sign:
        return "not significant"
    if not outcome.directed:
        return "higher" if compared.sign > 0 else "lower"
    return "better" if outcome.sign * compared.sign > 0 else "worse"


def cell(estimate: Estimate) -> str:
    """Return an estimate as a table has it, a dash where nothing was measured."""
    return interval(estimate) if estimate.n else "–"


def _label(titled: str, arrow: str) -> str:
    return f"{titled} {arrow}".strip()
