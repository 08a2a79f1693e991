"""The table of a dataset: entries as rows, and of each metric rank, mean, IQM, seeds."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from reports.layout.board import GUESSES, REFERENCES, Entry
from reports.layout.outcome import Outcome
from reports.leaderboard.choices import (
    metric_chooser,
    of_metric,
    row_choices,
    row_choosers,
    statistic_chooser,
)
from reports.leaderboard.latex import dataset_latex
from reports.leaderboard.numbers import NONE, Standing
from reports.leaderboard.standings import LEVELS, Standings
from reports.page.tables import Column, Table
from reports.page.text import count, interval, number
from reports.stats.estimates import Estimate

_SINGLE = np.finfo(np.float32)
NOT_SCORED = Standing(NONE, NONE, NONE, tied=False, leads=False)


def dataset_table(standings: Standings, dataset: str) -> Table:
    """Return the table of a dataset, best entry in the chosen metric first."""
    entries = standings.entries(dataset)
    won = {entry.name for entry in entries if standings.default_won(entry, dataset)}
    columns = [entry_column(entries, won), supervision_column(entries), _trials(standings, dataset)]
    for outcome in standings.outcomes:
        columns += _metric_columns(standings, dataset, outcome, entries)
    choosers = [*row_choosers(standings), metric_chooser(standings), statistic_chooser()]
    return Table(
        f"on-{dataset}",
        _caption(standings, dataset),
        columns,
        _data(standings, dataset, entries),
        choosers=choosers,
        row_choices=[row_choices(entry, both=entry.name in won) for entry in entries],
        latex=dataset_latex(standings, dataset),
    )


def entry_column(entries: Sequence[Entry], won: Collection[str] = ()) -> Column:
    """Return the column of names, which lead to the sections of their methods.

    Args:
        entries: the rows.
        won: names of tuned entries of which the default configuration was the best found.
    """
    link = Markup('<a href="#{}">{}</a>{}')
    below = Markup(" <small>default (also the best found)</small>")
    cells = [
        Markup("<i>{}</i>").format(entry.name)
        if entry.reference
        else link.format(anchor_of(entry.method), entry.name, below if entry.name in won else "")
        for entry in entries
    ]
    return Column("method", cells)


def anchor_of(method: str) -> str:
    """Return the anchor of a method's section."""
    return f"method-{''.join(c if c.isalnum() or c == '_' else '-' for c in method)}"


def supervision_column(entries: Sequence[Entry]) -> Column:
    """Return the column of what methods learn from beside images."""
    return Column("supervision", ["reference" if e.reference else e.supervision for e in entries])


def with_interval(estimate: Estimate, *, bold: bool = False) -> Markup:
    """Return an estimate with its interval on a line of its own; a dash where there is none."""
    if not estimate.n:
        return Markup("–")
    value, bracket, ends = interval(estimate).partition(" [")
    shown = Markup("<b>{}</b>").format(value) if bold else Markup("{}").format(value)
    return Markup("{} <small>[{}</small>").format(shown, ends) if bracket else shown


def _trials(standings: Standings, dataset: str) -> Column:
    endings = [standings.endings(entry.name, dataset) for entry in standings.entries(dataset)]
    return Column("trials", [each.said for each in endings], [each.ok for each in endings])


def _metric_columns(
    standings: Standings, dataset: str, outcome: Outcome, entries: Sequence[Entry]
) -> list[Column]:
    of = standings.of.get((dataset, outcome.name), {})
    found = [of.get(entry.name, NOT_SCORED) for entry in entries]
    group, metric = _head(standings, dataset, outcome), of_metric(standings, outcome)
    means = [with_interval(each.mean, bold=each.leads) for each in found]
    best_is_high = outcome.higher_is_better
    columns = (
        ("rank", [_rank(each) for each in found], [e.rank.value for e in found], False),
        ("mean", means, [e.mean.value for e in found], best_is_high),
        ("IQM", [with_interval(e.iqm) for e in found], [e.iqm.value for e in found], best_is_high),
        ("n", [str(e.mean.n or "–") for e in found], [e.mean.n for e in found], True),
    )
    return [
        Column(title, cells, keys, group, (metric, f"s-{title.lower()}"), descending)
        for title, cells, keys, descending in columns
    ]


