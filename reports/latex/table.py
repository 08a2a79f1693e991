"""One LaTeX table: groups as rows, metrics as columns, the best in bold where that is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.kinds.shared.numbers import Numbers
from reports.kinds.shared.score_tables import leader
from reports.latex.numbers import Number, Precision, Spread, cell, number_of, precision_of
from reports.latex.text import arrow, escaped
from reports.layout.outcome import Outcome
from reports.layout.scores import Scores, is_reference

MOST_COLUMNS = {"sd": 4, "interval": 2}
"""Metrics side by side; further ones stand below, in a second block of rows."""


@dataclass(frozen=True)
class Rows:
    """What the rows are.

    Attributes:
        heads: of the columns that name a row: ``method``, or each factor that is varied.
        groups: what stands in these columns, by group.
    """

    heads: Sequence[str]
    groups: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class MetricColumn:
    """A metric of all groups.

    Attributes:
        outcome: the metric.
        numbers: one a group.
        precision: of all of them.
        bold: the groups in bold; in a sweep's tables the one that is shown to be better than every
            other one.
    """

    outcome: Outcome
    numbers: dict[str, Number]
    precision: Precision
    bold: frozenset[str]

    @property
    def head(self) -> tuple[str, str]:
        """Its label, and below it power of ten, unit and which way is better."""
        power = rf"$10^{{{self.precision.exponent}}}$" if self.precision.exponent else ""
        unit = " ".join(filter(None, [power, escaped(self.outcome.unit)]))
        below = [f"({unit})" if unit else "", arrow(self.outcome.arrow)]
        return escaped(self.outcome.label), " ".join(filter(None, below))


def metric_column(
    score: Scores, numbers: Numbers, spread: Spread, decimals: int | None
) -> MetricColumn:
    """Return a metric's column, with the numbers and the verdict of the report."""
    of = {group: number_of(score, group, spread) for group in numbers.shown}
    best = leader(score, numbers.families[score.outcome.name])
    bold = frozenset({best} if best else ())
    return MetricColumn(score.outcome, of, precision_of([*of.values()], decimals), bold)


def table(
    rows: Rows,
    columns: Sequence[MetricColumn],
    spread: Spread,
    usual_n: int,
    *,
    caption: str,
    label: str,
) -> str:
    r"""Return a table environment.

    Args:
        rows: the groups.
        columns: the metrics, of the same groups.
        spread: what stands beside each mean.
        usual_n: the number of seeds that the caption names.
        caption: in LaTeX.
        label: what ``\ref`` calls it.
    """
    most = MOST_COLUMNS[spread]
    blocks = [
        _block(rows, columns[start : start + most], spread, usual_n)
        for start in range(0, len(columns), most)
    ]
    return "\n".join(
        [
            r"\begin{table}[t]",
            r"  \centering",
            rf"  \caption{{{caption}}}",
            rf"  \label{{{label}}}",
            "\n\n  \\medskip\n".join(blocks),
            r"\end{table}",
        ]
    )


def _block(rows: Rows, columns: Sequence[MetricColumn], spread: Spread, usual_n: int) -> str:
    lines = [
        [
            *map(escaped, said),
            *(
                cell(c.numbers[group], c.precision, spread, usual_n=usual_n, bold=group in c.bold)
                for c in columns
            ),
        ]
        for group, said in rows.groups.items()
    ]
    n_references = sum(map(is_reference, rows.groups))
    heads = [column.head for column in columns]
    named = [*map(escaped, rows.heads)]
    return "\n".join(
        [
            rf"  \begin{{tabular}}{{{'l' * len(rows.heads)}{'r' * len(columns)}}}",
            r"    \toprule",
            _row([*named, *(label for label, _ in heads)]),
            _row([""] * len(named) + [below for _, below in heads]),
            r"    \midrule",
            *map(_row, lines[: len(lines) - n_references]),
            *([r"    \midrule"] if 0 < n_references < len(lines) else []),
            *map(_row, lines[len(lines) - n_references :]),
            r"    \bottomrule",
            r"  \end{tabular}",
        ]
    )


def _row(cells: Sequence[str]) -> str:
    return rf"    {' & '.join(cells)} \\"
