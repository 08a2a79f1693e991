"""Which metrics of a leaderboard a reader sees first."""

from reports.layout.board import Board
from reports.layout.outcome import Outcome

TELLING = ("dci_disentanglement", "mig", "factor_vae_score", "infom", "elbo", "mse")
"""Metrics by name that are shown first where a board has them."""
SHOWN_FIRST = 3
"""Metrics that tables show before a reader chooses others, and that figures are of."""


def telling(board: Board) -> tuple[Outcome, ...]:
    """Return the few metrics that a reader sees first.

    These are the best known ones, then the first ones of the sweep, of those that most of the
    ranked entries are scored on. What is measured in seconds is cost, not quality.
    """
    counts = {outcome.name: _scored(board, outcome) for outcome in board.metrics}
    qualities = [outcome for outcome in board.metrics if outcome.unit != "s"]
    common = [o for o in qualities if counts[o.name] > len(board.ranked) / 2]
    known = [name for name in TELLING if any(o.name == name for o in common)]
    common.sort(key=lambda o: known.index(o.name) if o.name in known else len(known))
    return tuple((common or qualities or list(board.metrics))[:SHOWN_FIRST])


def _scored(board: Board, outcome: Outcome) -> int:
    """Return how many ranked entries have a score."""
    found: set[str] = set()
    for dataset in board.datasets:
        table = board.scores(dataset, outcome)
        found |= set(table.index[table.notna().any(axis=1)]) if len(table) else set()
    return len(found & set(board.ranked))
