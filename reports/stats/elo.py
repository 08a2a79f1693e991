"""Elo ratings of a board's entries (Erickson et al., 2025, "TabArena").

They are the Bradley-Terry model's: an entry whose rating is 400 points higher wins ten times as
often as it loses. Each dataset weighs 1, over all pairs of seeds; a tie is half a win.
"""

from collections.abc import Mapping

import numpy as np
from scipy.sparse.csgraph import connected_components

from reports.stats.draws import DRAWS, drawn_wins
from reports.stats.estimates import SEED, Estimate, Floats, percentiles
from reports.stats.wins import win_probabilities

SCALE = 400.0
"""Points by which a rating is higher if the odds to win are ten to one."""
ANCHOR = 1000.0
"""The rating of the anchor."""
MANY_DATASETS = 8
"""From so many datasets on these are resampled too: ratings are then about datasets like these.
Of fewer a bootstrap says nothing; ratings are then about these datasets."""
_STEPS, _LONGEST = 60, 2.0


def elo(by_dataset: Mapping[str, Floats], anchor: int, rounds: int = DRAWS) -> list[Estimate]:
    """Return Elo ratings with 95 % intervals.

    Where one entry, or a group of entries, wins everything, no rating has the largest likelihood;
    then every two entries get one more pair of seeds on each dataset, a tie.

    Args:
        by_dataset: scores ``[E, S]`` by dataset, as in :mod:`reports.stats.wins`.
        anchor: the row of the entry that stands at 1000, by definition and without uncertainty.
        rounds: number of draws that the intervals are of.

    Returns:
        One rating an entry, NaN if nothing connects it with the anchor; ``n`` is the number of
        datasets on which it has trials.
    """
    tables = list(by_dataset.values())
    wins = np.array([win_probabilities(table) for table in tables])
    if not _has_maximum(wins):
        wins = np.array([_with_a_tie(w, t) for w, t in zip(wins, tables, strict=True)])
    value = ratings(wins[None], anchor)[0]
    rng = np.random.default_rng(SEED)
    student = len(tables) > 1
    drawn = np.stack(
        [drawn_wins(table, rng, student=student, rounds=rounds) for table in tables], axis=1
    )
    if len(tables) >= MANY_DATASETS:
        chosen = rng.integers(0, len(tables), (rounds, len(tables)))
        drawn = np.take_along_axis(drawn, chosen[:, :, None, None], axis=1)
    draws = ratings(drawn, anchor)
    n = np.sum([(~np.isnan(table)).any(axis=1) for table in tables], axis=0)
    return [
        _including(
            float(each),
            _ends(float(each), column[np.isfinite(column)], several=student),
            int(count),
        )
        if np.isfinite(each)
        else Estimate(np.nan, np.nan, np.nan, int(count))
        for each, column, count in zip(value, draws.T, n, strict=True)
    ]


def ratings(wins: Floats, anchor: int) -> Floats:
    """Return the ratings ``[R, E]`` of largest likelihood, by Newton's method.

    Args:
        wins: P(row beats column) of R boards on D datasets ``[R, D, E, E]``; NaN for no games.
        anchor: the row of the entry at 1000.

    Returns:
        The ratings; NaN for entries that no chain of games connects with the anchor.
    """
    games = (~np.isnan(wins)).sum(axis=1).astype(float)
    won = np.nan_to_num(wins).sum(axis=1)
    n = wins.shape[-1]
    for matrix in (games, won):
        matrix[:, np.arange(n), np.arange(n)] = 0
    _, component = connected_components(games[0] > 0, directed=False)
    others = np.flatnonzero((component == component[anchor]) & (np.arange(n) != anchor))
    log_odds = np.full(won.shape[:2], np.nan)
    log_odds[:, [anchor, *others]] = 0.0
    for _ in range(_STEPS):
        current = np.nan_to_num(log_odds)
        expected = 1 / (1 + np.exp(current[:, None, :] - current[:, :, None]))
        gradient = (won - games * expected).sum(axis=2)
        curvature = games * expected * (1 - expected)
        hessian = -curvature
        hessian[:, np.arange(n), np.arange(n)] = curvature.sum(axis=2)
        inner = hessian[:, others[:, None], others]
        step = np.linalg.solve(inner, gradient[:, others, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True, initial=1e-300)
        log_odds[:, others] += step * np.minimum(1, _LONGEST / longest)
        if longest.max() < 1e-7:
            break
    points: Floats = ANCHOR + SCALE / np.log(10) * log_odds
    return points


def _has_maximum(wins: Floats) -> bool:
    """Say whether the likelihood has a maximum: from each entry wins lead to every other one."""
    won = np.nan_to_num(wins).sum(axis=0) > 0
    np.fill_diagonal(won, val=False)
    strong, _ = connected_components(won, directed=True, connection="strong")
    weak, _ = connected_components(won, directed=False)
    return bool(strong == weak)


def _with_a_tie(wins: Floats, table: Floats) -> Floats:
    counts = (~np.isnan(table)).sum(axis=1)
    pairs = counts[:, None] * counts
    shrunk: Floats = (wins * pairs + 0.5) / (pairs + 1)
    return shrunk


def _ends(value: float, draws: Floats, *, several: bool) -> tuple[float, float]:
    """Return the ends of a rating's interval, of draws of it.

    Few seeds allow an entry that nearly always wins to be worse more than to be better. Over
    several datasets that adds up, and draws of its rating are too low, which itself is not: the
    interval reaches from the ends of the draws to those of the draws moved onto the rating.
    """
    low, high = percentiles(draws)
    off = value - float(np.median(draws)) if several else 0.0
    return min(low, low + off), max(high, high + off)


def _including(value: float, ends: tuple[float, float], n: int) -> Estimate:
    return Estimate(value, min(value, ends[0]), max(value, ends[1]), n)
