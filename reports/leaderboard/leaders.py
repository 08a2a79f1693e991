"""Which entries are in bold: shown to be good against entries with no more supervision."""

import pandas as pd

from reports.analysis.families import Pair, make_family
from reports.layout.board import Board
from reports.layout.board.board import no_more_than
from reports.layout.outcome import Outcome
from reports.layout.scores import Scores


def leaders(board: Board, scores: pd.DataFrame, outcome: Outcome) -> set[str]:
    """Return the entries that lead in one metric on one dataset.

    An entry leads if, among the entries with no more supervision than it has, it is not shown to be
    worse than the best, while another one is. All these comparisons are one family of Holm's.

    Args:
        board: the entries.
        scores: of one dataset, by entry and seed.
        outcome: the metric.
    """
    values = {str(n): row.dropna() for n, row in scores.iterrows() if str(n) in board.ranked}
    score = Scores(outcome, {name: row for name, row in values.items() if len(row)})
    pools = {name: _pool(board, name, score) for name in score.values}
    means = {name: outcome.sign * float(row.mean()) for name, row in score.values.items()}
    best = {name: max(pool, key=lambda each: means[each]) for name, pool in pools.items()}
    pairs: list[Pair] = [
        (each, best[name]) for name, pool in pools.items() for each in pool if each != best[name]
    ]
    family = make_family(score, pairs)

    def worse(name: str, top: str) -> bool:
        return name != top and outcome.sign * family.of(name, top).sign < 0

    return {
        name
        for name, top in best.items()
        if not worse(name, top) and any(worse(each, top) for each in pools[name])
    }


def _pool(board: Board, name: str, score: Scores) -> list[str]:
    own = board.entries[name].supervision
    return [
        other
        for other in score.values
        if other == name or no_more_than(board.entries[other].supervision, own)
    ]
