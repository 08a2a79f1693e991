"""Tables of a comparison: all metrics of all groups, and their differences to one of them."""

import pandas as pd
from markupsafe import Markup

from reports.layout.outcome import Outcome
from reports.layout.scores import Scores, against
from reports.page.tables import Column, Table
from reports.page.text import interval, p_value
from reports.stats.estimates import LEVEL, Estimate


def metrics_table(scores: list[Scores], groups: tuple[str, ...], *, down: bool = False) -> Table:
    """Return every metric of every group.

    Args:
        scores: the metrics.
        groups: the groups.
        down: whether a group is a row and a metric a column; else it is the other way round.
    """
    leaders = [_leader(score) for score in scores]
    means = {group: [score.mean(group) for score in scores] for group in groups}
    cells = {
        group: [
            Markup("<b>{}</b>").format(cell(mean)) if group == leader else cell(mean)
            for mean, leader in zip(means[group], leaders, strict=True)
        ]
        for group in groups
    }
    names = [_titled(score) for score in scores]
    if down:
        columns = [Column("", list(groups))]
        for place, name in enumerate(names):
            keys = [means[group][place].value for group in groups]
            columns.append(Column(name, [cells[group][place] for group in groups], keys))
    else:
        columns = [Column("", names)]
        columns += [Column(g, cells[g], [mean.value for mean in means[g]]) for g in groups]
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
        "Test scores: mean over seeds with Student's 95 % interval "
        f"(n = {' or '.join(map(str, sizes)) or 'none'}); ↑ more is better, ↓ less. Bold: the "
        "best, where its paired difference to every other is significant at 5 % by Holm's method. "
        "A dash: the method cannot be scored on it, or no trial ended with a finite value."
    )
    return Table("metrics", caption, columns, data, interactive=down)


def differences_table(scores: list[Scores], other: str, what: str = "method") -> Table:
    """Return one row a group and metric: its difference to one group, paired by seed.

    Args:
        scores: the metrics.
        other: the group that all others are compared with.
        what: what a group is.
    """
    differences = against(scores, other)
    units = {score.outcome.name: score.outcome for score in scores}
    rows = [(units[name], group, *both) for (name, group), both in differences.items() if both[0].n]
    columns = [
        Column("metric", [_label(outcome.titled, outcome.arrow) for outcome, *_ in rows]),
        Column(what, [group for _, group, *_ in rows]),
        Column(
            f"difference to {other}",
            [interval(d, signed=True) for *_, d, _ in rows],
            [d.value for *_, d, _ in rows],
        ),
        Column("n", [str(d.n) for *_, d, _ in rows], [d.n for *_, d, _ in rows]),
        Column(
            "Holm p",
            [p_value(p).removeprefix("p ").removeprefix("= ") for *_, p in rows],
            [p for *_, p in rows],
        ),
        Column("reading", [_reading(outcome, d, p) for outcome, _, d, p in rows]),
    ]
    data = pd.DataFrame(
        {
            "metric": [outcome.name for outcome, *_ in rows],
            "group": [group for _, group, *_ in rows],
            "difference": [d.value for *_, d, _ in rows],
            "low": [d.low for *_, d, _ in rows],
            "high": [d.high for *_, d, _ in rows],
            "n": [d.n for *_, d, _ in rows],
            "p": [d.p for *_, d, _ in rows],
            "p_holm": [p for *_, p in rows],
        }
    )
    caption = (
        f"Differences to {other}, paired by seed, with Student's 95 % interval; p of the paired "
        "t-test, adjusted by Holm's method for all rows."
    )
    return Table("differences", caption, columns, data)


def _leader(score: Scores) -> str | None:
    """Return the best group if it differs significantly from every other one."""
    best = score.best
    rivals = [group for group, values in score.values.items() if group != best and len(values)]
    if best is None or not rivals:
        return None
    values_by_group = {group: score.values[group] for group in [best, *rivals]}
    differences = against([Scores(score.outcome, values_by_group)], best)
    return best if all(p < 1 - LEVEL for _, p in differences.values()) else None


def _reading(outcome: Outcome, difference: Estimate, p: float) -> str:
    if not p < 1 - LEVEL:
        return "not significant"
    if not outcome.directed:
        return "higher" if difference.value > 0 else "lower"
    return "better" if outcome.sign * difference.value > 0 else "worse"


def cell(estimate: Estimate) -> str:
    """Return an estimate as a table has it, a dash where nothing was measured."""
    return interval(estimate) if estimate.n else "–"


def _titled(score: Scores) -> str:
    return _label(score.outcome.titled, score.outcome.arrow)


def _label(titled: str, arrow: str) -> str:
    return f"{titled} {arrow}".strip()
