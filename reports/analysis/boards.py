"""How a board's entries stand on one dataset in one metric: which are best, which are tied.

Supervision is part of it: an entry is compared with those alone that learn from no more than it
does, so that none is passed over for one that was told the labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from harness.results import FINAL_STATUSES
from reports.analysis.families import Compared, Family, make_family
from reports.layout.board import Board
from reports.layout.board.board import UNKNOWN, no_more_than
from reports.layout.outcome import Outcome
from reports.layout.scores import Scores
from reports.stats.estimates import LEAST_SEEDS

STATUSES = (*FINAL_STATUSES, "missing")


@dataclass(frozen=True)
class Standing:
    """The entries of one dataset in one metric.

    Attributes:
        dataset: the dataset.
        scores: the final values by seed of each entry that has any, references included.
        family: the comparisons, the best of every kind of supervision with all its rivals: one Holm
            family a dataset and metric, from which every p-value of that dataset and metric is.
        best: for each ranked entry the best of those with no more supervision, itself included;
            entries that cannot be compared, and those with a diverged trial, are never the best.
            A default entry that is the tuned one there is no entry of its own.
        bold: the entries not shown to be worse than that best, of those that have enough seeds, in
            common with it, to show anything.
    """

    dataset: str
    scores: Scores
    family: Family
    best: Mapping[str, str]
    bold: frozenset[str]

    @property
    def outcome(self) -> Outcome:
        """The metric."""
        return self.scores.outcome

    def against_best(self, entry: str) -> Compared | None:
        """Return an entry's difference to the best of its rivals; None if it is that itself."""
        best = self.best.get(entry)
        return None if best in (None, entry) else self.family.of(entry, str(best))

    def tied(self, entry: str) -> tuple[str, ...]:
        """Return the bold entries that share this one's best, if there are several."""
        others = [e for e in self.bold if self.best[e] == self.best[entry]]
        return tuple(e for e in self.best if e in others) if len(others) > 1 else ()


def standing(board: Board, dataset: str, metric: Outcome | str) -> Standing:
    """Compare the entries of one dataset in one metric."""
    outcome = metric if isinstance(metric, Outcome) else board.metric(metric)
    table = board.scores(dataset, outcome)
    rows = board.trials[board.trials["dataset"] == dataset]
    values = {str(name): of.dropna() for name, of in table.iterrows() if of.notna().any()}
    ids = {
        str(name): dict(zip(of["seed"], of["trial_id"], strict=True))
        for name, of in rows.groupby("entry")
        if name in values
    }
    scores = Scores(outcome, values, ids)
    diverged = set(rows.loc[rows["status"] == "diverged", "entry"])
    repeated = board.repeated(dataset)
    ranked = [name for name in board.ranked if name in values and name not in repeated]
    candidates = [n for n in ranked if board.entries[n].comparable and n not in diverged]
    best = {}
    for name in ranked:
        rivals = [other for other in candidates if is_rival(board, other, name)]
        if rivals:
            best[name] = max(rivals, key=lambda n: outcome.sign * float(values[n].mean()))
    rivals_of = {
        top: [o for o in ranked if any(is_rival(board, o, n) for n in best if best[n] == top)]
        for top in dict.fromkeys(best.values())
    }
    family = make_family(
        scores, [(name, top) for top, names in rivals_of.items() for name in names if name != top]
    )
    bold = frozenset(name for name in candidates if _unbeaten(name, best, family, scores))
    return Standing(dataset, scores, family, best, bold)


def standings(board: Board) -> dict[tuple[str, str], Standing]:
    """Return how entries stand, by dataset and name of the metric, where any has a score."""
    found = {
        (dataset, outcome.name): standing(board, dataset, outcome)
        for dataset in board.datasets
        for outcome in board.metrics
    }
    return {key: each for key, each in found.items() if each.scores.values}


def is_rival(board: Board, other: str, name: str) -> bool:
    """Say whether an entry is to be compared with another: one that learns from no more than it.

    What is not known to learn from less must stand against all.
    """
    if other == name or board.entries[name].supervision == UNKNOWN:
        return True
    return no_more_than(board.entries[other].supervision, board.entries[name].supervision)


def _unbeaten(name: str, best: Mapping[str, str], family: Family, scores: Scores) -> bool:
    top = best[name]
    if name == top:
        return len(scores.values[name]) >= LEAST_SEEDS
    compared = family.of(name, top)
    return compared.difference.n >= LEAST_SEEDS and compared.sign != -scores.outcome.sign


def endings(board: Board) -> pd.DataFrame:
    """Return how many trials of each entry ended how: columns ``planned`` and each status.

    Rows are indexed by dataset and entry.
    """
    by = [board.trials["dataset"], board.trials["entry"]]
    counts = pd.crosstab(by, board.trials["status"]).reindex(columns=list(STATUSES), fill_value=0)
    counts.insert(0, "planned", counts.sum(axis=1))
    return counts
