"""Where scores vary: between methods, between configurations of one, and between seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from reports.layout.board import Board
from reports.layout.board.board import final_values
from reports.layout.board.variants import TUNED, configurations
from reports.layout.outcome import Outcome
from reports.leaderboard.standings import Standings
from reports.page.figure import COLOURS, WIDTH, Figure, style
from reports.page.svg import to_svg
from reports.page.text import count
from reports.stats.estimates import Floats

SOURCES = {
    "method": "which method",
    "hyperparameters": "which hyperparameters",
    "seed": "which seed",
}
"""What scores vary by, and what it is called."""


def variance_figure(standings: Standings) -> Figure | None:
    """Draw the shares of every metric's variance, averaged over datasets; None without any."""
    board = standings.board
    shares = {outcome: mean_shares(board, outcome) for outcome in standings.outcomes}
    known = {outcome: of for outcome, of in shares.items() if of}
    if not known:
        return None
    with style():
        canvas = Canvas(figsize=(WIDTH, 0.9 + 0.2 * len(known)), layout="constrained")
        axes = canvas.subplots()
        start = np.zeros(len(known))
        rows = np.arange(len(known))
        for place, (source, label) in enumerate(SOURCES.items()):
            width = np.array([of[source] for of in known.values()])
            axes.barh(rows, width, left=start, height=0.72, color=COLOURS[place], label=label)
            start += width
        axes.set_yticks(rows, labels=[outcome.label for outcome in known], fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(known) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of a metric's variance")
        canvas.legend(loc="outside upper left", ncols=len(SOURCES), borderaxespad=0.2)
        svg = to_svg(canvas, "variance")
    data = pd.DataFrame([{"metric": outcome.name, **of} for outcome, of in known.items()])
    caption = (
        "Where a metric's variance comes from: components of variance between methods, each at "
        "its tuned configuration; between the configurations of a method that its search tried, or "
        "that were run; and between seeds of one configuration; averaged over "
        f"{count(len(board.datasets), 'dataset')}. Where seeds or hyperparameters matter more than "
        "methods, a comparison of few seeds, or of defaults, says little."
    )
    if not len(board.tuning):
        caption += " Nothing was tuned: hyperparameters are those of the entries of one method."
    alt = f"Stacked bars of {count(len(known), 'metric')}: shares of variance."
    return Figure("variance", svg, alt, caption, data)


def mean_shares(board: Board, outcome: Outcome) -> dict[str, float]:
    """Return the shares of a metric's variance by source, averaged over datasets; they add to 1.

    Nothing where no dataset has two methods and an entry with two seeds.
    """
    found = [shares(board, dataset, outcome) for dataset in board.datasets]
    known = [of for of in found if of]
    return {name: float(np.mean([of[name] for of in known])) for name in SOURCES} if known else {}


def shares(board: Board, dataset: str, outcome: Outcome) -> dict[str, float]:
    """Return the shares on one dataset; nothing where they cannot be told.

    The components are those of a nested design: the variance of seeds, pooled over cells; that of
    the means of a method's configurations, less what seeds add to it, pooled over methods; that of
    the means of methods likewise. A component below 0 counts as 0.
    """
    once = board.trials_once
    test = _cells(once[once["entry"].isin(board.ranked)], dataset, outcome, "entry")
    tried = board.tuning.assign(tried=configurations(board.tuning)) if len(board.tuning) else None
    tuning = {} if tried is None else _cells(tried, dataset, outcome, "tried")
    main: dict[str, Floats] = {}  # one entry a method: its first, or its tuned one
    for (method, name), values in test.items():
        if method not in main or board.entries[name].variant == TUNED:
            main[method] = values
    cells = [*test.values(), *tuning.values()]
    freedom = sum(len(values) - 1 for values in cells)
    if len(main) < 2 or not freedom:
        return {}
    seed = sum(float(((values - values.mean()) ** 2).sum()) for values in cells) / freedom
    within: dict[str, list[Floats]] = {}
    for (method, _), values in (tuning or test).items():
        within.setdefault(method, []).append(values)
    parts = {
        "method": between([[*main.values()]], seed),
        "hyperparameters": between([*within.values()], seed),
        "seed": seed,
    }
    total = sum(parts.values())  # of scores near the largest number the squares are infinite
    known = total > 0 and np.isfinite(total)
    return {name: part / total for name, part in parts.items()} if known else {}


def between(groups: Sequence[Sequence[Floats]], seed: float) -> float:
    """Return the variance between the true means of cells, pooled over groups of cells.

    Args:
        groups: values of each cell, by group; groups of one cell say nothing.
        seed: variance within a cell, which the means of few seeds vary by too.
    """
    squares, freedom, added = 0.0, 0, 0.0
    for cells in groups:
        means = np.array([values.mean() for values in cells])
        squares += float(((means - means.mean()) ** 2).sum())
        freedom += len(cells) - 1
        added += (len(cells) - 1) * float(np.mean([seed / len(values) for values in cells]))
    return max(0.0, (squares - added) / freedom) if freedom else 0.0


def _cells(
    rows: pd.DataFrame, dataset: str, outcome: Outcome, by: str
) -> dict[tuple[str, str], Floats]:
    """Return the values of each cell on a dataset, by method and ``by``; only those with any."""
    here = rows[rows["dataset"] == dataset]
    value = final_values(here, outcome)
    here = here.assign(value=value)[value.notna()]
    return {
        (str(method), str(name)): of.to_numpy(dtype=np.float64)
        for (method, name), of in here.groupby(["method", by], sort=False)["value"]
    }
