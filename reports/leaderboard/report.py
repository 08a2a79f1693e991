"""The page of a leaderboard: every method side by side, on each dataset and over all of them."""

from collections.abc import Sequence

import pandas as pd

from harness.results import Results
from reports.layout.board import Board
from reports.leaderboard.computing import standings
from reports.leaderboard.cost import cost_figure, cost_table
from reports.leaderboard.dataset_table import dataset_table, shortened
from reports.leaderboard.figures.heat_maps import correlation_figure, improvement_figure
from reports.leaderboard.figures.profiles import profiles_figure
from reports.leaderboard.figures.ratings import ratings_figure
from reports.leaderboard.figures.strips import strips
from reports.leaderboard.figures.variance import variance_figure
from reports.leaderboard.header import header
from reports.leaderboard.methods import method_sections
from reports.leaderboard.overall_table import overall_table
from reports.leaderboard.sources import Sources
from reports.leaderboard.standings import Standings
from reports.page.page import Page, Part, Section
from reports.page.tables import Column, Table
from reports.page.text import number


def page(board: Board, runs: Sequence[Results]) -> Page:
    """Return the page of a board.

    Args:
        board: the trials.
        runs: the run directories that they come from, for pictures, curves and commands.
    """
    numbers = standings(board)
    sections = [Section("Over all datasets", _overall(numbers))] if numbers.overall else []
    sections += [
        Section(f"On {dataset}", _on(numbers, dataset), anchor=f"dataset{place}")
        for place, dataset in enumerate(board.datasets)
    ]
    sections += [section for section in _comparisons(numbers) if section.parts]
    sources = Sources(runs)
    sections += method_sections(numbers, sources)
    sections.append(Section("Every trial", [_trials(board)], folded=True))
    titles = list(dict.fromkeys(str(run.sweep.get("title") or "") for run in runs))
    title = titles[0] if len(titles) == 1 and titles[0] else "Leaderboard"
    return Page(title, "", header(numbers, runs, sources.problems()), sections)


def _overall(numbers: Standings) -> list[Part]:
    return [overall_table(numbers), *filter(None, [ratings_figure(numbers)])]


def _on(numbers: Standings, dataset: str) -> list[Part]:
    first = strips(numbers, dataset, numbers.telling, f"strips-{dataset}", told=True)
    return [dataset_table(numbers, dataset), *filter(None, [first])]


def _comparisons(numbers: Standings) -> list[Section]:
    """Return the sections that look at methods, metrics and costs across datasets."""
    board = numbers.board
    matrices = [
        improvement_figure(numbers, outcome, f"wins{place}")
        for place, outcome in enumerate(numbers.telling)
    ]
    others = [outcome for outcome in board.metrics if outcome not in numbers.telling]
    more = [
        strips(numbers, dataset, others, f"more-{dataset}", told=False) if others else None
        for dataset in board.datasets
    ]
    return [
        Section(
            "Who beats whom", _there([matrices[0] if matrices else None, profiles_figure(numbers)])
        ),
        Section("Who beats whom, by other metrics", _there(matrices[1:]), folded=True),
        Section(
            "What metrics tell", _there([correlation_figure(numbers), variance_figure(numbers)])
        ),
        Section("Cost", _there([cost_figure(numbers), cost_table(numbers)])),
        Section("Every seed in the other metrics", _there(more), folded=True),
    ]


def _there(parts: Sequence[Part | None]) -> list[Part]:
    return [part for part in parts if part is not None]


def _trials(board: Board) -> Table:
    """Return a row a trial on the test split; its download holds all that there is of each."""
    rows = board.trials
    outcomes = [o for o in board.metrics if o.column in rows][:3]
    columns = [
        Column("trial", rows["trial_id"].astype(str).tolist()),
        Column("entry", rows["entry"].tolist()),
        Column("dataset", rows["dataset"].tolist()),
        Column("seed", [f"{s:g}" for s in rows["seed"]], rows["seed"].tolist()),
        Column("status", rows["status"].tolist()),
        *(_values(rows, outcome.titled, outcome.column) for outcome in outcomes),
        Column("run", rows["run"].astype(str).tolist()),
    ]
    caption = (
        "Every trial that was scored on the test split. The download holds all metrics, times and "
        "parameters of each, numbers to seven digits; what is the same of all of them is left out."
    )
    keys = ("trial_id", "entry", "dataset", "seed", "status")
    known = rows.columns.drop(["config", "configuration", "conflict"], errors="ignore")
    differ = [c for c in known if c in keys or rows[c].astype(str).nunique() > 1]
    return Table("trials", caption, columns, shortened(rows[differ]))


def _values(rows: pd.DataFrame, title: str, column: str) -> Column:
    values = pd.to_numeric(rows[column], errors="coerce").tolist()
    return Column(title, [number(value, 5) for value in values], values)
