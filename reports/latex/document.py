"""The LaTeX of a run directory: a table a dataset, with the numbers of its report."""

import re
from collections import Counter
from dataclasses import dataclass

from harness.errors import UserError, did_you_mean
from harness.results import Results
from harness.shell import command_line
from reports.kinds import comparison
from reports.kinds.ablation import report as ablation
from reports.kinds.default import default_kind
from reports.kinds.shared.by_dataset import datasets_of, only_on
from reports.kinds.shared.numbers import Numbers
from reports.kinds.shared.stage import of_stage
from reports.latex.caption import caption
from reports.latex.numbers import SPREADS, Spread
from reports.latex.table import Rows, metric_column, table
from reports.layout.design import design_of
from reports.layout.scores import Scores

__all__ = ["SPREADS", "Style", "document"]

KINDS = ("comparison", "ablation")
"""Kinds of report whose numbers a table can have."""


@dataclass(frozen=True)
class Style:
    """How the tables are to be.

    Attributes:
        kind: one of ``KINDS``; None for the one that fits what was swept.
        metrics: the columns, by name; None for every metric that any trial has.
        spread: what stands beside a mean.
        decimals: of every number; None for as many as the spread of each metric allows.
    """

    kind: str | None = None
    metrics: tuple[str, ...] | None = None
    spread: Spread = "sd"
    decimals: int | None = None


def document(results: Results, style: Style) -> str:
    """Return the LaTeX of a run directory's tables.

    Args:
        results: what it holds, complete or not.
        style: how the tables are to be.

    Raises:
        UserError: the kind or a metric is unknown, or no trial has a value of any metric.
    """
    kind = _kind(results, style.kind)
    results = of_stage(results, kind)
    datasets = datasets_of(results)
    alone = {name: only_on(results, name) for name in datasets} if len(datasets) > 1 else {}
    tables = [_table(of, kind, style) for of in (alone.values() or [results])]
    lines = [
        "% The numbers of: "
        + command_line(["unbraid", "report", results.location, "--kind", kind]),
        "% Needs \\usepackage{booktabs}.",
    ]
    return "\n\n".join(["\n".join(lines), *tables]) + "\n"


def _kind(results: Results, asked: str | None) -> str:
    if asked is None:
        fits = default_kind(results.sweep)[0]
        return "ablation" if fits in ("ablation", "supervision", "tuning") else "comparison"
    if asked not in KINDS:
        raise UserError(
            f"--kind {asked}: a LaTeX table has the numbers of a report of the kind "
            f"{' or '.join(KINDS)}.{did_you_mean(asked, KINDS)}"
        )
    return asked


def _compared(results: Results, kind: str) -> tuple[Rows, Numbers]:
    if kind == "comparison":
        numbers = comparison.numbers_of(results)
        grid = numbers.grid
        return Rows([grid.group_name], {group: [group] for group in numbers.shown}), numbers
    design = design_of(results)
    settings = {group: [*design.settings(group).values()] for group in design.grid.groups}
    if not design.factors:  # nothing is varied but the seed
        settings = {group: [group] for group in design.grid.groups}
    heads = [factor.name for factor in design.factors] or ["configuration"]
    return Rows(heads, settings), ablation.numbers_of(results, design)


def _table(results: Results, kind: str, style: Style) -> str:
    rows, numbers = _compared(results, kind)
    scores = _chosen(numbers.scores, style.metrics)
    columns = [metric_column(score, numbers, style.spread, style.decimals) for score in scores]
    sizes = Counter(n.n for column in columns for n in column.numbers.values() if n.n)
    datasets = datasets_of(results)
    if not sizes:
        raise UserError(
            f"{results.location}: no trial on {' and '.join(datasets)} ended with a finite value "
            "of any metric, so there is nothing to put into a table. --format csv has every trial."
        )
    name = results.location.rstrip("/").rpartition("/")[2]
    stem = re.sub(r"[^A-Za-z0-9]+", "-", "-".join([name, *datasets])).strip("-")
    return table(
        rows,
        columns,
        style.spread,
        sizes.most_common(1)[0][0],
        caption=caption(
            results,
            numbers,
            spread=style.spread,
            decimals=style.decimals,
            sizes=sizes,
            bold=any(column.bold for column in columns),
        ),
        label=f"tab:{stem}",
    )


def _chosen(scores: list[Scores], names: tuple[str, ...] | None) -> list[Scores]:
    known = {score.outcome.name: score for score in scores}
    for name in names or ():
        if name not in known:
            raise UserError(
                f"--metrics {name}: no trial has a value of it.{did_you_mean(name, known)} Known: "
                f"{', '.join(known) or 'none'}."
            )
    return [known[name] for name in names] if names else scores
