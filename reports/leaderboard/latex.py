"""The tables of a leaderboard in LaTeX: the metrics shown first, with the page's numbers."""

from collections import Counter

from reports.latex.numbers import Number, precision_of
from reports.latex.table import MetricColumn, Rows, table
from reports.latex.text import escaped
from reports.leaderboard.standings import Standings
from reports.stats.estimates import Estimate


def dataset_latex(standings: Standings, dataset: str) -> str:
    """Return a table with a row an entry, or nothing where no entry has a score."""
    board = standings.board
    entries = [entry.name for entry in standings.entries(dataset)]
    columns = []
    for outcome in standings.telling:
        of = standings.of.get((dataset, outcome.name), {})
        numbers = {
            name: _number(of[name].mean) if name in of else Number(0.0, 0.0, 0.0, 0)
            for name in entries
        }
        bold = frozenset(name for name in entries if name in of and of[name].leads)
        columns.append(
            MetricColumn(outcome, numbers, precision_of([*numbers.values()], None), bold)
        )
    sizes = Counter(n.n for column in columns for n in column.numbers.values() if n.n)
    if not sizes:
        return ""
    supervision = {
        name: "reference" if board.entries[name].reference else board.entries[name].supervision
        for name in entries
    }
    rows = Rows(["method", "supervision"], {name: [name, supervision[name]] for name in entries})
    usual = sizes.most_common(1)[0][0]
    caption = escaped(
        f"Test scores on {dataset}: mean over seeds with its 95 % interval (n = {usual}"
        f"{'; where it differs, the cell says so' if len(sizes) > 1 else ''}). Bold: not shown to "
        "be worse than the best of the entries with no more supervision, of which some differ "
        "(paired by seed, 5 %, Holm)."
    )
    return (
        "% Needs \\usepackage{booktabs}.\n"
        + table(
            rows, columns, "interval", usual, caption=caption, label=f"tab:leaderboard-{dataset}"
        )
        + "\n"
    )


def _number(estimate: Estimate) -> Number:
    return Number(estimate.value, estimate.low, estimate.high, estimate.n)
