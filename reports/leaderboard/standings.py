"""Every number of a leaderboard's page, computed once: tables, figures and LaTeX read it here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from markupsafe import Markup

from reports.analysis import boards
from reports.layout.board import Board, Entry
from reports.layout.outcome import Outcome
from reports.stats.elo import elo
from reports.stats.estimates import Estimate, Floats
from reports.stats.ranks import improvability, rank_intervals
from reports.stats.scores import iqm_interval, mean_score_interval

TELLING = ("dci_disentanglement", "mig", "factor_vae_score", "infom", "elbo", "mse")
"""Metrics by name that are shown first where a board has them."""
SHOWN_FIRST = 3
"""Metrics that tables show before a reader chooses others, and that figures are of."""
ANCHOR = "vae"
"""The method whose rating is 1000, where it is on the board."""
CEILING, CHANCE = "oracle_codes", "random_codes"
"""The methods that show a metric's ceiling and what chance scores."""
NONE = Estimate(np.nan, np.nan, np.nan, 0)


@dataclass(frozen=True)
class Standing:
    """One entry in one metric on one dataset.

    Attributes:
        mean: over seeds that ended well, with its 95 % interval.
        iqm: the interquartile mean likewise.
        rank: among the entries that are ranked, with its interval; ``NONE`` for a reference.
        tied: whether another entry has the same rank.
        leads: whether it is bold; see ``leaders``.
    """

    mean: Estimate
    iqm: Estimate
    rank: Estimate
    tied: bool
    leads: bool


@dataclass(frozen=True)
class Overall:
    """One entry in one metric over all datasets.

    Attributes:
        elo: its rating, with its interval; the anchor's is 1000.
        improvability: by how much it could be better, in [0, 1], with its interval.
        rank: mean of its ranks on the datasets that it is on; NaN where it is on none.
        n: number of these datasets.
    """

    elo: Estimate
    improvability: Estimate
    rank: float
    n: int


@dataclass(frozen=True)
class Endings:
    """How an entry's trials ended: their number, and that of each that did not end well."""

    planned: int
    ok: int
    diverged: int
    failed: int
    missing: int

    @property
    def said(self) -> Markup:
        """``10``, or ``9/10`` and below it ``1 diverged``."""
        lost = [("diverged", self.diverged), ("failed", self.failed), ("missing", self.missing)]
        named = ", ".join(f"{n} {what}" for what, n in lost if n)
        if not named:
            return Markup("{}").format(self.ok)
        return Markup("{}/{} <small>{}</small>").format(self.ok, self.planned, named)


@dataclass(frozen=True)
class Standings:
    """A board with what is computed of it.

    Attributes:
        board: the trials.
        of: each entry's standing, by dataset and metric; entries without trials are left out.
        overall: each ranked entry's standing over all datasets, by metric.
        anchor: the entry whose rating is 1000; "" where nothing is ranked.
    """

    board: Board
    of: Mapping[tuple[str, str], Mapping[str, Standing]]
    overall: Mapping[str, Mapping[str, Overall]]
    anchor: str

    @cached_property
    def telling(self) -> tuple[Outcome, ...]:
        """The metrics that are shown first, the one that orders tables before the others."""
        return telling(self.board)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """All metrics, those shown first before the others."""
        return (*self.telling, *(o for o in self.board.metrics if o not in self.telling))

    @cached_property
    def chosen(self) -> Outcome | None:
        """The metric that orders tables; None where nothing was scored."""
        return self.telling[0] if self.telling else None

    def entries(self, dataset: str) -> list[Entry]:
        """Return the entries with trials on a dataset: by rank in the chosen metric.

        Those without a rank follow, and references are last. A default entry that is the tuned one
        there is left out.
        """
        present = {entry for on, entry in self._endings if on == dataset}
        present -= self.board.repeated(dataset).keys()
        standings = self.of.get((dataset, self.chosen.name), {}) if self.chosen else {}

        def place(entry: Entry) -> tuple[bool, float]:
            rank = standings[entry.name].rank.value if entry.name in standings else np.nan
            return entry.reference, rank if np.isfinite(rank) else np.inf

        return sorted((e for e in self.board.entries.values() if e.name in present), key=place)

    def ranked(self) -> list[Entry]:
        """Return the ranked entries, highest rating in the chosen metric first.

        A default entry that is the tuned one on each of its datasets is left out.
        """
        ratings = self.overall.get(self.chosen.name, {}) if self.chosen else {}

        def place(entry: Entry) -> float:
            rating = ratings[entry.name].elo.value if entry.name in ratings else np.nan
            return -rating if np.isfinite(rating) else np.inf

        names = [name for name in self.board.ranked if not self.is_repeated(name)]
        return sorted((self.board.entries[name] for name in names), key=place)

    def is_repeated(self, name: str) -> bool:
        """Say whether an entry is the tuned one on each of its datasets."""
        return all(name in self.board.repeated(on) for on in self.board.entries[name].on)

    def default_won(self, entry: Entry, dataset: str | None = None) -> bool:
        """Say whether a tuned entry is the default configuration, on a dataset or on all."""
        on = [dataset] if dataset else [*entry.on]
        return all(entry.name in self.board.repeated(each).values() for each in on)

    def reference(self, method: str, dataset: str, metric: Outcome) -> float:
        """Return what ``CEILING`` or ``CHANCE`` scores on a dataset; NaN where it was not run."""
        found = [
            standing.mean.value
            for name, standing in self.of.get((dataset, metric.name), {}).items()
            if self.board.entries[name].method == method
        ]
        return found[0] if found else np.nan

    def endings(self, entry: str, dataset: str | None = None) -> Endings:
        """Return how an entry's trials ended, on a dataset or on all."""
        rows = [
            n for (on, name), n in self._endings.items() if name == entry and dataset in (None, on)
        ]
        of = {key: sum(n[key] for n in rows) for key in ("planned", *boards.STATUSES)}
        lost = of["failed"] + of["pruned"]
        return Endings(of["planned"], of["ok"], of["diverged"], lost, of["missing"])

    @cached_property
    def trial_ids(self) -> dict[tuple[str, str, float], str]:
        """The id of every trial by dataset, entry and seed."""
        rows = self.board.trials
        keys = zip(rows["dataset"], rows["entry"], rows["seed"], strict=True)
        return dict(zip(keys, rows["trial_id"].astype(str), strict=True))

    @cached_property
    def _endings(self) -> dict[tuple[str, str], dict[str, int]]:
        counts = boards.endings(self.board)
        keys = [(str(dataset), str(entry)) for dataset, entry in counts.index]
        rows = counts.to_dict("records")
        return {
            key: {str(name): int(n) for name, n in row.items()}
            for key, row in zip(keys, rows, strict=True)
        }


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


def _scored(board: Board, outcome: Outcome) -> int:
    """Return how many ranked entries have a score."""
    found: set[str] = set()
    for dataset in board.datasets:
        table = board.scores(dataset, outcome)
        found |= set(table.index[table.notna().any(axis=1)]) if len(table) else set()
    return len(found & set(board.ranked))


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

    Rivals are the entries with no more supervision. Where none of these is shown to be worse than
    another, nothing has been shown, and nothing is bold.
    """
    found = boards.standing(board, dataset, outcome)
    worse = {
        name
        for name in found.best
        if (against := found.against_best(name)) and against.sign == -outcome.sign
    }
    return {
        name for name in found.bold if any(boards.is_rival(board, other, name) for other in worse)
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