def _rank(standing: Standing) -> Markup:
    """Return ``2``, ``=2.5`` for a tie, and below it from where to where it may be."""
    rank = standing.rank
    if not np.isfinite(rank.value):
        return Markup("–")
    low, high = (f"{end:g}" for end in (round(rank.low, 1), round(rank.high, 1)))
    tie = "=" if standing.tied else ""
    ends = low if low == high else f"{low}–{high}"
    return Markup("{}{:g} <small>{}</small>").format(tie, rank.value, ends)


def _head(standings: Standings, dataset: str, outcome: Outcome) -> Markup:
    """Return a metric's name with its arrow, and below it its ceiling and chance levels."""
    levels = [
        f"{what} {number(value, 2)}"
        for what, method in LEVELS.items()
        if np.isfinite(value := standings.reference(method, dataset, outcome))
    ]
    below = Markup("<small>{}</small>").format(" · ".join(levels)) if levels else ""
    return Markup("{} {} {}").format(outcome.titled, outcome.arrow, below)


def _caption(standings: Standings, dataset: str) -> str:
    board = standings.board
    entries = [e for e in standings.entries(dataset) if not e.reference]
    chosen = f", best {standings.chosen.label} first" if standings.chosen else ""
    return (
        f"{count(len(entries), 'entry', 'entries')} on {dataset} by "
        f"{count(len(board.metrics), 'metric')}{chosen}. Of each metric: the rank of the mean, = "
        "for a tie, and below it the ranks that comparisons with all others do not exclude: "
        "Welch's tests, unpaired, 5 %, a family of Holm's method an entry (a diverged trial is "
        "worse than any other); mean and "
        "interquartile mean (IQM) over the seeds that ended well, each with its 95 % interval "
        "(simulated, it holds the truth in 93 to 100 % of cases for scores in a range such as "
        "[0, 1], in 90 % for means of scores without bounds that are very skewed); n, "
        "the number of these seeds. Bold: not shown to be worse than the best of the entries with "
        "no more supervision, of which some differ: paired t-tests by seed of the best with each "
        "of them, 5 %, one family of Holm's method a dataset and metric; never with a diverged "
        "trial. No p-value of either is shown. Trials: those that ended well, and what "
        f"became of the others. {_levels(standings, dataset)}A dash: the "
        "method cannot be scored on it, its codes allow no number (the trials' column env.unscored "
        "says why), or no trial ended well. Ranks and bold do not change with "
        "what is filtered."
    )


def _levels(standings: Standings, dataset: str) -> str:
    """Say what the levels in the headings are; nothing where no reference was run."""
    run = {entry.method for entry in standings.entries(dataset) if entry.reference}
    said = [
        text
        for methods, text in (
            (
                REFERENCES,
                "ceiling and chance: what the known factors, and codes that ignore the image",
            ),
            (
                GUESSES,
                "mean pose and nearest: what the mean training pose, and that of the training "
                "image that looks most alike",
            ),
        )
        if run & set(methods)
    ]
    if not said:
        return ""
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}, score on this metric here; they are not ranked. "


def _data(standings: Standings, dataset: str, entries: Sequence[Entry]) -> pd.DataFrame:
    rows = []
    for outcome in standings.outcomes:
        of = standings.of.get((dataset, outcome.name), {})
        for entry in entries:
            each = of.get(entry.name, NOT_SCORED)
            rows.append(
                {
                    "entry": entry.name,
                    "supervision": entry.supervision,
                    "metric": outcome.name,
                    **spread_out("rank", each.rank),
                    **spread_out("mean", each.mean),
                    **spread_out("iqm", each.iqm),
                    "n": each.mean.n,
                    "bold": each.leads,
                }
            )
    return shortened(pd.DataFrame(rows))


def spread_out(name: str, estimate: Estimate) -> dict[str, float]:
    """Return an estimate as columns of a download."""
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def shortened(data: pd.DataFrame) -> pd.DataFrame:
    """Return a download with its numbers in single precision, of seven digits.

    Settings (``param.*``) keep double precision: what was 0.0001 is to be equal to 0.0001.
    """
    numbers = [str(column) for column in data.select_dtypes("float64").columns]
    measured = [column for column in numbers if not column.startswith("param.")]
    return data.assign(**{column: significant(data[column]) for column in measured})


def significant(values: "pd.Series[float]") -> "pd.Series[float]":
    """Return numbers to seven digits, in single precision where its range allows."""
    digits = pd.to_numeric(values, errors="coerce").map(lambda value: float(f"{value:.7g}"))
    size = digits.abs()[(digits != 0) & np.isfinite(digits)]
    held = size.between(float(_SINGLE.tiny), float(_SINGLE.max)).all()
    return digits.astype(np.float32) if held else digits
