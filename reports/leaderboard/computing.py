"""Every number of a leaderboard's page, computed once."""

from collections.abc import Mapping, Sequence

import numpy as np

from reports.analysis import boards
from reports.layout.board import Board
from reports.layout.outcome import Outcome
from reports.leaderboard.numbers import NONE, Overall, Standing
from reports.leaderboard.standings import Standings
from reports.stats.elo import elo
from reports.stats.estimates import Floats
from reports.stats.ranks import improvability, rank_intervals
from reports.stats.scores import iqm_interval, mean_score_interval

ANCHOR = "vae"
"""The method whose rating is 1000, where it is on the board."""


def standings(board: Board) -> Standings:
    """Compute what a leaderboard shows."""
    contests = {outcome.name: board.contest(outcome) for outcome in board.metrics}
    of = {
        (dataset, outcome.name): _on_dataset(board, dataset, outcome, contests[outcome.name])
        for dataset in board.datasets
        for outcome in board.metrics
    }
    anchor = _anchor(board)
    overall = {
        name: _overall(board, contest, board.metric(name), of, anchor)
        for name, contest in contests.items()
        if contest
    }
    return Standings(board, of, overall, board.ranked[anchor] if board.ranked else "")


def _anchor(board: Board) -> int:
    """Return the place of the anchor among the ranked entries: tuned, else default, else any."""
    methods = [board.entries[name].method for name in board.ranked]
    if ANCHOR in board.ranked:
        return board.ranked.index(ANCHOR)
    return methods.index(ANCHOR) if ANCHOR in methods else 0


def _on_dataset(
    board: Board, dataset: str, outcome: Outcome, contest: Mapping[str, Floats]
) -> dict[str, Standing]:
    scores = board.scores(dataset, outcome)
    table = contest.get(dataset)
    ranks, repeated = {}, board.repeated(dataset)
    if table is not None:
        once = table.copy()
        once[[board.ranked.index(name) for name in repeated]] = np.nan
        ranks = dict(zip(board.ranked, rank_intervals(once), strict=True))
        ranks |= {name: ranks[tuned] for name, tuned in repeated.items()}
    leading = leaders(board, dataset, outcome)
    leading |= {name for name, tuned in repeated.items() if tuned in leading}
    values = [rank.value for name, rank in ranks.items() if name not in repeated]
    return {
        str(name): Standing(
            mean_score_interval(row.dropna(), outcome.bounds),
            iqm_interval(row.dropna(), outcome.bounds),
            rank := ranks.get(str(name), NONE),
            values.count(rank.value) > 1,
            str(name) in leading,
        )
        for name, row in scores.iterrows()
    }


def leaders(board: Board, dataset: str, outcome: Outcome) -> set[str]:
    """Return the entries in bold: not shown to be worse than the best of their rivals.

    Rivals are the entries with no more supervision. Where none of these is shown to be better than
    another, nothing has been shown, and nothing is bold.
    """
    found = boards.standing(board, dataset, outcome)
    differ = [pair for pair, compared in found.family.compared.items() if compared.sign]
    return {
        name
        for name in found.bold
        if any(all(boards.is_rival(board, other, name) for other in pair) for pair in differ)
    }


def _overall(
    board: Board,
    contest: Mapping[str, Floats],
    outcome: Outcome,
    of: Mapping[tuple[str, str], Mapping[str, Standing]],
    anchor: int,
) -> dict[str, Overall]:
    found = {}
    perfect = max(outcome.sign * end for end in outcome.bounds)
    rated = zip(board.ranked, elo(contest, anchor), improvability(contest, perfect), strict=True)
    for name, rating, gap in rated:
        ranks = _ranks(name, outcome.name, contest, of)
        found[name] = Overall(rating, gap, float(np.mean(ranks)) if ranks else np.nan, len(ranks))
    return found


def _ranks(
    name: str,
    metric: str,
    datasets: Sequence[str] | Mapping[str, Floats],
    of: Mapping[tuple[str, str], Mapping[str, Standing]],
) -> list[float]:
    ranks = [
        of[dataset, metric][name].rank.value for dataset in datasets if name in of[dataset, metric]
    ]
    return [rank for rank in ranks if np.isfinite(rank)]
